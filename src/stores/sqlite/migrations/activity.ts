import type { DatabaseSync } from 'node:sqlite';
import { fillActivity } from '../activity-fill.ts';

/**
 * The read model of activity. `presences` are spans of active time that are closed, and empty ones where a session had tokens
 * at no active time; they get their key in the order in which they came, so that a reader loads only newer ones. Made again from
 * the journal: a later version that changes these tables drops them here first and fills them itself.
 */
const tables = `
CREATE TABLE activity_owners (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
);

CREATE TABLE session_slots (
  session INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  stray INTEGER NOT NULL,
  PRIMARY KEY (session, slot)
) WITHOUT ROWID;

CREATE TABLE owner_slots (
  slot INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  PRIMARY KEY (slot, owner)
) WITHOUT ROWID;

CREATE TABLE presences (
  key INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL
);
CREATE INDEX presences_by_end ON presences (to_at);
CREATE INDEX presences_of_session ON presences (session);

CREATE TABLE open_spans (
  session INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL,
  since INTEGER NOT NULL
);
`;

export const activity = (db: DatabaseSync): void => {
  db.exec(tables);
  fillActivity(db);
};
