-- How grave a line is: info, warn and error are the program's own words, failure is the host's.
-- SQLite cannot change the CHECK of `level`, and copying a month of lines would hold up the start;
-- so this stands beside it.  Lines of before have none and are read by their level, and are gone
-- after thirty days.
ALTER TABLE bridge_log ADD COLUMN severity TEXT
    CHECK (severity IN ('info', 'warn', 'error', 'failure'));
