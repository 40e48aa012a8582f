-- What a merchant's server asks to be paid.  `out_trade_no` is the merchant's own number and belongs
-- to one order for ever; `fingerprint` tells the same order sent again from another under its number.
-- The CHECKs are the last wall: no more is captured than was ordered, and no more given back than
-- was captured, whatever the code believes.
CREATE TABLE payments_order (
    id                TEXT   PRIMARY KEY,
    brand_id          TEXT   NOT NULL,
    mode              TEXT   NOT NULL CHECK (mode IN ('live', 'test')),
    out_trade_no      TEXT   NOT NULL CHECK (length(out_trade_no) BETWEEN 1 AND 64),
    fingerprint       TEXT   NOT NULL,
    key_id            TEXT   NOT NULL,
    style             TEXT   NOT NULL CHECK (style IN ('lane', 'v3')),
    -- The mini-program, and the person by its name for them, that alone may pay; empty for anybody.
    program_id        TEXT   NOT NULL DEFAULT '',
    openid            TEXT   NOT NULL DEFAULT '',
    description       TEXT   NOT NULL CHECK (length(description) BETWEEN 1 AND 127),
    metadata          TEXT   NOT NULL DEFAULT '{}' CHECK (length(metadata) <= 4000),
    notify_url        TEXT   NOT NULL DEFAULT '',
    capture           TEXT   NOT NULL CHECK (capture IN ('auto', 'manual')),
    amount_minor      BIGINT NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
    currency          TEXT   NOT NULL CHECK (length(currency) = 3),
    status            TEXT   NOT NULL CHECK (status IN ('created', 'held', 'paid', 'closed')),
    close_reason      TEXT   NOT NULL DEFAULT '',
    payer_id          TEXT,
    fee_bps           BIGINT NOT NULL DEFAULT 0 CHECK (fee_bps BETWEEN 0 AND 10000),
    captured_minor    BIGINT NOT NULL DEFAULT 0,
    fee_minor         BIGINT NOT NULL DEFAULT 0,
    refunded_minor    BIGINT NOT NULL DEFAULT 0,
    fee_refunded_minor BIGINT NOT NULL DEFAULT 0,
    refund_count      BIGINT NOT NULL DEFAULT 0 CHECK (refund_count BETWEEN 0 AND 50),
    created_at_ms     BIGINT NOT NULL,
    expires_at_ms     BIGINT NOT NULL,
    paid_at_ms        BIGINT,
    hold_ends_at_ms   BIGINT,
    -- A test payment that comes late (a magic amount) comes then.
    late_at_ms        BIGINT,
    captured_at_ms    BIGINT,
    closed_at_ms      BIGINT,
    UNIQUE (brand_id, mode, out_trade_no),
    CHECK (0 <= refunded_minor AND refunded_minor <= captured_minor),
    CHECK (captured_minor <= amount_minor),
    CHECK (0 <= fee_refunded_minor AND fee_refunded_minor <= fee_minor AND fee_minor <= captured_minor),
    CHECK ((status IN ('held', 'paid')) = (payer_id IS NOT NULL AND closed_at_ms IS NULL)),
    CHECK ((status = 'paid') = (captured_minor > 0))
);
CREATE INDEX payments_order_of_brand ON payments_order (brand_id, mode, created_at_ms, id);
CREATE INDEX payments_order_due ON payments_order (status, expires_at_ms);
