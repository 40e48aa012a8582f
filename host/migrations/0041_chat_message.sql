-- Messages.  (sender_id, client_id) is unique for ever: a client that did not hear the answer sends
-- again, however much later, and gets the first message back.  body_digest tells a repeat from
-- another body under the same id; it is salted with the message's id and outlives a recall, which
-- empties everything else.
CREATE TABLE chat_message (
    conversation_id TEXT   NOT NULL REFERENCES chat_conversation (id),
    seq             BIGINT NOT NULL CHECK (seq >= 1),
    id              TEXT   NOT NULL UNIQUE,
    sender_kind     TEXT   NOT NULL CHECK (sender_kind IN ('person', 'brand')),
    sender_id       TEXT   NOT NULL,
    client_id       TEXT   NOT NULL CHECK (length(client_id) BETWEEN 1 AND 64),
    body_digest     TEXT   NOT NULL,
    text            TEXT   NOT NULL CHECK (length(text) <= 4000),
    image_id        TEXT,
    card_kind       TEXT,
    card_id         TEXT,
    -- What happened to the group, when that is the message: created, added, left, removed, renamed.
    notice          TEXT,
    reply_to_seq    BIGINT,
    sent_at_ms      BIGINT NOT NULL,
    recalled_at_ms  BIGINT,
    PRIMARY KEY (conversation_id, seq),
    UNIQUE (sender_id, client_id),
    CHECK ((card_kind IS NULL) = (card_id IS NULL)),
    CHECK (recalled_at_ms IS NULL OR (text = '' AND image_id IS NULL AND card_id IS NULL))
);

-- Messages that a member must not get, because they had blocked the sender when it was sent.  The
-- sender's own view stays whole: nothing tells them of the block.
CREATE TABLE chat_withheld (
    conversation_id TEXT   NOT NULL,
    person_id       TEXT   NOT NULL,
    seq             BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, person_id, seq)
);
