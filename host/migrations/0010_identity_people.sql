-- People, their passwords and their signed-in devices.  A person's row carries no secret, so it can
-- be read for every screen; the password hash stands apart and is read at sign-in alone.  Tokens are
-- kept as SHA-256 only: a copy of this database signs nobody in.
CREATE TABLE identity_person (
    id            TEXT   PRIMARY KEY,
    handle        TEXT   NOT NULL UNIQUE,
    -- What the handle looks like: "paypa1" and "paypal" have one skeleton, and one owner.
    skeleton      TEXT   NOT NULL UNIQUE,
    name          TEXT   NOT NULL,
    about         TEXT   NOT NULL DEFAULT '',
    avatar_id     TEXT,
    lang          TEXT   NOT NULL CHECK (lang IN ('en', 'zh-Hans')),
    admin_at_ms   BIGINT,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE identity_password (
    person_id     TEXT   PRIMARY KEY REFERENCES identity_person (id),
    hash          TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL
);

CREATE TABLE identity_session (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL REFERENCES identity_person (id),
    token_hash    TEXT   NOT NULL UNIQUE,
    csrf_secret   TEXT   NOT NULL,
    device        TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    seen_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT
);

CREATE INDEX identity_session_person ON identity_session (person_id, seen_at_ms);

-- Attempts to sign in, counted before the password is looked at, so that a restart or ten requests
-- at once give nobody more guesses.
CREATE TABLE identity_budget (
    key           TEXT   PRIMARY KEY,
    used_count    BIGINT NOT NULL,
    began_at_ms   BIGINT NOT NULL
);
