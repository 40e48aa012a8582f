-- What a person confirmed: one payment, whole.  A confirmation serves the payment that it names, by
-- purpose, subject, payee and amount, once, and for a few minutes.  The row of a spent one stays: it
-- is the payment as the payer meant it, and limits and risk rules count these.
CREATE TABLE wallet_confirmation (
    id           TEXT   PRIMARY KEY,
    person_id    TEXT   NOT NULL,
    purpose      TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    payee_id     TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    method       TEXT   NOT NULL CHECK (method IN ('pin', 'passkey', 'small')),
    -- Since when the device was signed in; nothing for a client that has no session.
    device_at_ms BIGINT,
    made_at_ms   BIGINT NOT NULL,
    spent_at_ms  BIGINT CHECK (spent_at_ms >= made_at_ms)
);
-- One payment is confirmed once, however often the request is repeated.
CREATE UNIQUE INDEX wallet_confirmation_subject
    ON wallet_confirmation (person_id, purpose, subject_id) WHERE spent_at_ms IS NOT NULL;
CREATE INDEX wallet_confirmation_spent ON wallet_confirmation (person_id, spent_at_ms)
    WHERE spent_at_ms IS NOT NULL;
CREATE INDEX wallet_confirmation_open ON wallet_confirmation (made_at_ms)
    WHERE spent_at_ms IS NULL;
