-- The event that a line tells of, so that its merchant can have it run again (`hutong replay`).
ALTER TABLE bridge_log ADD COLUMN event_id TEXT NOT NULL DEFAULT '';
