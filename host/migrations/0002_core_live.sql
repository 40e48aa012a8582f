-- Numbered live events: each person has a counter without gaps, so that a browser knows exactly
-- what it missed and asks for that.
CREATE TABLE core_live_counter (
    person_id TEXT   PRIMARY KEY,
    last_ev   BIGINT NOT NULL
);

CREATE TABLE core_live_event (
    person_id     TEXT   NOT NULL,
    ev            BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    payload       TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (person_id, ev)
);

CREATE INDEX core_live_event_age ON core_live_event (created_at_ms);

-- A ticket opens one WebSocket, once, within thirty seconds: cookies are not enough there, because
-- a WebSocket has no CSRF protection of its own.
CREATE TABLE core_live_ticket (
    ticket_hash   TEXT   PRIMARY KEY,
    person_id     TEXT   NOT NULL,
    session_id    TEXT   NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
