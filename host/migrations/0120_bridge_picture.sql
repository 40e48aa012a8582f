-- A picture that a person gave to a mini-program.  It is stored under an id that this person and
-- this program alone lead to, so it can be deleted when the person takes it back.
CREATE TABLE bridge_picture (
    media_id      TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    program_id    TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE INDEX bridge_picture_person ON bridge_picture (person_id, program_id);
