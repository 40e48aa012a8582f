-- What the runtime saw of mini-programs that an operator should know: a forbidden system call, a
-- worker that lied, one that was killed.  The version is empty when it was not one version's doing.
CREATE TABLE programs_incident (
    id         TEXT   PRIMARY KEY,
    version_id TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    detail     TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL
);

CREATE INDEX programs_incident_version ON programs_incident (version_id, at_ms);
CREATE INDEX programs_incident_at ON programs_incident (at_ms, id);

-- Versions that nobody may open, because they tried to break out.
CREATE TABLE programs_suspension (
    version_id TEXT   PRIMARY KEY REFERENCES programs_version (id),
    kind       TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL
);

-- When a version last went live: a roll-back goes to the one that was live before.
ALTER TABLE programs_version ADD COLUMN last_live_at_ms BIGINT;
