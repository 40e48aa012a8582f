-- The outbox: facts that were committed with the change they tell of, and are delivered later, at
-- least once.  The sequence keeps the order in which they were committed.
CREATE TABLE core_outbox (
    seq                BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                 TEXT   NOT NULL UNIQUE,
    name               TEXT   NOT NULL,
    payload            TEXT   NOT NULL,
    created_at_ms      BIGINT NOT NULL,
    attempt_count      BIGINT NOT NULL DEFAULT 0,
    next_attempt_at_ms BIGINT NOT NULL,
    delivered_at_ms    BIGINT,
    parked_at_ms       BIGINT,
    last_error         TEXT
);

-- A poison event must not delay the others: the relay looks at what is due only.
CREATE INDEX core_outbox_due ON core_outbox (next_attempt_at_ms, seq)
    WHERE delivered_at_ms IS NULL AND parked_at_ms IS NULL;
