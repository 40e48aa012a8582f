-- What a person may move without being asked more: the tier that an admin raised them to, and small
-- payments without a PIN, which are off until the person wants them.
CREATE TABLE wallet_security (
    person_id    TEXT   PRIMARY KEY,
    tier         BIGINT NOT NULL DEFAULT 0 CHECK (tier BETWEEN 0 AND 2),
    tier_reason  TEXT   NOT NULL DEFAULT '',
    tier_at_ms   BIGINT,
    -- The ceiling of a small payment, in steps of the currency's unit; 0 is off.
    small_units  BIGINT NOT NULL DEFAULT 0 CHECK (small_units BETWEEN 0 AND 4)
);

-- When a PIN was last replaced, which is not when it was first chosen: payments are judged more
-- strictly for a day.
ALTER TABLE wallet_pin ADD COLUMN changed_at_ms BIGINT;
-- A PIN that was forgotten: chosen anew with the account's password, and good after a day.
ALTER TABLE wallet_pin ADD COLUMN next_hash TEXT;
ALTER TABLE wallet_pin ADD COLUMN next_at_ms BIGINT;
CREATE INDEX wallet_confirmation_payee ON wallet_confirmation (person_id, payee_id, spent_at_ms)
    WHERE spent_at_ms IS NOT NULL;
