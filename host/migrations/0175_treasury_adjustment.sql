-- What is wrong is put right by two people: one proposes a transfer with a reason, another approves
-- or declines it.  Notes on breaks, and the call-backs of rails that were heard, each once.
CREATE TABLE treasury_adjustment (
    id             TEXT   PRIMARY KEY,
    debit_id       TEXT   NOT NULL,
    credit_id      TEXT   NOT NULL,
    amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
    currency       TEXT   NOT NULL CHECK (length(currency) = 3),
    reason         TEXT   NOT NULL CHECK (length(reason) >= 10),
    break_id       TEXT   REFERENCES treasury_break (id),
    proposed_by    TEXT   NOT NULL,
    proposed_at_ms BIGINT NOT NULL,
    status         TEXT   NOT NULL CHECK (status IN ('proposed', 'approved', 'declined')),
    decided_by     TEXT,
    decided_at_ms  BIGINT,
    CHECK (debit_id <> credit_id),
    CHECK ((status = 'proposed') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at_ms IS NULL)),
    -- Two people, whatever the code believes.  Who proposed may take it back.
    CHECK (status <> 'approved' OR decided_by <> proposed_by)
);
CREATE INDEX treasury_adjustment_time ON treasury_adjustment (proposed_at_ms, id);

CREATE TABLE treasury_note (
    id       TEXT   PRIMARY KEY,
    break_id TEXT   NOT NULL REFERENCES treasury_break (id),
    actor_id TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    at_ms    BIGINT NOT NULL
);
CREATE INDEX treasury_note_break ON treasury_note (break_id, at_ms);

CREATE TABLE treasury_callback (
    id      TEXT   PRIMARY KEY,
    rail    TEXT   NOT NULL,
    outcome TEXT   NOT NULL,
    at_ms   BIGINT NOT NULL
);
