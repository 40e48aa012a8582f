-- Escrow: the money of one order, from the payment until the buyer confirms or gets it back.  The
-- ledger account of the same order holds exactly this amount while it is funded, and ends at zero.
CREATE TABLE wallet_escrow (
    order_id     TEXT   PRIMARY KEY,
    account_id   TEXT   NOT NULL UNIQUE REFERENCES wallet_account (id),
    payer_id     TEXT   NOT NULL,
    brand_id     TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    fee_minor    BIGINT NOT NULL DEFAULT 0 CHECK (fee_minor >= 0 AND fee_minor < amount_minor),
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    status       TEXT   NOT NULL CHECK (status IN ('funded', 'released', 'refunded')),
    funded_at_ms BIGINT NOT NULL,
    ended_at_ms  BIGINT,
    CHECK ((ended_at_ms IS NULL) = (status = 'funded'))
);
CREATE INDEX wallet_escrow_payer ON wallet_escrow (payer_id, status);

-- What people write with a transfer.  It is not part of the journal, so that it can be forgotten
-- without breaking the chain.
CREATE TABLE wallet_memo (
    transfer_id TEXT PRIMARY KEY REFERENCES wallet_transfer (id),
    memo        TEXT NOT NULL CHECK (length(memo) BETWEEN 1 AND 100)
);

-- Orders to a rail (a bank, a card network).  The row is committed before the rail is asked, so
-- that after a crash the host asks what became of it instead of ordering again.
CREATE TABLE wallet_rail_operation (
    id             TEXT   PRIMARY KEY,
    rail           TEXT   NOT NULL,
    direction      TEXT   NOT NULL CHECK (direction IN ('in', 'out')),
    person_id      TEXT   NOT NULL,
    amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
    currency       TEXT   NOT NULL CHECK (length(currency) = 3),
    state          TEXT   NOT NULL CHECK (state IN ('new', 'sent', 'unknown', 'done', 'failed')),
    rail_reference TEXT   NOT NULL DEFAULT '',
    reason         TEXT   NOT NULL DEFAULT '',
    created_at_ms  BIGINT NOT NULL,
    updated_at_ms  BIGINT NOT NULL
);
CREATE INDEX wallet_rail_operation_open ON wallet_rail_operation (state, updated_at_ms)
    WHERE state IN ('new', 'sent', 'unknown');
CREATE INDEX wallet_rail_operation_person ON wallet_rail_operation (person_id, created_at_ms);
