-- Whose messages a person does not want.  The brand is not told, and nothing of it reaches them but
-- what the host itself says about their orders.
CREATE TABLE brands_mute (
    brand_id    TEXT   NOT NULL REFERENCES brands_brand (id),
    person_id   TEXT   NOT NULL,
    muted_at_ms BIGINT NOT NULL,
    PRIMARY KEY (brand_id, person_id)
);
