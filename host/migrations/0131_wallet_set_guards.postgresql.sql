-- Foreign keys of the journal judge row by row, and took two thirds of the time of a posting.  The
-- same rules, judged once for each statement: what a row names must be there.  A foreign key also
-- refuses that what is named goes away; nothing of the ledger ever does, whoever tries.
ALTER TABLE wallet_transfer
    DROP CONSTRAINT wallet_transfer_debit_id_fkey, DROP CONSTRAINT wallet_transfer_credit_id_fkey,
    DROP CONSTRAINT wallet_transfer_pending_id_fkey,
    DROP CONSTRAINT wallet_transfer_reverses_id_fkey;
ALTER TABLE wallet_entry
    DROP CONSTRAINT wallet_entry_account_id_fkey, DROP CONSTRAINT wallet_entry_seq_fkey;

-- A subquery is one look-up in the index for each row, however large the tables have become.
CREATE FUNCTION wallet_transfer_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM added t
        WHERE (SELECT 1 FROM wallet_account a WHERE a.id = t.debit_id) IS NULL
        OR (SELECT 1 FROM wallet_account a WHERE a.id = t.credit_id) IS NULL
        OR (t.pending_id IS NOT NULL
            AND (SELECT 1 FROM wallet_transfer e WHERE e.id = t.pending_id) IS NULL)
        OR (t.reverses_id IS NOT NULL
            AND (SELECT 1 FROM wallet_transfer e WHERE e.id = t.reverses_id) IS NULL))
    THEN RAISE foreign_key_violation USING MESSAGE = 'a transfer names what is not there'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER wallet_transfer_names AFTER INSERT ON wallet_transfer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION wallet_transfer_names();

CREATE FUNCTION wallet_entry_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Both sides of the transfer are accounts, as that was judged when it was added.
    IF EXISTS (SELECT 1 FROM added e WHERE (SELECT 1 FROM wallet_transfer t
        WHERE t.seq = e.seq AND e.account_id IN (t.debit_id, t.credit_id)) IS NULL)
    THEN RAISE foreign_key_violation USING MESSAGE = 'an entry names what is not there'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER wallet_entry_names AFTER INSERT ON wallet_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION wallet_entry_names();

CREATE TRIGGER wallet_account_stays BEFORE DELETE ON wallet_account
    FOR EACH ROW EXECUTE FUNCTION wallet_refuse();
CREATE TRIGGER wallet_account_keeps_id BEFORE UPDATE OF id ON wallet_account
    FOR EACH ROW EXECUTE FUNCTION wallet_refuse();
CREATE TRIGGER wallet_account_whole BEFORE TRUNCATE ON wallet_account
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_refuse();
CREATE TRIGGER wallet_transfer_whole BEFORE TRUNCATE ON wallet_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_refuse();
CREATE TRIGGER wallet_entry_whole BEFORE TRUNCATE ON wallet_entry
    FOR EACH STATEMENT EXECUTE FUNCTION wallet_refuse();
