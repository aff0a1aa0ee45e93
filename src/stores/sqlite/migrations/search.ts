/**
 * Prompts and answers of agents' sessions, and the index of their words.
 *
 * A text belongs to a row of `text_sessions`. When the session is deleted that row is let go (`agent_session` becomes NULL), so
 * that nothing of it is found any more; the texts are taken away bit by bit. What the same agent's session says afterwards
 * belongs to a new row.
 *
 * The index has no copy of the texts. Its pages are small: a merge of its parts, which a commit does in passing, then holds
 * nothing else up for long.
 */
export const search = `
CREATE TABLE text_sessions (
  key INTEGER PRIMARY KEY,
  -- A key of usage_scopes: owner and source.
  scope INTEGER NOT NULL,
  agent_session TEXT,
  UNIQUE (scope, agent_session)
);
CREATE INDEX text_sessions_let_go ON text_sessions (key) WHERE agent_session IS NULL;

CREATE TABLE texts (
  key INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  name TEXT NOT NULL,
  session INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  by TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- Of the whole text, of which only a part may be kept.
  bytes INTEGER NOT NULL,
  -- As text-form.ts makes it.
  text TEXT NOT NULL,
  UNIQUE (scope, name)
);
CREATE INDEX texts_by_session ON texts (session);

CREATE VIRTUAL TABLE text_words USING fts5 (
  text, content = 'texts', content_rowid = 'key', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO text_words (text_words, rank) VALUES ('pgsz', 1000);

CREATE TABLE text_files (
  source TEXT NOT NULL,
  file TEXT NOT NULL,
  cursor TEXT NOT NULL,
  stamp TEXT NOT NULL,
  skipped TEXT NOT NULL,
  PRIMARY KEY (source, file)
) WITHOUT ROWID;
`;
