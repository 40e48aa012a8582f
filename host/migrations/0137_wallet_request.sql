-- Asking for money: one contact, or the people of a group who split a bill.  Everybody who is asked
-- has a share, which they pay or decline once; the request ends when none is open, when its maker
-- closes it, or after a week.  What was paid was paid: nothing of it comes back by itself.
CREATE TABLE wallet_request (
    id             TEXT   PRIMARY KEY,
    kind           TEXT   NOT NULL CHECK (kind IN ('direct', 'split')),
    requester_id   TEXT   NOT NULL,
    -- The group whose bill is split; '' between two.
    circle_id      TEXT   NOT NULL,
    currency       TEXT   NOT NULL CHECK (length(currency) = 3),
    memo           TEXT   NOT NULL,
    status         TEXT   NOT NULL CHECK (status IN ('open', 'done', 'closed', 'expired')),
    created_at_ms  BIGINT NOT NULL,
    expires_at_ms  BIGINT NOT NULL,
    reminded_at_ms BIGINT,
    ended_at_ms    BIGINT,
    CHECK ((kind = 'split') = (circle_id <> '')),
    CHECK ((status = 'open') = (ended_at_ms IS NULL))
);
CREATE INDEX wallet_request_due ON wallet_request (expires_at_ms) WHERE status = 'open';
CREATE INDEX wallet_request_made ON wallet_request (requester_id) WHERE status = 'open';

CREATE TABLE wallet_request_share (
    request_id   TEXT   NOT NULL REFERENCES wallet_request (id),
    person_id    TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 1),
    status       TEXT   NOT NULL CHECK (status IN ('open', 'paid', 'declined')),
    -- The journal row by which the payer's money left.
    transfer_id  TEXT,
    ended_at_ms  BIGINT,
    PRIMARY KEY (request_id, person_id),
    CHECK ((status = 'paid') = (transfer_id IS NOT NULL)),
    CHECK ((status = 'open') = (ended_at_ms IS NULL))
);
CREATE INDEX wallet_request_share_person ON wallet_request_share (person_id) WHERE status = 'open';
