-- Merchants as organisations.  A brand is not a person: several people act for it, and it outlives
-- each of them.  Its handle is owned with everything that looks like it, as a person's is.
CREATE TABLE brands_brand (
    id             TEXT   PRIMARY KEY,
    handle         TEXT   NOT NULL UNIQUE,
    skeleton       TEXT   NOT NULL UNIQUE,
    name           TEXT   NOT NULL,
    description    TEXT   NOT NULL DEFAULT '' CHECK (length(description) <= 500),
    logo_id        TEXT,
    owner_id       TEXT   NOT NULL,
    verified_at_ms BIGINT,
    created_at_ms  BIGINT NOT NULL
);

CREATE INDEX brands_brand_newest ON brands_brand (created_at_ms, id);

-- Who may act for a brand.  The owner is in here too, so that one lookup answers the question.
CREATE TABLE brands_member (
    brand_id    TEXT   NOT NULL REFERENCES brands_brand (id),
    person_id   TEXT   NOT NULL,
    role        TEXT   NOT NULL CHECK (role IN ('owner', 'staff')),
    added_at_ms BIGINT NOT NULL,
    PRIMARY KEY (brand_id, person_id)
);

CREATE INDEX brands_member_person ON brands_member (person_id, brand_id);

CREATE TABLE brands_follow (
    brand_id       TEXT   NOT NULL REFERENCES brands_brand (id),
    person_id      TEXT   NOT NULL,
    followed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (brand_id, person_id)
);

CREATE INDEX brands_follow_person ON brands_follow (person_id, followed_at_ms);

-- A key lets a merchant's machine upload packages for one brand.  Only its hash is kept; the key
-- itself is shown once.
CREATE TABLE brands_upload_key (
    id            TEXT   PRIMARY KEY,
    brand_id      TEXT   NOT NULL REFERENCES brands_brand (id),
    label         TEXT   NOT NULL,
    secret_hash   TEXT   NOT NULL UNIQUE,
    created_by    TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    used_at_ms    BIGINT,
    revoked_at_ms BIGINT
);

CREATE INDEX brands_upload_key_brand ON brands_upload_key (brand_id, created_at_ms);
