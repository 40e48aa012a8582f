-- The feed is read, not delivered: a page asks for the newest posts of one's friends and of everybody,
-- so a post is one row whoever may see it, and a block or a lost friendship works at once.  A deleted
-- post keeps its row without its words: its id was the author's idempotency key.
CREATE TABLE feed_post (
    id            TEXT   PRIMARY KEY,
    author_id     TEXT   NOT NULL,
    text          TEXT   NOT NULL CHECK (length(text) <= 2000),
    audience      TEXT   NOT NULL CHECK (audience IN ('friends', 'public')),
    card_kind     TEXT,
    card_id       TEXT,
    created_at_ms BIGINT NOT NULL,
    deleted_at_ms BIGINT,
    CHECK ((card_kind IS NULL) = (card_id IS NULL)),
    CHECK (deleted_at_ms IS NULL OR (text = '' AND card_id IS NULL))
);

CREATE INDEX feed_post_newest ON feed_post (created_at_ms, id) WHERE deleted_at_ms IS NULL;
CREATE INDEX feed_post_author ON feed_post (author_id, created_at_ms, id)
    WHERE deleted_at_ms IS NULL;

CREATE TABLE feed_picture (
    post_id   TEXT   NOT NULL REFERENCES feed_post (id),
    position  BIGINT NOT NULL CHECK (position BETWEEN 0 AND 8),
    media_id  TEXT   NOT NULL,
    width     BIGINT NOT NULL CHECK (width > 0),
    height    BIGINT NOT NULL CHECK (height > 0),
    alt       TEXT   NOT NULL CHECK (length(alt) <= 300),
    PRIMARY KEY (post_id, position)
);
