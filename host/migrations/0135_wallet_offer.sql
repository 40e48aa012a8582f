-- Money sent to a contact waits until the receiver takes it: a hold in the ledger, and here whom it
-- concerns and how it ended.  It ends once: the row is locked first, and the ledger resolves a hold
-- once whatever this table says.
CREATE TABLE wallet_offer (
    id            TEXT   PRIMARY KEY,
    sender_id     TEXT   NOT NULL,
    receiver_id   TEXT   NOT NULL,
    amount_minor  BIGINT NOT NULL CHECK (amount_minor >= 1),
    currency      TEXT   NOT NULL CHECK (length(currency) = 3),
    memo          TEXT   NOT NULL,
    status        TEXT   NOT NULL
        CHECK (status IN ('waiting', 'accepted', 'declined', 'cancelled', 'expired')),
    -- The journal row that moved the money.
    posted_id     TEXT,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    ended_at_ms   BIGINT,
    CHECK (sender_id <> receiver_id),
    CHECK ((status = 'waiting') = (ended_at_ms IS NULL)),
    CHECK ((status = 'accepted') = (posted_id IS NOT NULL))
);
CREATE INDEX wallet_offer_due ON wallet_offer (expires_at_ms) WHERE status = 'waiting';
CREATE INDEX wallet_offer_received ON wallet_offer (receiver_id) WHERE status = 'waiting';
CREATE INDEX wallet_offer_sent ON wallet_offer (sender_id) WHERE status = 'waiting';

-- Who takes money from contacts without being asked each time.
CREATE TABLE wallet_receiving (
    person_id       TEXT   PRIMARY KEY,
    automatic_at_ms BIGINT NOT NULL
);
