-- A person has signed in to a mini-program, and its merchant's server may learn who: once, and
-- within five minutes.  Only the code's hash is here.
CREATE TABLE bridge_login_code (
    code_hash  TEXT   PRIMARY KEY,
    program_id TEXT   NOT NULL,
    brand_id   TEXT   NOT NULL,
    person_id  TEXT   NOT NULL,
    made_at_ms BIGINT NOT NULL,
    used_at_ms BIGINT
);

CREATE INDEX bridge_login_code_made ON bridge_login_code (made_at_ms);
