-- Who froze whose wallet, why, what its owner answered, and how it ended.  The person reads all of
-- it.  One open row for a person: the accounts carry what it says.
CREATE TABLE wallet_freeze (
    id              TEXT   PRIMARY KEY,
    person_id       TEXT   NOT NULL,
    mode            TEXT   NOT NULL CHECK (mode IN ('debit', 'credit', 'both', 'closed')),
    reason          TEXT   NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    actor_id        TEXT   NOT NULL,
    made_at_ms      BIGINT NOT NULL,
    appeal          TEXT   NOT NULL DEFAULT '' CHECK (length(appeal) <= 2000),
    appealed_at_ms  BIGINT,
    lifted_by       TEXT,
    lifted_at_ms    BIGINT,
    lift_reason     TEXT   NOT NULL DEFAULT '',
    CHECK ((lifted_by IS NULL) = (lifted_at_ms IS NULL)),
    CHECK ((appeal = '') = (appealed_at_ms IS NULL))
);
CREATE UNIQUE INDEX wallet_freeze_open ON wallet_freeze (person_id) WHERE lifted_at_ms IS NULL;
CREATE INDEX wallet_freeze_person ON wallet_freeze (person_id, made_at_ms);
