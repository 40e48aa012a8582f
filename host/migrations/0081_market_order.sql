-- Orders.  The price of each line is frozen when the order is made; the money of a paid order
-- stays in the wallet's escrow account of that order until it is released or refunded.
CREATE TABLE market_order (
    id             TEXT   PRIMARY KEY,
    number         TEXT   NOT NULL UNIQUE,
    brand_id       TEXT   NOT NULL,
    buyer_id       TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('goods', 'pickup', 'virtual', 'bill')),
    status         TEXT   NOT NULL CHECK (status IN (
        'created', 'paid', 'shipped', 'ready', 'received', 'closed', 'cancelled', 'refunded')),
    currency       TEXT   NOT NULL CHECK (length(currency) = 3),
    total_minor    BIGINT NOT NULL CHECK (total_minor BETWEEN 1 AND 1000000000000000),
    fee_bps        BIGINT NOT NULL DEFAULT 0 CHECK (fee_bps BETWEEN 0 AND 10000),
    fee_minor      BIGINT CHECK (fee_minor BETWEEN 0 AND total_minor),
    source         TEXT   NOT NULL DEFAULT '',
    recipient      TEXT   NOT NULL DEFAULT '',
    phone          TEXT   NOT NULL DEFAULT '',
    place          TEXT   NOT NULL DEFAULT '',
    carrier        TEXT   NOT NULL DEFAULT '',
    tracking       TEXT   NOT NULL DEFAULT '',
    pickup_code    TEXT   NOT NULL DEFAULT '',
    bill_period    TEXT   NOT NULL DEFAULT '',
    bill_reference TEXT   NOT NULL DEFAULT '',
    bill_due_at_ms BIGINT,
    created_at_ms  BIGINT NOT NULL,
    paid_at_ms     BIGINT,
    sent_at_ms     BIGINT,
    received_at_ms BIGINT,
    ended_at_ms    BIGINT,
    CHECK ((paid_at_ms IS NULL) = (status IN ('created', 'cancelled'))),
    CHECK ((fee_minor IS NULL) = (status NOT IN ('received', 'closed')))
);
CREATE INDEX market_order_of_buyer ON market_order (buyer_id, created_at_ms, id);
CREATE INDEX market_order_of_brand ON market_order (brand_id, status, created_at_ms, id);
-- A biller's own number of a bill is used once, so that a bill sent twice is one bill.
CREATE UNIQUE INDEX market_order_bill ON market_order (brand_id, buyer_id, bill_reference)
    WHERE bill_reference <> '';

CREATE TABLE market_order_line (
    order_id         TEXT   NOT NULL REFERENCES market_order (id),
    position         BIGINT NOT NULL,
    product_id       TEXT   REFERENCES market_product (id),
    name             TEXT   NOT NULL,
    cover_id         TEXT,
    quantity         BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    unit_price_minor BIGINT NOT NULL CHECK (unit_price_minor >= 1),
    PRIMARY KEY (order_id, position)
);
