-- A frozen account: nothing new leaves it, or comes in, or both.  The trigger says so once more for
-- code that forgets to ask.  What was reserved before may still be posted or given up, because a rail
-- that has paid cannot be told otherwise: turnover with its holds may fall, and may not grow.
ALTER TABLE wallet_account ADD COLUMN frozen TEXT NOT NULL DEFAULT ''
    CHECK (frozen IN ('', 'debit', 'credit', 'both'));
CREATE TRIGGER wallet_account_frozen BEFORE UPDATE ON wallet_account
WHEN OLD.frozen <> '' AND (
    (OLD.frozen <> 'credit' AND NEW.debits_posted_minor + NEW.debits_pending_minor
        > OLD.debits_posted_minor + OLD.debits_pending_minor)
    OR (OLD.frozen <> 'debit' AND NEW.credits_posted_minor + NEW.credits_pending_minor
        > OLD.credits_posted_minor + OLD.credits_pending_minor))
BEGIN SELECT RAISE(ABORT, 'the account is frozen'); END;
