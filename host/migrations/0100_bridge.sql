-- What a running mini-program has asked a person for.  The row, not the sheet, is what waits: the
-- answer reaches the handler after reloads, deaths of workers and restarts.
CREATE TABLE bridge_ask (
    id              TEXT   PRIMARY KEY,
    person_id       TEXT   NOT NULL,
    program_id      TEXT   NOT NULL,
    version_id      TEXT   NOT NULL,
    page_id         TEXT   NOT NULL,
    capability      TEXT   NOT NULL,
    handler         TEXT   NOT NULL,
    -- The order to pay; empty for other asks.
    order_id        TEXT   NOT NULL DEFAULT '',
    status          TEXT   NOT NULL CHECK (status IN ('open', 'answered', 'delivered')),
    result          TEXT   NOT NULL DEFAULT '',
    attempt_count   BIGINT NOT NULL DEFAULT 0,
    created_at_ms   BIGINT NOT NULL,
    answered_at_ms  BIGINT,
    delivered_at_ms BIGINT,
    CHECK ((status = 'open') = (answered_at_ms IS NULL))
);

CREATE INDEX bridge_ask_page ON bridge_ask (page_id, created_at_ms) WHERE status <> 'delivered';
CREATE INDEX bridge_ask_order ON bridge_ask (order_id) WHERE status = 'open' AND order_id <> '';
CREATE INDEX bridge_ask_open ON bridge_ask (created_at_ms) WHERE status = 'open';

-- What a person allows a mini-program until they take it back; `once` leaves no row.
CREATE TABLE bridge_consent (
    person_id     TEXT   NOT NULL,
    program_id    TEXT   NOT NULL,
    scope         TEXT   NOT NULL,
    granted_at_ms BIGINT NOT NULL,
    -- Null: always.
    expires_at_ms BIGINT,
    PRIMARY KEY (person_id, program_id, scope)
);

-- What a mini-program has learned about a person or done in their name, for the person to read.
CREATE TABLE bridge_access (
    id         TEXT   PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    program_id TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    capability TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL
);

CREATE INDEX bridge_access_person ON bridge_access (person_id, at_ms);
