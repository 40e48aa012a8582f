-- Where a merchant's server hears what happened.  Its secret follows from the host's secret key and
-- `secret_number`; after a rotation notices carry both signatures until `old_secret_until_ms`.
CREATE TABLE payments_endpoint (
    id                  TEXT   PRIMARY KEY,
    brand_id            TEXT   NOT NULL,
    mode                TEXT   NOT NULL CHECK (mode IN ('live', 'test')),
    url                 TEXT   NOT NULL CHECK (length(url) BETWEEN 1 AND 256),
    -- Named by an order's notify_url alone, and told of that order only; or told of everything.
    scope               TEXT   NOT NULL CHECK (scope IN ('all', 'order')),
    secret_number       BIGINT NOT NULL DEFAULT 1,
    old_secret_until_ms BIGINT NOT NULL DEFAULT 0,
    created_at_ms       BIGINT NOT NULL,
    removed_at_ms       BIGINT,
    UNIQUE (brand_id, mode, url)
);

-- What happened, as the merchant is told it: the body is written once and sent unchanged.
CREATE TABLE payments_event (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL,
    mode          TEXT   NOT NULL,
    order_id      TEXT   NOT NULL REFERENCES payments_order (id),
    kind          TEXT   NOT NULL,
    body          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX payments_event_of_brand ON payments_event (brand_id, mode, created_at_ms, id);
CREATE INDEX payments_event_of_order ON payments_event (order_id, created_at_ms);

CREATE TABLE payments_delivery (
    id                 TEXT   PRIMARY KEY,
    event_id           TEXT   NOT NULL REFERENCES payments_event (id),
    endpoint_id        TEXT   NOT NULL REFERENCES payments_endpoint (id),
    status             TEXT   NOT NULL CHECK (status IN ('waiting', 'delivered', 'given_up')),
    -- Attempts since it was last asked for, which decide the wait for the next.
    attempt_count      BIGINT NOT NULL DEFAULT 0,
    -- A test notice that is sent twice (a magic amount).
    left_over_count    BIGINT NOT NULL DEFAULT 0,
    next_attempt_at_ms BIGINT NOT NULL,
    UNIQUE (event_id, endpoint_id)
);
CREATE INDEX payments_delivery_due ON payments_delivery (status, next_attempt_at_ms);
