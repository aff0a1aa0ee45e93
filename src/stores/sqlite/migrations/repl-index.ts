import type { DatabaseSync } from 'node:sqlite';
import { fillRepl } from '../repl-fill.ts';

/**
 * The index of REPL sessions, see session/repl-steps.ts. Made again from the journal: a later version that changes these tables drops
 * them here first and fills them itself.
 */
const tables = `
CREATE TABLE repl_checkpoints (
  session INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  image INTEGER NOT NULL,
  reason TEXT NOT NULL,
  label TEXT,
  at INTEGER NOT NULL,
  -- seq of the event that it is in: what follows it is in that one or later.
  event INTEGER NOT NULL,
  PRIMARY KEY (session, seq)
) WITHOUT ROWID;

CREATE TABLE repl_annotations (
  session INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  label TEXT NOT NULL,
  description TEXT NOT NULL,
  -- A JSON list.
  tags TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (session, seq)
) WITHOUT ROWID;

CREATE TABLE repl_snapshots (
  session INTEGER NOT NULL,
  id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  image INTEGER NOT NULL,
  description TEXT NOT NULL,
  tags TEXT NOT NULL,
  created INTEGER NOT NULL,
  PRIMARY KEY (session, id)
) WITHOUT ROWID;

-- Sessions by the one that they were forked from, which may be gone.
CREATE TABLE repl_forks (
  parent TEXT NOT NULL,
  session INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (parent, session)
) WITHOUT ROWID;
CREATE INDEX repl_forks_of_session ON repl_forks (session);
`;

export const replIndex = (db: DatabaseSync): void => {
  db.exec(tables);
  fillRepl(db);
};
