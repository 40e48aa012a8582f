-- A bonus is somebody else's money that a person may spend for a while: each has a control account
-- of its own, so that exactly what is left of it goes back to who gave it when its time is over.
CREATE TABLE wallet_bonus (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    -- Whose money it is: "platform", or a brand.
    funder_id     TEXT   NOT NULL,
    -- Where it can be spent; NULL is everywhere.
    brand_id      TEXT,
    amount_minor  BIGINT NOT NULL CHECK (amount_minor > 0),
    -- What its account holds.
    left_minor    BIGINT NOT NULL CHECK (left_minor BETWEEN 0 AND amount_minor),
    currency      TEXT   NOT NULL CHECK (length(currency) = 3),
    reason        TEXT   NOT NULL CHECK (length(reason) > 0),
    granted_by    TEXT   NOT NULL,
    granted_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL CHECK (expires_at_ms > granted_at_ms),
    ended_at_ms   BIGINT,
    CHECK (ended_at_ms IS NULL OR left_minor = 0)
);
CREATE INDEX wallet_bonus_of_person ON wallet_bonus (person_id, expires_at_ms, id);
CREATE INDEX wallet_bonus_due ON wallet_bonus (expires_at_ms) WHERE ended_at_ms IS NULL;

-- An order that was paid with bonuses, and what of its cash went back: never more than was paid.
CREATE TABLE wallet_bonus_order (
    order_id        TEXT   PRIMARY KEY,
    cash_minor      BIGINT NOT NULL CHECK (cash_minor >= 0),
    cash_back_minor BIGINT NOT NULL DEFAULT 0 CHECK (cash_back_minor BETWEEN 0 AND cash_minor)
);
CREATE TABLE wallet_bonus_use (
    order_id     TEXT   NOT NULL REFERENCES wallet_bonus_order (order_id),
    bonus_id     TEXT   NOT NULL REFERENCES wallet_bonus (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    back_minor   BIGINT NOT NULL DEFAULT 0 CHECK (back_minor BETWEEN 0 AND amount_minor),
    PRIMARY KEY (order_id, bonus_id)
);
CREATE INDEX wallet_bonus_use_of_bonus ON wallet_bonus_use (bonus_id);
