-- A brand's chats, latest first: the inbox in its console.
CREATE INDEX chat_conversation_brand ON chat_conversation (brand_id, last_at_ms)
    WHERE brand_id IS NOT NULL;
