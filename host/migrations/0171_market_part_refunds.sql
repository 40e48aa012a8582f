-- Some of an order's money can go back and the rest stay where it is.  What went back is bounded
-- by what was paid, for the order, each of its lines, and the escrow that holds the rest.
ALTER TABLE wallet_escrow ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0
    CHECK (refunded_minor >= 0 AND refunded_minor + fee_minor < amount_minor);
ALTER TABLE market_order ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0
    CHECK (refunded_minor >= 0 AND refunded_minor <= total_minor);
ALTER TABLE market_order_line ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0
    CHECK (refunded_minor >= 0 AND refunded_minor <= quantity * unit_price_minor);

-- Each by an id of the caller's that is used once.
CREATE TABLE market_part_refund (
    id           TEXT   PRIMARY KEY,
    order_id     TEXT   NOT NULL REFERENCES market_order (id),
    -- The line it is for; NULL when it is for the order as a whole.
    position     BIGINT,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    reason       TEXT   NOT NULL CHECK (length(reason) <= 500),
    actor_id     TEXT   NOT NULL,
    at_ms        BIGINT NOT NULL
);
CREATE INDEX market_part_refund_of_order ON market_part_refund (order_id, at_ms);
