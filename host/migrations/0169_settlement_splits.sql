-- A merchant divides what it earned between others.  The control account `split:<id>` of a split is
-- filled and emptied in one transaction.  The parts are kept as they were asked for, so that a
-- repeated request is known; what a receiving brand gives back is bounded by its own earning.
CREATE TABLE settlement_split (
    id           TEXT   PRIMARY KEY,
    source_kind  TEXT   NOT NULL,
    source_id    TEXT   NOT NULL,
    request_id   TEXT   NOT NULL,
    brand_id     TEXT   NOT NULL,
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    actor_id     TEXT   NOT NULL,
    at_ms        BIGINT NOT NULL,
    UNIQUE (source_kind, source_id, request_id),
    FOREIGN KEY (source_kind, source_id) REFERENCES settlement_earning (source_kind, source_id)
);
CREATE INDEX settlement_split_of_brand ON settlement_split (brand_id, at_ms, id);

CREATE TABLE settlement_split_part (
    split_id       TEXT   NOT NULL REFERENCES settlement_split (id),
    position       BIGINT NOT NULL CHECK (position BETWEEN 0 AND 49),
    receiver_kind  TEXT   NOT NULL CHECK (receiver_kind IN ('brand', 'person')),
    receiver_id    TEXT   NOT NULL,
    asked_minor    BIGINT CHECK (asked_minor > 0),
    share_bps      BIGINT CHECK (share_bps BETWEEN 1 AND 10000),
    amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
    returned_minor BIGINT NOT NULL DEFAULT 0
        CHECK (returned_minor >= 0 AND returned_minor <= amount_minor),
    PRIMARY KEY (split_id, position),
    UNIQUE (split_id, receiver_kind, receiver_id),
    CHECK ((asked_minor IS NULL) <> (share_bps IS NULL))
);

CREATE TABLE settlement_split_return (
    id           TEXT   PRIMARY KEY,
    split_id     TEXT   NOT NULL,
    position     BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    at_ms        BIGINT NOT NULL,
    FOREIGN KEY (split_id, position) REFERENCES settlement_split_part (split_id, position)
);
