import type { DatabaseSync } from 'node:sqlite';
import { activity } from './migrations/activity.ts';
import { budgets } from './migrations/budgets.ts';
import { hooks } from './migrations/hooks.ts';
import { limits } from './migrations/limits.ts';
import { repl } from './migrations/repl.ts';
import { replIndex } from './migrations/repl-index.ts';
import { runs } from './migrations/runs.ts';
import { search } from './migrations/search.ts';
import { sessions } from './migrations/sessions.ts';
import { usage } from './migrations/usage.ts';
import { usageRevisions } from './migrations/usage-revisions.ts';
import { users } from './migrations/users.ts';

/** SQL, or a step that needs more than SQL; it runs inside the migration's transaction. */
type Migration = string | ((db: DatabaseSync) => void);

/**
 * The tables, as the migrations that lead to them: each is run once, in order, and never changed after it was released.
 *
 * Keys inside are integers; ids are looked up once a request. `sessions` is the read model of lists: columns that lists
 * filter and sort by, and the whole summary as JSON in `doc`. Its indexes cover what lists ask, so that a list of 50 among
 * many reads 50 rows, and no column in them changes when tokens are recorded.
 */
export const migrations: readonly Migration[] = [
  sessions,
  hooks,
  runs,
  users,
  activity,
  usage,
  limits,
  budgets,
  usageRevisions,
  search,
  repl,
  replIndex,
];

/** Performs a migration inside the caller's transaction. */
export const perform = (db: DatabaseSync, migration: Migration): void => {
  if (typeof migration === 'string') db.exec(migration);
  else migration(db);
};
