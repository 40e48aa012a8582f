-- Rate windows survive a restart, so that restarting the host gives nobody a new budget.
CREATE TABLE core_rate (
    key          TEXT   PRIMARY KEY,
    window_at_ms BIGINT NOT NULL,
    used_count   BIGINT NOT NULL
);

-- Pictures.  The id is a digest of the re-encoded content: it cannot be guessed by who has not
-- seen the picture, and the same picture is kept once.  Who has put how much is counted here.
CREATE TABLE core_media (
    id            TEXT   NOT NULL,
    owner_id      TEXT   NOT NULL,
    width         BIGINT NOT NULL,
    height        BIGINT NOT NULL,
    stored_bytes  BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (id, owner_id)
);

CREATE INDEX core_media_owner ON core_media (owner_id);
