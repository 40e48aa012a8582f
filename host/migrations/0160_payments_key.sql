-- Keys with which a merchant's server takes money.  No secret is kept: each follows from the host's
-- secret key and the key's id, so a stolen copy of the database opens nothing.  A key that was
-- rotated ends at `expires_at_ms`, until when both serve.
CREATE TABLE payments_key (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL,
    mode          TEXT   NOT NULL CHECK (mode IN ('live', 'test')),
    role          TEXT   NOT NULL CHECK (role IN ('full', 'take', 'read')),
    label         TEXT   NOT NULL CHECK (length(label) BETWEEN 1 AND 60),
    -- For merchants who speak WeChat Pay v3: their half of a pair, in PEM; empty for the others.
    public_key    TEXT   NOT NULL DEFAULT '',
    created_by    TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    used_at_ms    BIGINT,
    expires_at_ms BIGINT,
    revoked_at_ms BIGINT
);
CREATE INDEX payments_key_of_brand ON payments_key (brand_id, created_at_ms);

-- What was done with keys, endpoints and money in the merchant's name, and by whom.
CREATE TABLE payments_audit (
    id       TEXT   PRIMARY KEY,
    brand_id TEXT   NOT NULL,
    actor    TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    subject  TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL
);
CREATE INDEX payments_audit_of_brand ON payments_audit (brand_id, at_ms);
