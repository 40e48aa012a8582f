-- What a merchant has earned waits in `pending` for some days, so that money that goes back to a
-- buyer is still there.  An earning is one source of money (an order, a payment); its bounds are
-- CHECKs, so that no code gives back or divides more than came in.
CREATE TABLE settlement_earning (
    source_kind        TEXT   NOT NULL CHECK (length(source_kind) BETWEEN 1 AND 32),
    source_id          TEXT   NOT NULL CHECK (length(source_id) BETWEEN 1 AND 100),
    brand_id           TEXT   NOT NULL,
    currency           TEXT   NOT NULL CHECK (length(currency) = 3),
    gross_minor        BIGINT NOT NULL CHECK (gross_minor > 0),
    fee_minor          BIGINT NOT NULL CHECK (fee_minor >= 0 AND fee_minor < gross_minor),
    refunded_minor     BIGINT NOT NULL DEFAULT 0
        CHECK (refunded_minor >= 0 AND refunded_minor <= gross_minor),
    fee_returned_minor BIGINT NOT NULL DEFAULT 0
        CHECK (fee_returned_minor >= 0 AND fee_returned_minor <= fee_minor),
    split_minor        BIGINT NOT NULL DEFAULT 0
        CHECK (split_minor >= 0 AND split_minor <= gross_minor - fee_minor),
    due_at_ms          BIGINT NOT NULL,
    at_ms              BIGINT NOT NULL,
    PRIMARY KEY (source_kind, source_id)
);
CREATE INDEX settlement_earning_of_brand ON settlement_earning (brand_id, at_ms);

-- One transfer from `pending` to `available`: everything of a brand that was due at that moment.
CREATE TABLE settlement_batch (
    id           TEXT   PRIMARY KEY,
    brand_id     TEXT   NOT NULL,
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    item_count   BIGINT NOT NULL CHECK (item_count > 0),
    at_ms        BIGINT NOT NULL
);
CREATE INDEX settlement_batch_of_brand ON settlement_batch (brand_id, at_ms, id);

-- What `pending` consists of: the items of a brand without a batch sum to that account's balance.
-- Rows are added and given a batch once, never changed otherwise; what goes back is a negative one.
CREATE TABLE settlement_item (
    id           TEXT   PRIMARY KEY,
    brand_id     TEXT   NOT NULL,
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    kind         TEXT   NOT NULL CHECK (kind IN ('earning', 'refund', 'split', 'split_return')),
    source_kind  TEXT   NOT NULL,
    source_id    TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    due_at_ms    BIGINT NOT NULL,
    at_ms        BIGINT NOT NULL,
    batch_id     TEXT   REFERENCES settlement_batch (id),
    FOREIGN KEY (source_kind, source_id) REFERENCES settlement_earning (source_kind, source_id)
);
CREATE INDEX settlement_item_waiting ON settlement_item (due_at_ms) WHERE batch_id IS NULL;
CREATE INDEX settlement_item_of_brand ON settlement_item (brand_id, currency, batch_id);
CREATE INDEX settlement_item_of_source ON settlement_item (source_kind, source_id);
