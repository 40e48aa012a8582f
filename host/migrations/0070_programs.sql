-- Mini-programs and their versions.  An app id belongs to the brand that first uploads it, in any
-- mix of upper and lower case, so that nobody passes for another shop.
CREATE TABLE programs_program (
    id              TEXT   PRIMARY KEY,
    -- The id, case-folded.
    key             TEXT   NOT NULL UNIQUE,
    brand_id        TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    description     TEXT   NOT NULL,
    icon_id         TEXT,
    live_version_id TEXT,
    live_at_ms      BIGINT,
    created_at_ms   BIGINT NOT NULL,
    CHECK ((live_version_id IS NULL) = (live_at_ms IS NULL))
);

CREATE INDEX programs_program_brand ON programs_program (brand_id, created_at_ms);
CREATE INDEX programs_program_live ON programs_program (live_at_ms, id)
    WHERE live_version_id IS NOT NULL;

-- A version is a package that passed every machine check, by the digest of its bytes.  It never
-- changes; only its status does.  Approved is not published: the merchant puts it live.
CREATE TABLE programs_version (
    id              TEXT   PRIMARY KEY,
    program_id      TEXT   NOT NULL REFERENCES programs_program (id),
    version_name    TEXT   NOT NULL,
    code            BIGINT NOT NULL,
    -- Two blobs: the package as it was sent, and what the compiler in the box made of it.
    digest          TEXT   NOT NULL,
    compiled_digest TEXT   NOT NULL,
    size_bytes      BIGINT NOT NULL,
    name            TEXT   NOT NULL,
    description     TEXT   NOT NULL,
    icon_id         TEXT,
    permissions     TEXT   NOT NULL,
    findings        TEXT   NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN
        ('development', 'submitted', 'approved', 'rejected', 'live', 'retired')),
    created_at_ms   BIGINT NOT NULL,
    submitted_at_ms BIGINT,
    decided_at_ms   BIGINT,
    -- The rule and the reason of a rejection, shown to the merchant.
    rule            TEXT   NOT NULL DEFAULT '',
    reason          TEXT   NOT NULL DEFAULT '',
    UNIQUE (program_id, code),
    UNIQUE (program_id, digest)
);

CREATE UNIQUE INDEX programs_version_one_live ON programs_version (program_id)
    WHERE status = 'live';
