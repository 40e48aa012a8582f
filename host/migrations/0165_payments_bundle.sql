-- Orders of several merchants that one person pays with one confirmation: all of them or none.  The
-- bundle only names them; each stays its own merchant's, with its own fee, refunds and notices.
CREATE TABLE payments_bundle (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL,
    key_id        TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);
CREATE TABLE payments_bundle_order (
    bundle_id TEXT NOT NULL REFERENCES payments_bundle (id),
    order_id  TEXT NOT NULL REFERENCES payments_order (id),
    PRIMARY KEY (bundle_id, order_id)
);
