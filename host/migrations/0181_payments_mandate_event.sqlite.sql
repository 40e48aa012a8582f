-- A merchant is told of mandates as well as of orders: a notice is about one of the two.  SQLite
-- cannot take a NOT NULL away, so the table is made anew, with those that point at it; renaming a
-- table renames it in what points at it.
CREATE TABLE payments_event_new (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL,
    mode          TEXT   NOT NULL,
    order_id      TEXT   REFERENCES payments_order (id),
    mandate_id    TEXT   REFERENCES payments_mandate (id),
    kind          TEXT   NOT NULL,
    body          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    CHECK ((order_id IS NULL) <> (mandate_id IS NULL))
);
CREATE TABLE payments_delivery_new (
    id                 TEXT   PRIMARY KEY,
    event_id           TEXT   NOT NULL REFERENCES payments_event_new (id),
    endpoint_id        TEXT   NOT NULL REFERENCES payments_endpoint (id),
    status             TEXT   NOT NULL CHECK (status IN ('waiting', 'delivered', 'given_up')),
    attempt_count      BIGINT NOT NULL DEFAULT 0,
    left_over_count    BIGINT NOT NULL DEFAULT 0,
    next_attempt_at_ms BIGINT NOT NULL,
    UNIQUE (event_id, endpoint_id)
);
CREATE TABLE payments_attempt_new (
    id          TEXT   PRIMARY KEY,
    delivery_id TEXT   NOT NULL REFERENCES payments_delivery_new (id),
    at_ms       BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    http_status BIGINT NOT NULL,
    outcome     TEXT   NOT NULL CHECK (length(outcome) <= 200)
);
INSERT INTO payments_event_new (id, brand_id, mode, order_id, kind, body, created_at_ms)
SELECT id, brand_id, mode, order_id, kind, body, created_at_ms FROM payments_event;
INSERT INTO payments_delivery_new (id, event_id, endpoint_id, status, attempt_count,
    left_over_count, next_attempt_at_ms)
SELECT id, event_id, endpoint_id, status, attempt_count, left_over_count, next_attempt_at_ms
FROM payments_delivery;
INSERT INTO payments_attempt_new (id, delivery_id, at_ms, took_ms, http_status, outcome)
SELECT id, delivery_id, at_ms, took_ms, http_status, outcome FROM payments_attempt;
DROP TABLE payments_attempt;
DROP TABLE payments_delivery;
DROP TABLE payments_event;
ALTER TABLE payments_event_new RENAME TO payments_event;
ALTER TABLE payments_delivery_new RENAME TO payments_delivery;
ALTER TABLE payments_attempt_new RENAME TO payments_attempt;
CREATE INDEX payments_event_of_brand ON payments_event (brand_id, mode, created_at_ms, id);
CREATE INDEX payments_event_of_order ON payments_event (order_id, created_at_ms);
CREATE INDEX payments_delivery_due ON payments_delivery (status, next_attempt_at_ms);
CREATE INDEX payments_attempt_of_delivery ON payments_attempt (delivery_id, at_ms);
