-- Why the merchant said it wanted to know, by language, as it was on that day: a later version may
-- say something else.
ALTER TABLE bridge_access ADD COLUMN reason TEXT NOT NULL DEFAULT '{}';
