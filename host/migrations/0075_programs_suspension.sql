-- An incident says what ran: the event leads to its recording, the call to what was tried.
ALTER TABLE programs_incident ADD COLUMN event_id TEXT NOT NULL DEFAULT '';
ALTER TABLE programs_incident ADD COLUMN page     TEXT NOT NULL DEFAULT '';
ALTER TABLE programs_incident ADD COLUMN handler  TEXT NOT NULL DEFAULT '';
ALTER TABLE programs_incident ADD COLUMN syscall  TEXT NOT NULL DEFAULT '';

-- A suspension may be an admin's, with a reason, and an admin may lift one.  A lifted one stays:
-- the merchant reads why, and the next alarm of the same version suspends it at once.
ALTER TABLE programs_suspension ADD COLUMN actor_id     TEXT NOT NULL DEFAULT '';
ALTER TABLE programs_suspension ADD COLUMN reason       TEXT NOT NULL DEFAULT '';
ALTER TABLE programs_suspension ADD COLUMN lifted_at_ms BIGINT;
ALTER TABLE programs_suspension ADD COLUMN lifted_by    TEXT NOT NULL DEFAULT '';
ALTER TABLE programs_suspension ADD COLUMN lift_reason  TEXT NOT NULL DEFAULT '';
