/**
 * The ledger of usage: a row a response, whichever agent's it was, and what reports ask for, kept up to date in the same
 * transaction. Names that many rows have in common are keys here. What a response is worth is in `responses` alone: the tables of
 * sums are made again from it.
 *
 * `usage_slots` tells quarters of an hour apart (all clocks of the world differ by whole ones): slot 2 q is what lies exactly
 * on the beginning of quarter q, slot 2 q + 1 is what follows it before the next.
 */
const sums = `
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  responses INTEGER NOT NULL,
  incomplete INTEGER NOT NULL,
  unpriced INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL`;

export const usage = `
CREATE TABLE usage_scopes (
  key INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  source TEXT NOT NULL,
  UNIQUE (owner, source)
);

CREATE TABLE usage_dims (
  key INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  model TEXT NOT NULL,
  project TEXT NOT NULL,
  UNIQUE (scope, model, project)
);

CREATE TABLE usage_agents (
  key INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  agent_session TEXT NOT NULL,
  session TEXT,
  UNIQUE (scope, agent_session)
);
CREATE INDEX usage_agents_by_session ON usage_agents (session) WHERE session IS NOT NULL;

CREATE TABLE responses (
  id INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  agent INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  dim INTEGER NOT NULL,
  sidechain INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  born_at REAL NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  confidence TEXT NOT NULL,
  billing TEXT NOT NULL,
  told_by TEXT NOT NULL,
  cost INTEGER,
  price_version TEXT NOT NULL
);
CREATE UNIQUE INDEX responses_by_key ON responses (scope, key, request);
CREATE INDEX responses_by_time ON responses (at);
CREATE INDEX responses_of_agent ON responses (agent, at);

CREATE TABLE shared_responses (
  agent INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  PRIMARY KEY (agent, scope, key, request)
) WITHOUT ROWID;

CREATE TABLE usage_slots (
  slot INTEGER NOT NULL,
  dim INTEGER NOT NULL,${sums},
  PRIMARY KEY (slot, dim)
) WITHOUT ROWID;

CREATE TABLE usage_sessions (
  agent INTEGER NOT NULL,
  agent_id TEXT NOT NULL,
  dim INTEGER NOT NULL,${sums},
  PRIMARY KEY (agent, agent_id, dim)
) WITHOUT ROWID;

CREATE TABLE usage_marks (
  name TEXT PRIMARY KEY,
  mark TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX usage_marks_by_age ON usage_marks (at);

CREATE TABLE usage_files (
  source TEXT NOT NULL,
  file TEXT NOT NULL,
  cursor TEXT NOT NULL,
  stamp TEXT NOT NULL,
  skipped TEXT NOT NULL,
  PRIMARY KEY (source, file)
) WITHOUT ROWID;
`;
