import { randomUUIDv7 } from 'node:crypto';
import type { Logger } from 'pino';
import { mayChange, seenBy } from '../faces/rights.ts';
import { BudgetPauses } from '../runner/budget-pauses.ts';
import { BudgetReading } from '../runner/budget-reading.ts';
import { BudgetWatch } from '../runner/budget-watch.ts';
import { Budgets } from '../runner/budgets.ts';
import { SqliteBudgets } from '../stores/sqlite/budgets.ts';
import { SqliteSessionPlaces } from '../stores/sqlite/session-places.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import type { Core } from './core.ts';

/** Budgets across sessions. `onUsage` tells that the ledger changed; what sessions tell of themselves is heard besides. */
export const startBudgets = (
  { clock, runner, findUser }: Pick<Core, 'clock' | 'runner' | 'findUser'>,
  { store, log }: { store: SqliteStore; log: Logger },
  onUsage?: (listener: () => void) => () => void,
): { budgets: Budgets; stop: () => Promise<void> } => {
  const rows = new SqliteBudgets(store);
  const reading = new BudgetReading({
    usage: store,
    activity: store,
    sessions: store,
    places: new SqliteSessionPlaces(store),
    scopeOf: (owner) => {
      const user = findUser(owner);
      return user && mayChange(user) ? seenBy(user) : undefined;
    },
  });
  const watch = new BudgetWatch({
    store: rows,
    reading,
    pauses: new BudgetPauses({ store: rows, reading, runner }),
    runner,
    journal: store,
    sessions: store,
    changes: (listener) => {
      const ends = [
        runner.onPublished(({ events }) => {
          if (events.some(({ type }) => type !== 'alert_raised')) listener();
        }),
        ...(onUsage ? [onUsage(listener)] : []),
      ];
      return () => ends.forEach((end) => end());
    },
    clock,
    after: (ms, ring) => {
      const timer = setTimeout(ring, ms);
      return () => clearTimeout(timer);
    },
    onError: (error) => log.error({ err: error }, 'a budget could not be looked at'),
  });
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const budgets = new Budgets({ store: rows, reading, watch, runner, clock, newId: randomUUIDv7, timeZone });
  watch.start();
  return { budgets, stop: () => watch.stop() };
};
