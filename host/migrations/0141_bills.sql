-- Bills: who may send them, to which account number, and what became of each payment.  A biller says
-- the amount and may change it; every change is a new version, and a payment names the version that
-- its payer has seen.  A bill has one payment that is not refused: the index keeps it so.
CREATE TABLE bills_biller (
    brand_id      TEXT   PRIMARY KEY,
    category      TEXT   NOT NULL,
    region        TEXT   NOT NULL,
    account_label TEXT   NOT NULL,
    adapter       TEXT   NOT NULL CHECK (adapter IN ('api', 'demo')),
    made_at_ms    BIGINT NOT NULL,
    closed_at_ms  BIGINT
);

CREATE TABLE bills_account (
    id             TEXT   PRIMARY KEY,
    person_id      TEXT   NOT NULL,
    brand_id       TEXT   NOT NULL,
    account_number TEXT   NOT NULL,
    label          TEXT   NOT NULL,
    linked_at_ms   BIGINT NOT NULL,
    UNIQUE (person_id, brand_id, account_number)
);
CREATE INDEX bills_account_number ON bills_account (brand_id, account_number);

CREATE TABLE bills_bill (
    id             TEXT   PRIMARY KEY,
    brand_id       TEXT   NOT NULL,
    bill_number    TEXT   NOT NULL,
    account_number TEXT   NOT NULL,
    title          TEXT   NOT NULL,
    amount_minor   BIGINT NOT NULL CHECK (amount_minor > 0),
    currency       TEXT   NOT NULL,
    due_at_ms      BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    status         TEXT   NOT NULL CHECK (status IN ('open', 'paying', 'paid', 'closed')),
    made_at_ms     BIGINT NOT NULL,
    updated_at_ms  BIGINT NOT NULL,
    UNIQUE (brand_id, bill_number)
);
CREATE INDEX bills_bill_account ON bills_bill (brand_id, account_number, due_at_ms);
CREATE INDEX bills_bill_due ON bills_bill (due_at_ms) WHERE status = 'open';

CREATE TABLE bills_payment (
    id            TEXT   PRIMARY KEY,
    bill_id       TEXT   NOT NULL REFERENCES bills_bill (id),
    person_id     TEXT   NOT NULL,
    brand_id      TEXT   NOT NULL,
    amount_minor  BIGINT NOT NULL CHECK (amount_minor > 0),
    currency      TEXT   NOT NULL,
    fee_bps       BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('sent', 'unknown', 'accepted', 'refused')),
    reference     TEXT   NOT NULL DEFAULT '',
    made_at_ms    BIGINT NOT NULL,
    asked_at_ms   BIGINT NOT NULL,
    ended_at_ms   BIGINT
);
CREATE UNIQUE INDEX bills_payment_once ON bills_payment (bill_id) WHERE state <> 'refused';
CREATE INDEX bills_payment_waiting ON bills_payment (asked_at_ms) WHERE state IN ('sent', 'unknown');
CREATE TABLE bills_reminder (bill_id TEXT, person_id TEXT, PRIMARY KEY (bill_id, person_id));
