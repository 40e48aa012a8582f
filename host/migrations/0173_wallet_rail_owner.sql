-- Brands are paid out through rails as people are, and what was done may come back days later: an
-- order to a rail has an owner of a kind, may end as `returned`, and says when the rail's own
-- statement showed it.  The table is made anew because its CHECKs change.  Orders from before had
-- no account in transit: what is done is settled.
CREATE TABLE wallet_rail_order (
    id                   TEXT   PRIMARY KEY,
    rail                 TEXT   NOT NULL,
    direction            TEXT   NOT NULL CHECK (direction IN ('in', 'out')),
    owner_kind           TEXT   NOT NULL CHECK (owner_kind IN ('person', 'brand')),
    owner_id             TEXT   NOT NULL,
    amount_minor         BIGINT NOT NULL CHECK (amount_minor > 0),
    currency             TEXT   NOT NULL CHECK (length(currency) = 3),
    state                TEXT   NOT NULL
        CHECK (state IN ('new', 'sent', 'unknown', 'done', 'failed', 'returned')),
    rail_reference       TEXT   NOT NULL DEFAULT '',
    reason               TEXT   NOT NULL DEFAULT '',
    created_at_ms        BIGINT NOT NULL,
    updated_at_ms        BIGINT NOT NULL,
    done_at_ms           BIGINT,
    settled_at_ms        BIGINT,
    return_settled_at_ms BIGINT,
    CHECK ((done_at_ms IS NOT NULL) = (state IN ('done', 'returned'))),
    CHECK (settled_at_ms IS NULL OR done_at_ms IS NOT NULL),
    CHECK (return_settled_at_ms IS NULL OR state = 'returned')
);
INSERT INTO wallet_rail_order (id, rail, direction, owner_kind, owner_id, amount_minor, currency,
    state, rail_reference, reason, created_at_ms, updated_at_ms, done_at_ms, settled_at_ms)
SELECT id, rail, direction, 'person', person_id, amount_minor, currency, state, rail_reference,
    reason, created_at_ms, updated_at_ms,
    CASE WHEN state = 'done' THEN updated_at_ms END,
    CASE WHEN state = 'done' THEN updated_at_ms END
FROM wallet_rail_operation;
DROP TABLE wallet_rail_operation;
ALTER TABLE wallet_rail_order RENAME TO wallet_rail_operation;
CREATE INDEX wallet_rail_operation_open ON wallet_rail_operation (state, updated_at_ms)
    WHERE state IN ('new', 'sent', 'unknown');
CREATE INDEX wallet_rail_operation_owner ON wallet_rail_operation (owner_id, created_at_ms);
CREATE INDEX wallet_rail_operation_unsettled ON wallet_rail_operation (rail, done_at_ms)
    WHERE settled_at_ms IS NULL;
