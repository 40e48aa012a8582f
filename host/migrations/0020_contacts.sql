-- Who knows whom.  A pair of contacts is two rows, so that each side has an alias of its own and
-- one's list is read from one index.
CREATE TABLE contacts_link (
    person_id  TEXT   NOT NULL,
    contact_id TEXT   NOT NULL,
    alias      TEXT   NOT NULL DEFAULT '' CHECK (length(alias) <= 64),
    since_ms   BIGINT NOT NULL,
    PRIMARY KEY (person_id, contact_id),
    CHECK (person_id <> contact_id)
);

-- One row per direction for ever: a declined request is kept, so that declining once is enough
-- for a while and the one who asked is not told.
CREATE TABLE contacts_request (
    id            TEXT   PRIMARY KEY,
    from_id       TEXT   NOT NULL,
    to_id         TEXT   NOT NULL,
    hello         TEXT   NOT NULL CHECK (length(hello) <= 200),
    status        TEXT   NOT NULL CHECK (status IN ('pending', 'accepted', 'declined')),
    created_at_ms BIGINT NOT NULL,
    decided_at_ms BIGINT,
    UNIQUE (from_id, to_id),
    CHECK (from_id <> to_id),
    CHECK ((status = 'pending') = (decided_at_ms IS NULL))
);
CREATE INDEX contacts_request_inbox ON contacts_request (to_id, status, created_at_ms);
CREATE INDEX contacts_request_outbox ON contacts_request (from_id, status, created_at_ms);

-- A block is nobody's business but the blocker's: it stands apart from links and requests, and
-- taking it away brings back what was there.
CREATE TABLE contacts_block (
    person_id     TEXT   NOT NULL,
    blocked_id    TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (person_id, blocked_id),
    CHECK (person_id <> blocked_id)
);
CREATE INDEX contacts_block_of ON contacts_block (blocked_id, person_id);
