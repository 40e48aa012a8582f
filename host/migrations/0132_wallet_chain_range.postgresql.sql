-- The head of the chain was judged by a count of all rows behind it.  The server plans that for any
-- number of them and reads the whole journal; a range of numbers and a maximum are looked up in the
-- index, however long the journal has become.  The rule is the same.
CREATE OR REPLACE FUNCTION wallet_chain_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seq <= OLD.seq OR NEW.at_ms < OLD.at_ms
        OR NEW.seq <> (SELECT MAX(seq) FROM wallet_transfer)
        OR NEW.seq - OLD.seq <>
            (SELECT COUNT(*) FROM wallet_transfer WHERE seq > OLD.seq AND seq <= NEW.seq)
        OR NOT EXISTS (SELECT 1 FROM wallet_transfer
            WHERE seq = NEW.seq AND hash = NEW.hash AND created_at_ms = NEW.at_ms)
    THEN RAISE EXCEPTION 'the chain only grows'; END IF;
    RETURN NEW;
END $$;
