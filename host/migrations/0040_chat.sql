-- Conversations.  last_seq is the one counter of a conversation: it is raised in the transaction
-- that writes the message, so sequence numbers have no gaps.
CREATE TABLE chat_conversation (
    id            TEXT   PRIMARY KEY,
    kind          TEXT   NOT NULL CHECK (kind IN ('direct', 'group', 'brand')),
    -- The two sides of a direct or brand conversation in a fixed order: there is one per pair.
    pair_key      TEXT   UNIQUE,
    brand_id      TEXT,
    title         TEXT   NOT NULL DEFAULT '' CHECK (length(title) <= 64),
    last_seq      BIGINT NOT NULL DEFAULT 0,
    last_at_ms    BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    CHECK ((kind = 'group') = (pair_key IS NULL)),
    CHECK ((kind = 'brand') = (brand_id IS NOT NULL))
);

-- A member sees the messages from first_seq up to left_seq: joining late, leaving and being
-- removed are ranges, and unread is the conversation's end less read_seq.
CREATE TABLE chat_member (
    conversation_id TEXT   NOT NULL REFERENCES chat_conversation (id),
    person_id       TEXT   NOT NULL,
    role            TEXT   NOT NULL CHECK (role IN ('owner', 'member')),
    first_seq       BIGINT NOT NULL CHECK (first_seq >= 1),
    left_seq        BIGINT,
    read_seq        BIGINT NOT NULL,
    joined_at_ms    BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, person_id)
);
CREATE INDEX chat_member_person ON chat_member (person_id, conversation_id);
