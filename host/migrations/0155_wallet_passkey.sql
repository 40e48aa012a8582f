-- Passkeys that confirm payments.  The private half never leaves its owner's device; what lies here
-- only checks signatures.
CREATE TABLE wallet_passkey (
    id         TEXT   PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    public_key TEXT   NOT NULL,
    -- Only ever grows, where the device counts at all; a copy of the key would count from below.
    sign_count BIGINT NOT NULL CHECK (sign_count >= 0),
    made_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);
CREATE INDEX wallet_passkey_person ON wallet_passkey (person_id, made_at_ms);

-- What a device was asked to sign.  The challenge is made from this and from the payment, so an
-- answer fits one payment, once, for two minutes.
CREATE TABLE wallet_passkey_challenge (
    nonce      TEXT   PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    made_at_ms BIGINT NOT NULL
);
CREATE INDEX wallet_passkey_challenge_age ON wallet_passkey_challenge (made_at_ms);
