import { hooks } from './migrations/hooks.ts';
import { runs } from './migrations/runs.ts';
import { sessions } from './migrations/sessions.ts';
import { users } from './migrations/users.ts';

/**
 * The tables, as the migrations that lead to them: each is run once, in order, and never changed after it was released.
 *
 * Keys inside are integers; ids are looked up once a request. `sessions` is the read model of lists: columns that lists
 * filter and sort by, and the whole summary as JSON in `doc`. Its indexes cover what lists ask, so that a list of 50 among
 * many reads 50 rows, and no column in them changes when tokens are recorded.
 */
export const migrations: readonly string[] = [sessions, hooks, runs, users];
