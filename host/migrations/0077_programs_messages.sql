-- Sentences that a version may send to people, as JSON.  Versions from before have none: no reviewer
-- saw theirs.
ALTER TABLE programs_version ADD COLUMN messages TEXT NOT NULL DEFAULT '[]';
