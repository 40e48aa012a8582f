-- What a question is about, as the program asked it: the text of a choice, how many pictures.  The
-- sheet shows it after reloads and restarts, so it is stored with the question.
ALTER TABLE bridge_ask ADD COLUMN args TEXT NOT NULL DEFAULT '{}';
