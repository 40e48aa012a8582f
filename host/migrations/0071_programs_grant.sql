-- What an admin allowed a version to ask people for; a scope without a row is refused.
CREATE TABLE programs_grant (
    version_id TEXT NOT NULL REFERENCES programs_version (id),
    scope      TEXT NOT NULL,
    PRIMARY KEY (version_id, scope)
);

-- When a person last opened a program: what their directory shows first.
CREATE TABLE programs_visit (
    person_id     TEXT   NOT NULL,
    program_id    TEXT   NOT NULL REFERENCES programs_program (id),
    visited_at_ms BIGINT NOT NULL,
    PRIMARY KEY (person_id, program_id)
);
