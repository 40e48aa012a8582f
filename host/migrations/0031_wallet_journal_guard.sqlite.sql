-- The journal cannot be edited: a mistake is put right by a new transfer that names the old one.
CREATE TRIGGER wallet_transfer_no_update BEFORE UPDATE ON wallet_transfer
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER wallet_transfer_no_delete BEFORE DELETE ON wallet_transfer
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER wallet_entry_no_update BEFORE UPDATE ON wallet_entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER wallet_entry_no_delete BEFORE DELETE ON wallet_entry
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- The head of the hash chain.  Whoever posts locks this row first, so rows are chained one after
-- the other and the time of the ledger never steps back, however many processes there are.
CREATE TABLE wallet_chain (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    seq   INTEGER NOT NULL CHECK (seq >= 0),
    hash  TEXT    NOT NULL CHECK (length(hash) = 64),
    at_ms INTEGER NOT NULL
) STRICT;
INSERT INTO wallet_chain (id, seq, hash, at_ms)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0);
CREATE TRIGGER wallet_chain_only_forward BEFORE UPDATE ON wallet_chain
WHEN NEW.seq <> OLD.seq + 1 OR NEW.at_ms < OLD.at_ms
BEGIN SELECT RAISE(ABORT, 'the chain only grows'); END;
CREATE TRIGGER wallet_chain_no_delete BEFORE DELETE ON wallet_chain
BEGIN SELECT RAISE(ABORT, 'the chain only grows'); END;
