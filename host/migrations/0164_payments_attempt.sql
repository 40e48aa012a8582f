-- The log of what became of each attempt to tell a merchant's server, for the console.  `http_status`
-- is 0 when there was no answer; `outcome` says why in a word, and never what was answered.
CREATE TABLE payments_attempt (
    id          TEXT   PRIMARY KEY,
    delivery_id TEXT   NOT NULL REFERENCES payments_delivery (id),
    at_ms       BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    http_status BIGINT NOT NULL,
    outcome     TEXT   NOT NULL CHECK (length(outcome) <= 200)
);
CREATE INDEX payments_attempt_of_delivery ON payments_attempt (delivery_id, at_ms);

-- A signed call of a mini-program serves once: what was seen is kept as long as it would be accepted.
-- `use_id` is the event that used it, which may run again.
CREATE TABLE payments_nonce (
    key_id     TEXT   NOT NULL,
    nonce      TEXT   NOT NULL,
    use_id     TEXT   NOT NULL,
    used_at_ms BIGINT NOT NULL,
    PRIMARY KEY (key_id, nonce)
);

-- Who may pay an order that is bound to a mini-program: whom it has led to the cashier.
CREATE TABLE payments_admission (
    order_id       TEXT   NOT NULL REFERENCES payments_order (id),
    person_id      TEXT   NOT NULL,
    admitted_at_ms BIGINT NOT NULL,
    PRIMARY KEY (order_id, person_id)
);
