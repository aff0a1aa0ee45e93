import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { examineData } from '../../doctor/data.ts';
import { summarize } from '../../projections/summary.ts';
import { openSessions } from '../../serve/repl-sessions.suite.ts';
import { rebuild } from '../../stores/sqlite/audit-rebuild.ts';
import { openForWriting } from '../../stores/sqlite/connection.ts';
import { openForReading } from '../../stores/sqlite/reading.ts';
import { checkReplFill } from '../../stores/sqlite/repl-index.suite.ts';
import { replTables } from '../../stores/sqlite/repl-rows.ts';
import { tamper, tempFile } from '../../stores/sqlite/store-folder.suite.ts';
import { checkpointsOf, entriesOf, lastEntries } from './repl-journal.ts';
import { mostSnapshots } from './repl-notes.ts';

const open = async () => {
  const file = tempFile();
  return { ...(await openSessions({}, { file, ids: { last: 1000 }, asked: [] })), file };
};

/** What the doctor has against it. */
const look = (file: string): string[] => {
  const db = openForReading(file);
  try {
    return examineData(db, Number.MAX_SAFE_INTEGER, () => undefined).map(({ kind }) => kind);
  } finally {
    db.close();
  }
};

const none = { description: '', tags: [] };

describe('the index of a session', () => {
  it('spares going back and reading on what comes before', async () => {
    const { sessions, store, create } = await open();
    const id = await create();
    for (let n = 0; n < 4; n++) await sessions.execute(id, `var n = ${n}; "x".repeat(300_000)`);
    const read = vi.spyOn(store, 'read');
    await sessions.goto(id, 2);
    expect(read).not.toHaveBeenCalled();
    await entriesOf(store, id, { after: 8, limit: 1 });
    const [[, page] = []] = read.mock.calls;
    // The event with the third command, and what follows it.
    expect(page?.after).toBe(2);
    expect(await sessions.execute(id, 'n')).toBe('0');
    const last = await lastEntries(store, id, { limit: 3, chars: 1000 });
    expect(last.map(({ type }) => type)).toEqual(['input', 'output', 'checkpoint']);
    const short = await lastEntries(store, id, { limit: 9, chars: 1000 });
    expect(short.map(({ seq }) => seq)).toEqual([11, 12, 13, 14, 15]);
  });

  it('has a fork in events of no more than about so many bytes', async () => {
    const { sessions, store, create, fork, entries } = await open();
    const id = await create();
    for (let n = 0; n < 12; n++) await sessions.execute(id, '"x".repeat(60_000)');
    const forked = await fork(id);
    expect((await entries(forked)).slice(0, -1)).toEqual(await entries(id));
    const sizes = (await store.read(forked, { limit: 100 })).map(({ data }) => JSON.stringify(data).length);
    expect(Math.max(...sizes)).toBeLessThan(140_000);
    expect(sizes.length).toBeLessThan(12);
  });

  it('is found out where it differs, and made again', async () => {
    const { sessions, file, create, fork, close } = await open();
    const id = await create();
    await sessions.execute(id, '1');
    await sessions.notes.annotate(id, 2, { label: 'l', ...none });
    await sessions.notes.takeSnapshot(id, none);
    await fork(id);
    await close();
    expect(look(file)).toEqual([]);
    for (const table of replTables) tamper(file, `DELETE FROM ${table}`);
    expect(look(file)).toEqual(replTables.map(() => 'repl_index_differs'));
    const db = openForWriting(file);
    rebuild(db, summarize, () => undefined);
    db.close();
    expect(look(file)).toEqual([]);
    expect(checkReplFill(file)).toEqual({
      repl_checkpoints: 3,
      repl_annotations: 2,
      repl_snapshots: 2,
      repl_forks: 1,
    });
  });

  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('run' as const), n: fc.nat(3) }) },
    fc.record({ do: fc.constantFrom('goto', 'annotate', 'fork', 'restore', 'remove'), n: fc.nat(40) }),
    fc.record({ do: fc.constantFrom('snapshot', 'unsay', 'drop'), n: fc.nat(40) }),
  );

  it('is what a fold of the events is, whatever was done', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        const { sessions, store, file, create, fork, entries, close } = await open();
        const { notes } = sessions;
        let id = await create();
        const perform = async (what: string, n: number): Promise<unknown> => {
          const seq = (await entries(id)).length === 0 ? -1 : n % (await entries(id)).length;
          const checkpoints = await checkpointsOf(store, id);
          const at = checkpoints[n % (checkpoints.length || 1)]?.seq ?? 0;
          const snapshots = await store.snapshots(id);
          const snapshot = snapshots[n % (snapshots.length || 1)]?.id ?? 'none';
          if (what === 'run') return sessions.execute(id, n === 0 ? 'throw 1' : `var n = ${n}; checkpoint("c"); n`);
          if (what === 'goto') return sessions.goto(id, seq);
          if (what === 'annotate') return notes.annotate(id, at, { label: `${n}`, ...none });
          if (what === 'unsay') return notes.removeAnnotation(id, at);
          if (what === 'snapshot') return notes.takeSnapshot(id, { description: `${n}`, tags: [`${n}`] });
          if (what === 'drop') return notes.removeSnapshot(id, snapshot);
          if (what === 'restore') return sessions.restore(id, snapshot);
          if (what === 'remove' && n > 30) return sessions.remove(id).then(async () => (id = await create()));
          if (what === 'fork') return fork(id, seq).then((forked) => (id = forked));
          return undefined;
        };
        for (const { do: what, n } of steps) {
          const result = await perform(what, n).catch((error: unknown) => error);
          if (result instanceof Error) expect(result).toMatchObject({ kind: 'not_found' });
        }
        const all = await entries(id);
        const made = all.filter((entry) => entry.type === 'checkpoint');
        expect((await checkpointsOf(store, id)).map(({ event: _, annotation: __, ...entry }) => entry)).toEqual(
          made.toReversed(),
        );
        for (const { seq } of all) {
          expect((await store.checkpointAt(id, seq))?.seq).toBe(made.findLast((one) => one.seq <= seq)?.seq);
          expect(await entriesOf(store, id, { after: seq, until: seq + 2 })).toEqual(all.slice(seq + 1, seq + 3));
        }
        await close();
        checkReplFill(file);
        expect(look(file)).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

describe('a snapshot', () => {
  it('is refused where there are very many', async () => {
    const { sessions, runner, create } = await open();
    const id = await create();
    const many = Array.from({ length: mostSnapshots }, (_, n) => ({
      type: 'take_repl_snapshot' as const,
      snapshot: { id: `${n}`, seq: -1, image: 0, ...none },
    }));
    await runner.execute(id, many, () => ({ status: 200, body: '' }));
    await expect(sessions.notes.takeSnapshot(id, none)).rejects.toMatchObject({
      kind: 'invalid_request',
      message: expect.stringMatching(/1000 snapshots: delete one/) as string,
    });
    await sessions.notes.removeSnapshot(id, '7');
    expect(await sessions.notes.takeSnapshot(id, none)).toMatchObject({ seq: -1, image: 0 });
  });

  it('of a session that is paused or over is kept, and neither taken nor gone back to', async () => {
    const { sessions, store, runner, create } = await open();
    const id = await create();
    await sessions.execute(id, '1');
    const { id: kept } = await sessions.notes.takeSnapshot(id, none);
    const ask = (type: 'pause' | 'complete') => runner.execute(id, [{ type }], () => ({ status: 200, body: '' }));
    await ask('pause');
    await expect(sessions.notes.takeSnapshot(id, none)).rejects.toMatchObject({ kind: 'session_paused' });
    await expect(sessions.restore(id, kept)).rejects.toMatchObject({ kind: 'session_paused' });
    await ask('complete');
    await expect(sessions.restore(id, kept)).rejects.toMatchObject({ kind: 'session_already_completed' });
    // What is said changes nothing of what ended, as a comment does not.
    await sessions.notes.annotate(id, 2, { label: 'good', ...none });
    expect(await store.checkpointAt(id, 2)).toMatchObject({ annotation: { label: 'good' } });
    await sessions.notes.removeSnapshot(id, kept);
    expect(await store.snapshots(id)).toEqual([]);
  });
});

it('the same that is said again is said once', async () => {
  const { sessions, runner, create } = await open();
  const id = await create();
  await sessions.execute(id, '1');
  const said = { label: 'l', description: 'd', tags: ['t'] };
  const first = await sessions.notes.annotate(id, 2, said);
  const version = (await runner.state(id))?.facts.version;
  expect(await sessions.notes.annotate(id, 2, said)).toEqual(first);
  expect((await runner.state(id))?.facts.version).toBe(version);
});
