-- Offers to exchange money of one currency into another.  An offer holds for a minute and serves
-- once: it is marked as used in the transaction that moves the money.
CREATE TABLE wallet_quote (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    sell_currency TEXT   NOT NULL CHECK (length(sell_currency) = 3),
    sell_minor    BIGINT NOT NULL CHECK (sell_minor > 0),
    fee_minor     BIGINT NOT NULL CHECK (fee_minor >= 0),
    buy_currency  TEXT   NOT NULL CHECK (length(buy_currency) = 3),
    buy_minor     BIGINT NOT NULL CHECK (buy_minor > 0),
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL CHECK (expires_at_ms > made_at_ms),
    used_at_ms    BIGINT CHECK (used_at_ms < expires_at_ms),
    CHECK (sell_currency <> buy_currency)
);
CREATE INDEX wallet_quote_age ON wallet_quote (expires_at_ms);
