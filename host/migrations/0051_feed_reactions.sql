-- What people do with a post.  Who may see a post sees these too, less what blocks hide.
CREATE TABLE feed_like (
    post_id       TEXT   NOT NULL REFERENCES feed_post (id),
    person_id     TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (post_id, person_id)
);

-- A deleted comment keeps its row without its words: the id was its writer's idempotency key.
CREATE TABLE feed_comment (
    id            TEXT   PRIMARY KEY,
    post_id       TEXT   NOT NULL REFERENCES feed_post (id),
    author_id     TEXT   NOT NULL,
    text          TEXT   NOT NULL CHECK (length(text) <= 1000),
    created_at_ms BIGINT NOT NULL,
    deleted_at_ms BIGINT,
    CHECK (deleted_at_ms IS NULL OR text = '')
);

CREATE INDEX feed_comment_post ON feed_comment (post_id, created_at_ms, id)
    WHERE deleted_at_ms IS NULL;

-- Posts that a person does not want to see again.  Nobody is told.
CREATE TABLE feed_hidden (
    person_id     TEXT   NOT NULL,
    post_id       TEXT   NOT NULL REFERENCES feed_post (id),
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (person_id, post_id)
);

-- What others did with one's posts, for the list of news and the badge on the tab.  One row per act;
-- a like that is taken back takes its row along.
CREATE TABLE feed_news (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    kind          TEXT   NOT NULL CHECK (kind IN ('liked', 'commented')),
    post_id       TEXT   NOT NULL REFERENCES feed_post (id),
    actor_id      TEXT   NOT NULL,
    comment_id    TEXT,
    created_at_ms BIGINT NOT NULL,
    seen_at_ms    BIGINT
);

CREATE INDEX feed_news_person ON feed_news (person_id, created_at_ms, id);
CREATE INDEX feed_news_unseen ON feed_news (person_id) WHERE seen_at_ms IS NULL;
