import { expect } from 'vitest';
import type { Recorded } from '../../src/contract/event.ts';
import { openStatus } from '../../src/journal/sessions.ts';
import { countChanges, summarize } from '../../src/projections/summary.ts';
import { evolve } from '../../src/session/evolve.ts';
import { absent, stateShape, versionOf } from '../../src/session/state.ts';
import type { Existing, SessionState } from '../../src/session/state.ts';
import { stateCrc } from '../../src/stores/sqlite/rows.ts';
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
}

/** Reads a copy of the folder: recovery is the store's own, and the folder itself stays as the fault left it. */
export const contentsOf = async (folder: string): Promise<Contents> => {
  const file = databaseOf(copyOf(folder));
  const store = await SqliteStore.open(file);
  try {
    expect(store.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    return {
      events: await allEvents(store),
      sessions: store.rows('SELECT * FROM sessions'),
      counts: store.rows('SELECT owner, kind, status, n FROM session_counts WHERE n <> 0'),
      saved: store.rows('SELECT * FROM saved_states'),
    };
  } finally {
    await store.close();
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

interface Folded {
  states: Map<string, Existing>;
  /** As each session was after so many events, where a state was saved. */
  saved: Map<string, Existing>;
  counts: Map<string, number>;
}

/** Checks that `seq` has no gap and that every read model is what a fold of the journal gives. */
export const expectWhole = ({ events, sessions, counts, saved }: Contents): void => {
  const keys = new Map(sessions.map((row) => [Number(row['key']), String(row['id'])]));
  const wanted = new Set(saved.map((row) => placeOf(keys.get(Number(row['session'])), Number(row['version']))));
  const folded = foldAll(events, wanted);

  expect(sessions.map(readModelOf).toSorted(byId)).toEqual([...folded.states].map(expectedReadModel).toSorted(byId));
  expect(Object.fromEntries(counts.map((row) => [countOf(row), row['n']]))).toEqual(Object.fromEntries(folded.counts));
  for (const row of saved)
    expectSaved(row, folded.saved.get(placeOf(keys.get(Number(row['session'])), Number(row['version']))));
  const long = [...folded.states.values()].filter((state) => versionOf(state) >= 256).length;
  expect(saved.length).toBeGreaterThanOrEqual(long);
};

const placeOf = (session: string | undefined, version: number): string => `${session} at ${version}`;
const countOf = ({ owner, kind, status }: Row): string => JSON.stringify([owner, kind, status]);
const byId = (a: Row, b: Row): number => String(a['id']).localeCompare(String(b['id']));

const foldAll = (events: readonly Recorded[], wanted: ReadonlySet<string>): Folded => {
  const states = new Map<string, Existing>();
  const saved = new Map<string, Existing>();
  const counts = new Map<string, number>();
  let position = 0;
  for (const event of events) {
    const before: SessionState = states.get(event.session) ?? absent;
    expect(event.position).toBeGreaterThan(position);
    expect([event.session, event.seq]).toEqual([event.session, versionOf(before)]);
    position = event.position;
    const after = evolve(before, event);
    states.set(event.session, after);
    for (const { owner, kind, status, by } of countChanges(before, after)) {
      const name = countOf({ owner, kind, status });
      counts.set(name, (counts.get(name) ?? 0) + by);
    }
    const place = placeOf(event.session, versionOf(after));
    if (wanted.has(place)) saved.set(place, after);
  }
  for (const [name, n] of counts) if (n === 0) counts.delete(name);
  return { states, saved, counts };
};

const readModelOf = ({ key: _, doc, ...columns }: Row): Row => ({
  ...columns,
  doc: JSON.parse(String(doc)) as unknown,
});

const expectedReadModel = ([id, state]: [string, Existing]): Row => {
  const summary = summarize(id, state);
  return {
    id,
    owner: summary.owner,
    kind: summary.kind,
    status: openStatus(summary.phase),
    name_folded: summary.name?.toLowerCase() ?? null,
    start_time: summary.startTime,
    wake_at: summary.wakeAt ?? null,
    has_run: summary.run === undefined ? 0 : 1,
    version: summary.version,
    doc: asJson(summary),
  };
};

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const expectSaved = (row: Row, state: Existing | undefined): void => {
  const [session, version, shape, text] = [
    Number(row['session']),
    Number(row['version']),
    Number(row['shape']),
    String(row['state']),
  ];
  expect(row['crc']).toBe(stateCrc(session, version, shape, text));
  expect(shape).toBe(stateShape);
  expect(JSON.parse(text)).toEqual(asJson(state));
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
