-- Risk rules: what each found, also in the shadow, and the payments that wait for a person to look.
CREATE TABLE wallet_risk_mode (
    rule_id       TEXT   PRIMARY KEY,
    mode          TEXT   NOT NULL CHECK (mode IN ('off', 'shadow', 'on')),
    reason        TEXT   NOT NULL,
    actor_id      TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL
);

-- One row for a rule and a payment; the version says which text of the rule it was.
CREATE TABLE wallet_risk_hit (
    id           TEXT   PRIMARY KEY,
    rule_id      TEXT   NOT NULL,
    rule_version BIGINT NOT NULL,
    mode         TEXT   NOT NULL CHECK (mode IN ('shadow', 'on')),
    action       TEXT   NOT NULL CHECK (action IN ('notice', 'confirm', 'hold', 'refuse')),
    person_id    TEXT   NOT NULL,
    purpose      TEXT   NOT NULL,
    subject_id   TEXT   NOT NULL,
    payee_id     TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency     TEXT   NOT NULL,
    at_ms        BIGINT NOT NULL,
    UNIQUE (rule_id, person_id, purpose, subject_id)
);
CREATE INDEX wallet_risk_hit_time ON wallet_risk_hit (at_ms);
CREATE INDEX wallet_risk_hit_subject ON wallet_risk_hit (person_id, purpose, subject_id);

-- A payment that is being checked.  It ends by a decision or by itself.
CREATE TABLE wallet_review (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    purpose       TEXT   NOT NULL,
    subject_id    TEXT   NOT NULL,
    payee_id      TEXT   NOT NULL,
    amount_minor  BIGINT NOT NULL CHECK (amount_minor > 0),
    currency      TEXT   NOT NULL,
    status        TEXT   NOT NULL CHECK (status IN ('open', 'approved', 'refused', 'expired')),
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL CHECK (expires_at_ms > made_at_ms),
    decided_by    TEXT,
    decided_at_ms BIGINT,
    reason        TEXT   NOT NULL DEFAULT '',
    UNIQUE (person_id, purpose, subject_id),
    CHECK ((decided_by IS NULL) = (status IN ('open', 'expired')))
);
CREATE INDEX wallet_review_open ON wallet_review (expires_at_ms) WHERE status = 'open';
CREATE INDEX wallet_review_person ON wallet_review (person_id, made_at_ms);
