import type { KeptReading, LimitReading } from '../../contract/usage.ts';
import type { Limits } from '../../journal/limits.ts';
import type { SqliteStore } from './store.ts';
import type { Statement } from './writer-thread.ts';

const minuteMs = 60_000;
/** What is told again sooner than this is not worth a commit: a status line tells several times a second. */
const toldAgainMs = minuteMs;
const statementsAtOnce = 500;

const isSame = 'owner = ? AND source = ? AND window_minutes = ? AND window_end = ? AND used_percent = ?';

/** Readings of limits in the store's tables. */
export class SqliteLimits implements Limits {
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  async take(owner: string, readings: readonly LimitReading[]): Promise<void> {
    const fresh = withoutRepeats(readings).filter((reading) => !this.#isKnown(owner, reading));
    for (let from = 0; from < fresh.length; from += statementsAtOnce) {
      const some = fresh.slice(from, from + statementsAtOnce);
      await this.#store.run(some.map((reading) => keeping(owner, reading)));
    }
  }

  #isKnown(owner: string, reading: KeptReading): boolean {
    const sql = `SELECT 1 FROM limit_readings WHERE ${isSame} AND at <= ? AND told_at > ?`;
    return this.#store.rows(sql, ...nameOf(owner, reading), reading.at, reading.toldAt - toldAgainMs).length > 0;
  }

  async latest(owner: string): Promise<KeptReading[]> {
    // With max(), the other columns are those of its row.
    const sql = `SELECT *, max(told_at) FROM limit_readings WHERE owner = ?
                 GROUP BY source, window_minutes ORDER BY source, window_minutes`;
    return this.#store.rows(sql, owner).map(readingOf);
  }

  async history(owner: string, since: number): Promise<KeptReading[]> {
    const sql = 'SELECT * FROM limit_readings WHERE owner = ? AND told_at >= ? ORDER BY at, key';
    return this.#store.rows(sql, owner, since).map(readingOf);
  }

  async thin(before: number): Promise<void> {
    const sql = `DELETE FROM limit_readings WHERE key IN
                 (SELECT key FROM limit_readings AS old WHERE told_at < ? AND (resets_at IS NULL OR EXISTS
                   (SELECT 1 FROM limit_readings WHERE owner = old.owner AND source = old.source
                    AND window_minutes = old.window_minutes AND window_end = old.window_end
                    AND used_percent > old.used_percent)) LIMIT ?)`;
    await this.#store.runInPages(sql, [before]);
  }
}

/** What makes it the same reading. */
const nameOf = (owner: string, { source, windowMinutes, usedPercent, resetsAt, at }: LimitReading) => [
  owner,
  source,
  windowMinutes,
  resetsAt === undefined ? -at : Math.round(resetsAt / minuteMs),
  usedPercent,
];

/** A transcript tells the same with every response. */
const withoutRepeats = (readings: readonly LimitReading[]): KeptReading[] => {
  const kept = new Map<string, KeptReading>();
  for (const reading of readings) {
    const name = JSON.stringify(nameOf('', reading));
    const { at, toldAt } = kept.get(name) ?? { at: reading.at, toldAt: reading.at };
    kept.set(name, { ...reading, at: Math.min(at, reading.at), toldAt: Math.max(toldAt, reading.at) });
  }
  return [...kept.values()];
};

const keeping = (owner: string, reading: KeptReading): Statement => ({
  sql: `INSERT INTO limit_readings (owner, source, window_minutes, window_end, used_percent, resets_at, at, told_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (owner, source, window_minutes, window_end, used_percent)
        DO UPDATE SET at = min(at, excluded.at), told_at = max(told_at, excluded.told_at)`,
  params: [...nameOf(owner, reading), reading.resetsAt ?? null, reading.at, reading.toldAt],
});

const readingOf = (row: Record<string, unknown>): KeptReading => ({
  source: String(row['source']),
  windowMinutes: Number(row['window_minutes']),
  usedPercent: Number(row['used_percent']),
  ...(row['resets_at'] === null ? {} : { resetsAt: Number(row['resets_at']) }),
  at: Number(row['at']),
  toldAt: Number(row['told_at']),
});
