-- The ledger.  Every transfer debits one account and credits one other, so the balances of a
-- currency always sum to zero.  The CHECKs make an overdraft impossible even for code with a
-- mistake: what people, merchants, the platform and escrow hold can never be spent twice, and a
-- rail can never pay out more than once came in through it.
CREATE TABLE wallet_account (
    id                    TEXT    PRIMARY KEY,
    owner_id              TEXT    NOT NULL,
    kind                  TEXT    NOT NULL
        CHECK (kind IN ('user', 'merchant', 'platform', 'rail', 'escrow')),
    currency              TEXT    NOT NULL CHECK (length(currency) = 3),
    debits_posted_minor   INTEGER NOT NULL DEFAULT 0 CHECK (debits_posted_minor >= 0),
    credits_posted_minor  INTEGER NOT NULL DEFAULT 0 CHECK (credits_posted_minor >= 0),
    debits_pending_minor  INTEGER NOT NULL DEFAULT 0 CHECK (debits_pending_minor >= 0),
    credits_pending_minor INTEGER NOT NULL DEFAULT 0 CHECK (credits_pending_minor >= 0),
    created_at_ms         INTEGER NOT NULL,
    CHECK (kind = 'rail' OR debits_posted_minor + debits_pending_minor <= credits_posted_minor),
    CHECK (kind <> 'rail' OR credits_posted_minor + credits_pending_minor <= debits_posted_minor)
) STRICT, WITHOUT ROWID;
CREATE INDEX wallet_account_owner ON wallet_account (owner_id, kind);

-- The journal.  Rows are only ever added, and each carries the hash of the one before it.
CREATE TABLE wallet_transfer (
    seq           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 100),
    kind          TEXT    NOT NULL CHECK (kind IN ('single', 'pending', 'post', 'void')),
    debit_id      TEXT    NOT NULL REFERENCES wallet_account (id),
    credit_id     TEXT    NOT NULL REFERENCES wallet_account (id),
    amount_minor  INTEGER NOT NULL CHECK (amount_minor BETWEEN 1 AND 1000000000000000),
    currency      TEXT    NOT NULL CHECK (length(currency) = 3),
    purpose       TEXT    NOT NULL,
    reference     TEXT    NOT NULL DEFAULT '',
    actor_id      TEXT    NOT NULL,
    pending_id    TEXT    REFERENCES wallet_transfer (id),
    reverses_id   TEXT    REFERENCES wallet_transfer (id),
    created_at_ms INTEGER NOT NULL,
    hash          TEXT    NOT NULL CHECK (length(hash) = 64),
    CHECK (debit_id <> credit_id),
    CHECK ((pending_id IS NOT NULL) = (kind IN ('post', 'void')))
) STRICT;
CREATE INDEX wallet_transfer_time ON wallet_transfer (created_at_ms);
-- A hold is resolved once, and a transfer is reversed once, whatever the code believes.
CREATE UNIQUE INDEX wallet_transfer_resolves ON wallet_transfer (pending_id)
    WHERE pending_id IS NOT NULL;
CREATE UNIQUE INDEX wallet_transfer_reverses ON wallet_transfer (reverses_id)
    WHERE reverses_id IS NOT NULL;

-- One row for each side of posted money, with the balance after it: the balance of an account at
-- any moment is one look-up in this order.
CREATE TABLE wallet_entry (
    account_id    TEXT    NOT NULL REFERENCES wallet_account (id),
    seq           INTEGER NOT NULL REFERENCES wallet_transfer (seq),
    change_minor  INTEGER NOT NULL CHECK (change_minor <> 0),
    balance_minor INTEGER NOT NULL,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;
