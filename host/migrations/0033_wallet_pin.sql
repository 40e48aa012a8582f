-- The payment PIN.  An attempt is counted when it begins, not when it fails: ten guesses at once
-- are ten attempts, and a crash between the guess and the answer forgets none.
CREATE TABLE wallet_pin (
    person_id       TEXT   PRIMARY KEY,
    pin_hash        TEXT   NOT NULL,
    attempt_count   BIGINT NOT NULL DEFAULT 0 CHECK (attempt_count >= 0),
    lock_count      BIGINT NOT NULL DEFAULT 0 CHECK (lock_count >= 0),
    locked_until_ms BIGINT,
    set_at_ms       BIGINT NOT NULL
);

-- One confirmation serves one payment: it is spent in the transaction that moves the money.
CREATE TABLE wallet_pin_attempt (
    id          TEXT   PRIMARY KEY,
    person_id   TEXT   NOT NULL,
    status      TEXT   NOT NULL CHECK (status IN ('open', 'right', 'spent', 'refused')),
    begun_at_ms BIGINT NOT NULL
);
CREATE INDEX wallet_pin_attempt_age ON wallet_pin_attempt (begun_at_ms);
