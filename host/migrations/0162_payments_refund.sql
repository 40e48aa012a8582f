-- Money back, an object of its own: a payment has up to fifty, and their sum is bounded by the order's
-- own CHECK.  `out_refund_no` belongs to one refund of the merchant for ever.
CREATE TABLE payments_refund (
    id                 TEXT   PRIMARY KEY,
    order_id           TEXT   NOT NULL REFERENCES payments_order (id),
    brand_id           TEXT   NOT NULL,
    mode               TEXT   NOT NULL CHECK (mode IN ('live', 'test')),
    out_refund_no      TEXT   NOT NULL CHECK (length(out_refund_no) BETWEEN 1 AND 64),
    fingerprint        TEXT   NOT NULL,
    amount_minor       BIGINT NOT NULL CHECK (amount_minor > 0),
    fee_refunded_minor BIGINT NOT NULL DEFAULT 0 CHECK (fee_refunded_minor BETWEEN 0 AND amount_minor),
    currency           TEXT   NOT NULL,
    reason             TEXT   NOT NULL DEFAULT '' CHECK (length(reason) <= 80),
    status             TEXT   NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    due_at_ms          BIGINT,
    created_by         TEXT   NOT NULL,
    created_at_ms      BIGINT NOT NULL,
    ended_at_ms        BIGINT,
    UNIQUE (brand_id, mode, out_refund_no),
    CHECK ((status = 'pending') = (ended_at_ms IS NULL))
);
CREATE INDEX payments_refund_of_order ON payments_refund (order_id, created_at_ms);
CREATE INDEX payments_refund_due ON payments_refund (due_at_ms);
