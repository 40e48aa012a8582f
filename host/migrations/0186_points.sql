-- Programmes of shops, and what each earning gave.  The points themselves are in the ledger, as an
-- asset of their own ('PTS'): here is only what the ledger does not know.
CREATE TABLE points_programme (
    brand_id      TEXT   PRIMARY KEY,
    is_on         BIGINT NOT NULL CHECK (is_on IN (0, 1)),
    currency      TEXT   NOT NULL CHECK (length(currency) = 3 AND currency <> 'PTS'),
    -- Money for one point, and what a hundred points are worth: never more than was paid for them.
    earn_minor    BIGINT NOT NULL CHECK (earn_minor > 0),
    worth_minor   BIGINT NOT NULL CHECK (worth_minor > 0 AND worth_minor <= 100 * earn_minor),
    expiry_months BIGINT CHECK (expiry_months BETWEEN 1 AND 60),
    -- Only what was earned from then on gives points.
    since_ms      BIGINT NOT NULL,
    changed_by    TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL
);

-- Who has an account with a brand, and when its points lapse unless more are earned.
CREATE TABLE points_holder (
    person_id    TEXT   NOT NULL,
    brand_id     TEXT   NOT NULL REFERENCES points_programme (brand_id),
    lapses_at_ms BIGINT,
    PRIMARY KEY (person_id, brand_id)
);
CREATE INDEX points_holder_lapses ON points_holder (lapses_at_ms) WHERE lapses_at_ms IS NOT NULL;

-- One row an earning, so that it gives points once; what is due back may be more than what was left
-- to take, and is never due twice.
CREATE TABLE points_earning (
    source_kind   TEXT   NOT NULL,
    source_id     TEXT   NOT NULL,
    brand_id      TEXT   NOT NULL REFERENCES points_programme (brand_id),
    person_id     TEXT   NOT NULL,
    earn_minor    BIGINT NOT NULL CHECK (earn_minor > 0),
    earned_points BIGINT NOT NULL CHECK (earned_points >= 0),
    due_points    BIGINT NOT NULL DEFAULT 0 CHECK (due_points BETWEEN 0 AND earned_points),
    PRIMARY KEY (source_kind, source_id)
);

-- One row a key.
CREATE TABLE points_redemption (
    id           TEXT   PRIMARY KEY,
    brand_id     TEXT   NOT NULL REFERENCES points_programme (brand_id),
    person_id    TEXT   NOT NULL,
    asked_points BIGINT NOT NULL,
    taken_points BIGINT NOT NULL CHECK (taken_points BETWEEN 1 AND asked_points),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency     TEXT   NOT NULL CHECK (length(currency) = 3),
    at_ms        BIGINT NOT NULL
);
