import { expect } from 'vitest';
import type { Recorded } from '../../src/contract/event.ts';
import { examineData } from '../../src/doctor/data.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { openForReading } from '../../src/stores/sqlite/reading.ts';
import { SqliteStore } from '../../src/stores/sqlite/store.ts';
import { copyOf, databaseOf } from './data-folder.ts';
import type { Acknowledged, Operation, Writers } from './writers.ts';

type Row = Record<string, unknown>;

/** All that a data folder holds, read with the store's own code. */
export interface Contents {
  events: readonly Recorded[];
  sessions: readonly Row[];
  counts: readonly Row[];
  saved: readonly Row[];
  /** What the doctor has against it. */
  findings: readonly Finding[];
}

/** Reads a copy of the folder: recovery is the store's own, and the folder itself stays as the fault left it. */
export const contentsOf = async (folder: string): Promise<Contents> => {
  const file = databaseOf(copyOf(folder));
  const store = await SqliteStore.open(file);
  try {
    return {
      events: await allEvents(store),
      sessions: store.rows('SELECT * FROM sessions'),
      counts: store.rows('SELECT owner, kind, status, n FROM session_counts WHERE n <> 0'),
      saved: store.rows('SELECT * FROM saved_states'),
      findings: findingsIn(file),
    };
  } finally {
    await store.close();
  }
};

/** SQLite's own look, then every event and every read model against a fold; where the clock stands is no matter here. */
export const findingsIn = (file: string): Finding[] => {
  const db = openForReading(file);
  try {
    return examineData(db, Infinity, () => undefined);
  } finally {
    db.close();
  }
};

const allEvents = async (store: SqliteStore): Promise<Recorded[]> => {
  const events: Recorded[] = [];
  for (;;) {
    const page = await store.readAll({ after: events.at(-1)?.position ?? 0, limit: 500 });
    events.push(...page);
    if (page.length < 500) return events;
  }
};

/** Checks that `seq` has no gap and that every read model is what a fold of the journal gives. */
export const expectWhole = ({ events, saved, findings }: Contents): void => {
  expect(findings).toEqual([]);
  expect(saved.length).toBeGreaterThanOrEqual(longSessions(events));
};

/** Sessions of so many events have a saved state. */
const longSessions = (events: readonly Recorded[]): number => {
  const lengths = new Map<string, number>();
  for (const { session } of events) lengths.set(session, (lengths.get(session) ?? 0) + 1);
  return [...lengths.values()].filter((length) => length >= 256).length;
};

/** What an event did, under the name that the writer gave it; undefined for what the server did by itself. */
const nameOf = (event: Recorded, starts: ReadonlyMap<string, string>): string | undefined => {
  switch (event.type) {
    case 'started':
      return event.data.name;
    case 'tokens_recorded':
      return event.data.operation;
    case 'checkpoint_reached':
      return event.data.phase;
    case 'completed':
      return starts.get(event.session);
    default:
      return undefined;
  }
};

const idOf = (event: Recorded): string => ('id' in event.data ? event.data.id : event.session);

/** Checks that all that was acknowledged is there as it was acknowledged, and that nothing is there twice or unasked. */
export const expectKept = (
  { events }: Contents,
  { acknowledged, sent }: Pick<Writers, 'acknowledged' | 'sent'>,
): void => {
  const completions = new Map(
    [...sent.values()].filter(({ kind }) => kind === 'complete').map(({ session = '', name }) => [session, name]),
  );
  const found = new Map<string, string[]>();
  for (const event of events) {
    const name = nameOf(event, completions);
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), idOf(event)]);
  }
  expect(lost(acknowledged, found)).toEqual([]);
  expect([...found].filter(([, ids]) => ids.length > 1)).toEqual([]);
  expect([...found.keys()].filter((name) => !sent.has(name))).toEqual([]);
};

const lost = (acknowledged: readonly Acknowledged[], found: ReadonlyMap<string, string[]>): Operation[] =>
  acknowledged.filter(({ name, id }) => found.get(name)?.[0] !== id);
