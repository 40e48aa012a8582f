-- Payment by code.  A person's own code is a number that serves once within a minute; only its hash
-- is kept, so that a copy of the database opens nothing.  A link is what a printed or shown code
-- leads to: a shop, one sale, or a person; its token is chance and means nothing by itself.
CREATE TABLE codes_pay (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    number_hash   TEXT   NOT NULL UNIQUE,
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    charge_id     TEXT
);
CREATE INDEX codes_pay_expiry ON codes_pay (expires_at_ms);

-- What a till asks of the person whose code it has read.  A code makes one charge.
CREATE TABLE codes_charge (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL,
    code_id       TEXT   NOT NULL UNIQUE,
    payer_id      TEXT   NOT NULL,
    made_by       TEXT   NOT NULL,
    amount_minor  BIGINT NOT NULL CHECK (amount_minor > 0),
    currency      TEXT   NOT NULL,
    memo          TEXT   NOT NULL,
    status        TEXT   NOT NULL CHECK (status IN ('waiting', 'paid', 'declined', 'expired')),
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    ended_at_ms   BIGINT,
    CHECK ((status = 'waiting') = (ended_at_ms IS NULL))
);
CREATE INDEX codes_charge_brand ON codes_charge (brand_id, made_at_ms);
CREATE INDEX codes_charge_waiting ON codes_charge (payer_id, expires_at_ms)
    WHERE status = 'waiting';

-- Numbers that a shop's till gave and that were no code: counted before they are looked up.
CREATE TABLE codes_till (
    brand_id   TEXT   PRIMARY KEY,
    miss_count BIGINT NOT NULL,
    since_ms   BIGINT NOT NULL
);

CREATE TABLE codes_link (
    token         TEXT   PRIMARY KEY,
    ask_id        TEXT   NOT NULL UNIQUE,
    kind          TEXT   NOT NULL CHECK (kind IN ('shop', 'sale', 'person')),
    owner_id      TEXT   NOT NULL,
    amount_minor  BIGINT CHECK (amount_minor > 0),
    currency      TEXT   NOT NULL,
    memo          TEXT   NOT NULL,
    made_by       TEXT   NOT NULL,
    made_at_ms    BIGINT NOT NULL,
    expires_at_ms BIGINT,
    closed_at_ms  BIGINT,
    paid_by       TEXT,
    CHECK (kind <> 'sale' OR amount_minor IS NOT NULL)
);
CREATE UNIQUE INDEX codes_link_static ON codes_link (owner_id)
    WHERE expires_at_ms IS NULL AND closed_at_ms IS NULL;
