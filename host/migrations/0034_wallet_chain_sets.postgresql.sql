-- A set of transfers is posted at once and the head of the chain moves once: as many rows as it
-- moves on must have been added, and the last of them must be the row that it names.
DROP TRIGGER wallet_chain_only_forward ON wallet_chain;
CREATE FUNCTION wallet_chain_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <= OLD.seq OR NEW.at_ms < OLD.at_ms
        OR NEW.seq - OLD.seq <> (SELECT COUNT(*) FROM wallet_transfer WHERE seq > OLD.seq)
        OR NOT EXISTS (SELECT 1 FROM wallet_transfer
            WHERE seq = NEW.seq AND hash = NEW.hash AND created_at_ms = NEW.at_ms)
    THEN RAISE EXCEPTION 'the chain only grows'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wallet_chain_only_forward BEFORE UPDATE ON wallet_chain
    FOR EACH ROW EXECUTE FUNCTION wallet_chain_moves();

-- A closed account is empty, and stays so: any transfer would break this CHECK.
ALTER TABLE wallet_account ADD COLUMN closed_at_ms BIGINT CHECK (closed_at_ms IS NULL OR (
    credits_posted_minor = debits_posted_minor
    AND debits_pending_minor = 0 AND credits_pending_minor = 0));

-- When a hold ends by itself.  Only a hold does.
ALTER TABLE wallet_transfer ADD COLUMN expires_at_ms BIGINT
    CHECK (expires_at_ms IS NULL OR kind = 'pending');
CREATE INDEX wallet_transfer_expires ON wallet_transfer (expires_at_ms)
    WHERE expires_at_ms IS NOT NULL;
