-- Where a merchant's money goes, and when by itself.  One account a currency; its number is what
-- the rail needs, and only its end is ever shown.
CREATE TABLE settlement_bank (
    brand_id      TEXT   NOT NULL,
    currency      TEXT   NOT NULL CHECK (length(currency) = 3),
    rail          TEXT   NOT NULL,
    holder        TEXT   NOT NULL CHECK (length(holder) BETWEEN 1 AND 80),
    number        TEXT   NOT NULL CHECK (length(number) BETWEEN 6 AND 34),
    schedule      TEXT   NOT NULL CHECK (schedule IN ('manual', 'daily', 'weekly')),
    minimum_minor BIGINT NOT NULL CHECK (minimum_minor > 0),
    next_at_ms    BIGINT,
    changed_by    TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (brand_id, currency),
    CHECK ((next_at_ms IS NULL) = (schedule = 'manual'))
);
CREATE INDEX settlement_bank_due ON settlement_bank (next_at_ms) WHERE next_at_ms IS NOT NULL;

-- One order to the rail each; the id is the rail operation's.  The account is kept as it was.
CREATE TABLE settlement_payout (
    id           TEXT   PRIMARY KEY,
    brand_id     TEXT   NOT NULL,
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    holder       TEXT   NOT NULL,
    number       TEXT   NOT NULL,
    -- A person, or 'schedule'.
    actor_id     TEXT   NOT NULL,
    state        TEXT   NOT NULL
        CHECK (state IN ('new', 'sent', 'unknown', 'done', 'failed', 'returned')),
    reason       TEXT   NOT NULL DEFAULT '',
    at_ms        BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
CREATE INDEX settlement_payout_of_brand ON settlement_payout (brand_id, at_ms, id);

-- What a brand paid into somebody's wallet: a prize, a deposit, wages.
CREATE TABLE settlement_person_payment (
    id           TEXT   PRIMARY KEY,
    brand_id     TEXT   NOT NULL,
    person_id    TEXT   NOT NULL,
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    memo         TEXT   NOT NULL CHECK (length(memo) <= 100),
    actor_id     TEXT   NOT NULL,
    at_ms        BIGINT NOT NULL
);
CREATE INDEX settlement_person_payment_of_brand ON settlement_person_payment (brand_id, at_ms, id);
