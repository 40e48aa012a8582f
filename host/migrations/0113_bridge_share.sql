-- A page of a mini-program as somebody shares it: the card in chat and feed, the picture with its
-- QR code, the poster.  The token is the host's seal of page, query and sharer.
CREATE TABLE bridge_share (
    id            TEXT   PRIMARY KEY,
    program_id    TEXT   NOT NULL,
    person_id     TEXT   NOT NULL,
    page          TEXT   NOT NULL,
    query         TEXT   NOT NULL,
    title         TEXT   NOT NULL,
    words         TEXT   NOT NULL,
    image_id      TEXT,
    token         TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL
);

CREATE INDEX bridge_share_person ON bridge_share (person_id, program_id);

-- Whose link last brought a person to a mini-program: an order of the next day names it.
CREATE TABLE bridge_arrival (
    person_id  TEXT   NOT NULL,
    program_id TEXT   NOT NULL,
    made_by    TEXT   NOT NULL,
    sharer     TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (person_id, program_id)
);
