-- Answers by idempotency key, so that a repeated request hears what the first one heard: a refused
-- one stays refused, whatever has changed meanwhile.  The fingerprint is keyed, since the body that
-- it stands for may hold a PIN.
CREATE TABLE core_answer (
    scope          TEXT   NOT NULL,
    key            TEXT   NOT NULL,
    fingerprint    TEXT   NOT NULL,
    status         BIGINT NOT NULL,
    content_type   TEXT   NOT NULL,
    body           TEXT   NOT NULL,
    answered_at_ms BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX core_answer_age ON core_answer (answered_at_ms);
