-- Leave of a person to a merchant to debit by rule.  The terms are written once and never changed;
-- what was used of the newest period stands beside them, so that the CHECKs are the last wall: no
-- period takes more than was signed for, whatever the code believes.
CREATE TABLE payments_mandate (
    id                TEXT   PRIMARY KEY,
    brand_id          TEXT   NOT NULL,
    mode              TEXT   NOT NULL CHECK (mode IN ('live', 'test')),
    out_mandate_no    TEXT   NOT NULL CHECK (length(out_mandate_no) BETWEEN 1 AND 64),
    fingerprint       TEXT   NOT NULL,
    key_id            TEXT   NOT NULL,
    description       TEXT   NOT NULL CHECK (length(description) BETWEEN 1 AND 127),
    currency          TEXT   NOT NULL CHECK (length(currency) = 3),
    debit_max_minor   BIGINT NOT NULL CHECK (debit_max_minor > 0),
    period            TEXT   NOT NULL CHECK (period IN ('week', 'month')),
    period_max_minor  BIGINT NOT NULL CHECK (period_max_minor >= debit_max_minor),
    period_count_max  BIGINT NOT NULL CHECK (period_count_max BETWEEN 1 AND 100),
    ends_at_ms        BIGINT,
    status            TEXT   NOT NULL CHECK (status IN ('created', 'signed', 'revoked')),
    person_id         TEXT,
    -- What it was signed with; nothing for a test.
    method            TEXT   NOT NULL DEFAULT '' CHECK (method IN ('', 'pin', 'passkey')),
    revoked_by        TEXT   NOT NULL DEFAULT '' CHECK (revoked_by IN ('', 'person', 'merchant')),
    created_at_ms     BIGINT NOT NULL,
    expires_at_ms     BIGINT NOT NULL,
    signed_at_ms      BIGINT,
    revoked_at_ms     BIGINT,
    -- The newest period in which something was debited, and how much of it.
    period_start_ms   BIGINT NOT NULL DEFAULT 0,
    used_minor        BIGINT NOT NULL DEFAULT 0 CHECK (used_minor BETWEEN 0 AND period_max_minor),
    used_count        BIGINT NOT NULL DEFAULT 0 CHECK (used_count BETWEEN 0 AND period_count_max),
    UNIQUE (brand_id, mode, out_mandate_no),
    CHECK ((person_id IS NOT NULL) = (signed_at_ms IS NOT NULL)),
    CHECK (status <> 'signed' OR signed_at_ms IS NOT NULL),
    CHECK ((status = 'revoked') = (revoked_at_ms IS NOT NULL)),
    CHECK (mode = 'test' OR (method <> '') = (signed_at_ms IS NOT NULL))
);
CREATE INDEX payments_mandate_of_person ON payments_mandate (person_id, signed_at_ms, id)
    WHERE person_id IS NOT NULL;

-- Which orders were debits, and of which mandate.
CREATE TABLE payments_debit (
    order_id      TEXT   PRIMARY KEY REFERENCES payments_order (id),
    mandate_id    TEXT   NOT NULL REFERENCES payments_mandate (id),
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX payments_debit_of_mandate ON payments_debit (mandate_id, created_at_ms, order_id);
