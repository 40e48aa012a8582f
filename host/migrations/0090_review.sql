-- What merchants hand in, who looked at it and what was decided.  A submission is one request for a
-- decision; a version that was taken back and handed in again has two.
CREATE TABLE review_submission (
    id              TEXT   PRIMARY KEY,
    version_id      TEXT   NOT NULL,
    program_id      TEXT   NOT NULL,
    brand_id        TEXT   NOT NULL,
    submitted_by    TEXT   NOT NULL,
    submitted_at_ms BIGINT NOT NULL,
    due_at_ms       BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'withdrawn')),
    decided_by      TEXT,
    decided_at_ms   BIGINT,
    rule            TEXT   NOT NULL DEFAULT '',
    reason          TEXT   NOT NULL DEFAULT '',
    CHECK ((decided_by IS NULL) = (status IN ('open', 'withdrawn')))
);

CREATE UNIQUE INDEX review_submission_one_open ON review_submission (version_id)
    WHERE status = 'open';
CREATE INDEX review_submission_queue ON review_submission (status, submitted_at_ms, id);
CREATE INDEX review_submission_version ON review_submission (version_id, submitted_at_ms);

-- Nobody decides about what they have not opened.
CREATE TABLE review_seen (
    submission_id TEXT   NOT NULL REFERENCES review_submission (id),
    admin_id      TEXT   NOT NULL,
    seen_at_ms    BIGINT NOT NULL,
    PRIMARY KEY (submission_id, admin_id)
);

-- One appeal for each rejection, decided by somebody else than who rejected.
CREATE TABLE review_appeal (
    submission_id TEXT   PRIMARY KEY REFERENCES review_submission (id),
    appellant_id  TEXT   NOT NULL,
    text          TEXT   NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    made_at_ms    BIGINT NOT NULL,
    due_at_ms     BIGINT NOT NULL,
    outcome       TEXT   CHECK (outcome IN ('upheld', 'overturned')),
    decided_by    TEXT,
    decided_at_ms BIGINT,
    reason        TEXT   NOT NULL DEFAULT '',
    CHECK ((outcome IS NULL) = (decided_by IS NULL))
);

-- Everything an admin decides.  Each entry carries the hash of the one before, and no two entries
-- may follow the same one, so a line that is changed, removed or slipped in breaks the chain.
CREATE TABLE review_audit (
    seq       BIGINT PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    actor_id  TEXT   NOT NULL,
    action    TEXT   NOT NULL,
    subject   TEXT   NOT NULL,
    detail    TEXT   NOT NULL,
    prev_hash TEXT   NOT NULL UNIQUE,
    hash      TEXT   NOT NULL UNIQUE
);
