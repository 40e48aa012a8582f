-- What the operator knows of the rails' own statements, and where they differ from the lane's
-- books.  A statement is imported once (by digest) and there is one a day; each line is kept as it
-- came.  A break is what does not fit, of one kind, with what stands in suspense for it; it is never
-- removed, only closed, with the reason.
CREATE TABLE treasury_statement (
    digest         TEXT   PRIMARY KEY,
    rail           TEXT   NOT NULL,
    day            TEXT   NOT NULL CHECK (length(day) = 10),
    line_count     BIGINT NOT NULL,
    matched_count  BIGINT NOT NULL,
    imported_at_ms BIGINT NOT NULL,
    imported_by    TEXT   NOT NULL,
    UNIQUE (rail, day)
);

CREATE TABLE treasury_line (
    id               TEXT   PRIMARY KEY,
    statement_digest TEXT   NOT NULL REFERENCES treasury_statement (digest),
    number           BIGINT NOT NULL,
    kind             TEXT   NOT NULL CHECK (kind IN ('in', 'out', 'in_returned', 'out_returned')),
    reference        TEXT   NOT NULL,
    operation_id     TEXT   NOT NULL,
    amount_minor     BIGINT NOT NULL CHECK (amount_minor > 0),
    currency         TEXT   NOT NULL CHECK (length(currency) = 3),
    day              TEXT   NOT NULL CHECK (length(day) = 10),
    UNIQUE (statement_digest, number)
);

CREATE TABLE treasury_break (
    id               TEXT   PRIMARY KEY,
    rail             TEXT   NOT NULL,
    kind             TEXT   NOT NULL,
    line_id          TEXT   REFERENCES treasury_line (id),
    operation_id     TEXT   NOT NULL DEFAULT '',
    amount_minor     BIGINT NOT NULL CHECK (amount_minor >= 0),
    -- What stands in suspense for it: above zero came in, below zero went out.
    suspended_minor  BIGINT NOT NULL DEFAULT 0,
    currency         TEXT   NOT NULL CHECK (length(currency) = 3),
    detail           TEXT   NOT NULL,
    opened_at_ms     BIGINT NOT NULL,
    closed_at_ms     BIGINT,
    closed_by        TEXT,
    closing          TEXT,
    CHECK ((closed_at_ms IS NULL) = (closed_by IS NULL) AND (closed_by IS NULL) = (closing IS NULL))
);
CREATE INDEX treasury_break_open ON treasury_break (opened_at_ms, id) WHERE closed_at_ms IS NULL;
CREATE INDEX treasury_break_operation ON treasury_break (operation_id);
