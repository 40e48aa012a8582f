-- Topics about which a person wants messages of a mini-program.  `act_id` is the answer that allows
-- the next five; a topic that was stopped keeps its row, so that orders do not open it again.
CREATE TABLE bridge_subscription (
    person_id     TEXT   NOT NULL,
    program_id    TEXT   NOT NULL,
    topic         TEXT   NOT NULL,
    act_id        TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    stopped_at_ms BIGINT,
    PRIMARY KEY (person_id, program_id, topic)
);

-- Messages that were sent; their words are in the chat.  The id follows from event and call, and
-- `act_id` is the order or the answer that they are counted by.
CREATE TABLE bridge_message (
    id         TEXT   PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    program_id TEXT   NOT NULL,
    topic      TEXT   NOT NULL,
    act_id     TEXT   NOT NULL,
    -- Where its card leads, with a query as JSON; empty for the first page.
    page       TEXT   NOT NULL,
    query      TEXT   NOT NULL,
    sent_at_ms BIGINT NOT NULL
);

CREATE INDEX bridge_message_act ON bridge_message (act_id, program_id);
CREATE INDEX bridge_message_sent ON bridge_message (sent_at_ms);
