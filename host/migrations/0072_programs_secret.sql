-- Hosts that a version may ask, as JSON.  Versions from before have none: no reviewer saw theirs.
ALTER TABLE programs_version ADD COLUMN network TEXT NOT NULL DEFAULT '[]';

-- Keys of other services that a merchant's programs use without ever seeing them.  The value is
-- encrypted with a key that is derived from the host's secret and is not in this database; it is
-- bound to this row, so that a copy under another program, name or host cannot be opened.
CREATE TABLE programs_secret (
    program_id    TEXT   NOT NULL REFERENCES programs_program (id),
    name          TEXT   NOT NULL,
    -- The one host that it is sent to.
    host          TEXT   NOT NULL,
    sealed        TEXT   NOT NULL,
    changed_by    TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (program_id, name)
);
