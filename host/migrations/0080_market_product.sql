-- The catalogue.  A shop names its goods by SKU, the host by id.  Stock is what may still be
-- sold; NULL means that the shop makes as much as is asked for.  The CHECK is the last wall
-- against overselling: a sale that would take stock below zero cannot be written at all.
CREATE TABLE market_product (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL,
    sku           TEXT   NOT NULL CHECK (length(sku) BETWEEN 1 AND 64),
    name          TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    description   TEXT   NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
    kind          TEXT   NOT NULL CHECK (kind IN ('goods', 'pickup', 'virtual')),
    price_minor   BIGINT NOT NULL CHECK (price_minor BETWEEN 1 AND 1000000000000),
    currency      TEXT   NOT NULL CHECK (length(currency) = 3),
    stock         BIGINT CHECK (stock >= 0),
    cover_id      TEXT,
    status        TEXT   NOT NULL CHECK (status IN ('on_sale', 'paused')),
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,
    UNIQUE (brand_id, sku)
);
CREATE INDEX market_product_newest ON market_product (status, created_at_ms, id);
CREATE INDEX market_product_of_brand ON market_product (brand_id, created_at_ms, id);

-- Where a person wants parcels sent.  An order keeps its own copy of the words, so that changing
-- an address never changes where a parcel that is under way was sent.
CREATE TABLE market_address (
    id            TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    label         TEXT   NOT NULL DEFAULT '' CHECK (length(label) <= 20),
    recipient     TEXT   NOT NULL CHECK (length(recipient) BETWEEN 1 AND 80),
    phone         TEXT   NOT NULL CHECK (length(phone) BETWEEN 3 AND 32),
    place         TEXT   NOT NULL CHECK (length(place) BETWEEN 3 AND 300),
    used_at_ms    BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    removed_at_ms BIGINT
);
CREATE INDEX market_address_of_person ON market_address (person_id, used_at_ms);
