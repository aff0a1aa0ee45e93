/** The journal, its read models, receipts, users and tokens. */
export const sessions = `
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL,
  crc INTEGER NOT NULL
);
CREATE UNIQUE INDEX events_of_session ON events (session, seq);
CREATE INDEX checkpoints_of_session ON events (session, seq) WHERE type = 'checkpoint_reached';

CREATE TABLE sessions (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  name_folded TEXT,
  start_time INTEGER NOT NULL,
  wake_at INTEGER,
  has_run INTEGER NOT NULL,
  version INTEGER NOT NULL,
  doc TEXT NOT NULL
);
-- Ascending, though lists are read from the newest: new ones go to the end, which leaves pages full instead of half full.
CREATE INDEX sessions_newest ON sessions (start_time, id, kind, owner, status, name_folded);
CREATE INDEX sessions_by_status ON sessions (status, start_time, id, kind, owner, name_folded);
CREATE INDEX sessions_waking ON sessions (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX sessions_with_run ON sessions (key, status) WHERE has_run = 1;

CREATE TABLE session_counts (
  owner TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner, kind, status)
) WITHOUT ROWID;

CREATE TABLE saved_states (
  session INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  shape INTEGER NOT NULL,
  state TEXT NOT NULL,
  crc INTEGER NOT NULL
);

CREATE TABLE receipts (
  caller TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (caller, route, key)
) WITHOUT ROWID;
CREATE INDEX receipts_by_age ON receipts (at);

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) WITHOUT ROWID;

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
`;
