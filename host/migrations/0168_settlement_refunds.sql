-- Money that went back to who paid, each by an id of the caller's that is used once.  What the
-- merchant gave and what the platform gave of its fee are kept apart for the merchant's files.
CREATE TABLE settlement_refund (
    id             TEXT   PRIMARY KEY,
    source_kind    TEXT   NOT NULL,
    source_id      TEXT   NOT NULL,
    refund_id      TEXT   NOT NULL,
    brand_id       TEXT   NOT NULL,
    payer_id       TEXT   NOT NULL,
    currency       TEXT   NOT NULL CHECK (length(currency) = 3),
    amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
    fee_minor      BIGINT NOT NULL CHECK (fee_minor >= 0 AND fee_minor <= amount_minor),
    at_ms          BIGINT NOT NULL,
    UNIQUE (source_kind, source_id, refund_id),
    FOREIGN KEY (source_kind, source_id) REFERENCES settlement_earning (source_kind, source_id)
);
CREATE INDEX settlement_refund_of_brand ON settlement_refund (brand_id, at_ms);

-- What an admin has agreed with one brand; the row without a brand is what holds for all others.
-- Days: how long an earning waits.  Fee: hundredths of a percent; NULL leaves the host's setting.
CREATE TABLE settlement_terms (
    brand_id      TEXT   PRIMARY KEY,
    days          BIGINT CHECK (days BETWEEN 0 AND 90),
    fee_bps       BIGINT CHECK (fee_bps BETWEEN 0 AND 9999),
    changed_at_ms BIGINT NOT NULL
);
