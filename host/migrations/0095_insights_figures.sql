-- Figures of mini-programs, for their merchants.  While a day lasts, its cells are counted, and the
-- people behind each are told apart by a hash whose key belongs to this program and this day alone.
-- When the day is closed, the sums that ten people or more are behind become its figures; the
-- counts and the hashes are deleted.  What is too small to be shown is nowhere afterwards.
--
-- A cell is an event's name with a field and its value; an event as a whole has an empty field, and
-- the opening of the program has an empty name, too.  `day` counts from the Unix epoch, in UTC.
CREATE TABLE insights_count (
    program_id TEXT   NOT NULL,
    day        BIGINT NOT NULL,
    field      TEXT   NOT NULL,
    event_name TEXT   NOT NULL,
    value      TEXT   NOT NULL,
    times      BIGINT NOT NULL CHECK (times >= 0),
    PRIMARY KEY (program_id, day, field, event_name, value)
);

CREATE INDEX insights_count_day ON insights_count (day);

CREATE TABLE insights_person (
    program_id  TEXT   NOT NULL,
    day         BIGINT NOT NULL,
    field       TEXT   NOT NULL,
    event_name  TEXT   NOT NULL,
    value       TEXT   NOT NULL,
    person_hash TEXT   NOT NULL,
    PRIMARY KEY (program_id, day, field, event_name, value, person_hash)
);

CREATE INDEX insights_person_day ON insights_person (day);

-- The threshold stands here as well as in the code.
CREATE TABLE insights_figure (
    program_id   TEXT   NOT NULL,
    day          BIGINT NOT NULL,
    field        TEXT   NOT NULL,
    event_name   TEXT   NOT NULL,
    value        TEXT   NOT NULL,
    times        BIGINT NOT NULL,
    people_count BIGINT NOT NULL CHECK (people_count >= 10),
    PRIMARY KEY (program_id, day, field, event_name, value)
);

CREATE INDEX insights_figure_day ON insights_figure (day);
