import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../contract/event.ts';
import { stateIdOf } from '../../contract/repl.ts';
import type { ReplEntry } from '../../contract/repl.ts';
import { Author, newYear, sessionId } from '../../journal/author.suite.ts';
import { auditRepl } from './audit-repl.ts';
import { replIndex } from './migrations/repl-index.ts';
import { checkReplFill } from './repl-index.suite.ts';
import { replTables } from './repl-rows.ts';
import { openStore, tamper } from './store-folder.suite.ts';

const [a, b, c] = [sessionId(1), sessionId(2), sessionId(3)];
const checkpoint = (seq: number, image: number, label?: string): ReplEntry => ({
  type: 'checkpoint',
  seq,
  reason: 'command',
  stateId: stateIdOf(image),
  timestamp: newYear + seq,
  ...(label !== undefined && { label }),
});
const output = (seq: number, value: string): ReplEntry => ({ type: 'output', seq, value, timestamp: newYear + seq });
const recorded = (...entries: ReplEntry[]): SessionEvent => ({
  type: 'repl_recorded',
  at: newYear,
  data: { entries, images: 0, imageBytes: 0 },
});
const annotated = (seq: number, label: string, at = newYear): SessionEvent => ({
  type: 'repl_annotated',
  at,
  data: { seq, label, description: '', tags: [] },
});
const snapshot = (id: string, seq: number, at = newYear): SessionEvent => ({
  type: 'repl_snapshot_taken',
  at,
  data: { id, seq, image: seq, description: 'd', tags: ['t'] },
});

const open = async () => {
  const { store, file } = await openStore();
  const author = new Author(store);
  const start = (id: string, from?: { session: string; seq: number }) => {
    const entry = author.beginning(id, { kind: 'repl', name: `name of ${id}` });
    const repl = { language: 'javascript', accessMode: 'readwrite', ...(from && { forkedFrom: from }) } as const;
    const [first] = entry.events;
    return author.append({ ...entry, events: [{ ...first, data: { ...first?.data, repl } } as SessionEvent] });
  };
  const add = (id: string, ...events: SessionEvent[]) => author.append(author.change(id, events));
  return { store, file, author, start, add };
};

const seqs = (all: readonly { seq: number }[]) => all.map(({ seq }) => seq);

describe('checkpoints', () => {
  it('are read newest first, page by page, and found by an entry', async () => {
    const { store, start, add } = await open();
    await start(a);
    await add(a, recorded(output(0, ''), checkpoint(1, 1), checkpoint(2, 2, 'here')));
    await add(a, { type: 'renamed', at: newYear, data: { name: 'n' } }, recorded(output(3, ''), checkpoint(4, 2)));
    expect(seqs(await store.checkpoints(a, { limit: 9 }))).toEqual([4, 2, 1]);
    expect(seqs(await store.checkpoints(a, { limit: 1, before: 4 }))).toEqual([2]);
    expect(await store.checkpointAt(a, 3)).toEqual({
      type: 'checkpoint',
      seq: 2,
      reason: 'command',
      stateId: 's2',
      label: 'here',
      timestamp: newYear + 2,
      event: 1,
    });
    expect(await store.checkpointAt(a, 4)).toMatchObject({ seq: 4, stateId: 's2', event: 3 });
    expect(await store.checkpointAt(a, 0)).toBeUndefined();
    expect(await store.checkpoints(b, { limit: 9 })).toEqual([]);
  });

  it('have what is said of them, since it was said first', async () => {
    const { store, start, add } = await open();
    await start(a);
    await add(a, recorded(checkpoint(0, 1), checkpoint(1, 2)));
    await add(a, annotated(0, 'first'), annotated(1, 'x'));
    await add(a, annotated(0, 'again', newYear + 5), {
      type: 'repl_annotation_removed',
      at: newYear,
      data: { seq: 1 },
    });
    const said = await store.checkpoints(a, { limit: 9, isAnnotated: true });
    expect(said).toMatchObject([{ seq: 0, annotation: { label: 'again', tags: [], created: newYear } }]);
    expect((await store.checkpoints(a, { limit: 9 }))[0]).not.toHaveProperty('annotation');
  });
});

describe('snapshots and forks', () => {
  it('are read newest first', async () => {
    const { store, start, add } = await open();
    await start(a);
    await add(a, snapshot('s1', 0, newYear + 2), snapshot('s2', 0, newYear + 1), snapshot('s3', 0, newYear + 2));
    await add(a, { type: 'repl_snapshot_removed', at: newYear, data: { id: 's3' } });
    expect((await store.snapshots(a)).map(({ id }) => id)).toEqual(['s1', 's2']);
    await start(b, { session: a, seq: 4 });
    await start(c, { session: a, seq: -1 });
    const forks = await store.forksOf(a, { limit: 9 });
    expect(forks).toEqual([
      { id: c, name: `name of ${c}`, seq: -1, created: newYear },
      { id: b, name: `name of ${b}`, seq: 4, created: newYear },
    ]);
    expect(await store.forksOf(a, { limit: 9, owner: 'nobody' })).toEqual([]);
    expect(await store.forksOf(a, { limit: 1, owner: 'ada' })).toHaveLength(1);
  });

  it('go with their session', async () => {
    const { store, file, author, start, add } = await open();
    await start(a);
    await add(a, recorded(checkpoint(0, 1)), annotated(0, 'x'), snapshot('s', 0));
    await start(b, { session: a, seq: 0 });
    expect(await store.forksOf(a, { limit: 9 })).toHaveLength(1);
    await author.remove(a);
    await author.remove(b);
    await store.close();
    expect(checkReplFill(file)).toEqual(Object.fromEntries(replTables.map((table) => [table, 0])));
  });
});

describe('requests', () => {
  it('are counted by what they ask', async () => {
    const { store, start, add } = await open();
    await start(a);
    await start(b);
    const request = (seq: number, of: string): ReplEntry => ({
      type: 'llm_req',
      seq,
      prompt: 'q',
      receiptKey: `${seq}`,
      of,
      request: 1,
      timestamp: newYear,
    });
    await add(a, recorded(request(0, 'x'), request(1, 'y')));
    await add(a, recorded(output(2, '"llm_req"')), recorded(request(3, 'x')));
    await add(b, recorded(request(0, 'x')));
    expect(await store.requests(a)).toEqual(
      new Map([
        ['x', 2],
        ['y', 1],
      ]),
    );
    expect((await store.requests(c)).size).toBe(0);
  });
});

describe('looking for a text', () => {
  it('finds it newest first, case ignored and nothing in it special, and goes on where it stopped', async () => {
    const { store, start, add } = await open();
    await start(a);
    const long = 'x'.repeat(300);
    await add(a, recorded(output(0, `${long} Größe 100%\n${long}`), output(1, '100x'), checkpoint(2, 1)));
    await add(a, recorded(output(3, 'größe'), output(4, 'GRÖSSE'), checkpoint(5, 1)));
    const { matches, before } = await store.findInRepl(a, { text: 'GRÖßE', limit: 1 });
    expect(matches).toEqual([{ seq: 3, type: 'output', timestamp: newYear + 3, excerpt: 'größe' }]);
    const more = await store.findInRepl(a, { text: 'GRÖßE', limit: 9, before: before! });
    expect(seqs(more.matches)).toEqual([0]);
    expect(more.matches[0]?.excerpt).toMatch(/^…x{59} Größe 100% x+…$/);
    expect(more.before).toBeUndefined();
    expect(seqs((await store.findInRepl(a, { text: '100%', limit: 9 })).matches)).toEqual([0]);
    expect((await store.findInRepl(a, { text: '.*', limit: 9 })).matches).toEqual([]);
  });

  it('looks at so much at once, and at all of it in the end', async () => {
    const { store, start, add } = await open();
    await start(a);
    for (let n = 0; n < 12; n++)
      await add(a, recorded(output(2 * n, `needle ${'y'.repeat(1 << 20)}`), checkpoint(2 * n + 1, 1)));
    const found: number[] = [];
    let looks = 0;
    for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined; looks++) {
      const one = await store.findInRepl(a, { text: 'needle', limit: 100, before });
      found.push(...seqs(one.matches));
      before = one.before;
    }
    expect(found).toEqual(Array.from({ length: 12 }, (_, n) => 22 - 2 * n));
    expect(looks).toBeGreaterThan(1);
  });
});

describe('what is kept', () => {
  const of = fc.nat(2);
  const entry = fc.nat(30);
  const note = fc.oneof(
    fc.record({ do: fc.constant('run' as const), of, n: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ do: fc.constant('annotate' as const), of, n: entry }),
    fc.record({ do: fc.constant('unsay' as const), of, n: entry }),
    fc.record({ do: fc.constant('snapshot' as const), of, n: entry }),
    fc.record({ do: fc.constant('drop' as const), of, n: entry }),
    fc.record({ do: fc.constant('remove' as const), of, n: entry }),
  );

  it('is what the journal folds to, whatever was done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(note, { minLength: 20, maxLength: 60 }), async (notes) => {
        const { store, file, author, start, add } = await open();
        const next = new Map<string, number>();
        let ids = 10;
        const all = [a, b, c];
        for (const id of all) await start(id);
        for (const { do: what, of, n } of notes) {
          const id = all[of]!;
          const at = newYear + n;
          const seq = next.get(id) ?? 0;
          if (what === 'run') {
            await add(id, recorded(...Array.from({ length: n }, (_, i) => checkpoint(seq + i, seq + i))));
            next.set(id, seq + n);
          } else if (what === 'annotate') await add(id, annotated(n, `${n}`, at));
          else if (what === 'unsay') await add(id, { type: 'repl_annotation_removed', at, data: { seq: n } });
          else if (what === 'snapshot') await add(id, snapshot(`s${n}`, n, at));
          else if (what === 'drop') await add(id, { type: 'repl_snapshot_removed', at, data: { id: `s${n}` } });
          else {
            await author.remove(id);
            next.delete(id);
            all[of] = sessionId(ids++);
            await start(all[of], { session: all[(of + 1) % 3]!, seq: n });
          }
        }
        await store.close();
        checkReplFill(file);
        expect(auditRepl(file)).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it.each(replTables)('is held against the journal: %s', async (table) => {
    const { store, file, start, add } = await open();
    await start(a);
    await start(b, { session: a, seq: 0 });
    await add(a, recorded(checkpoint(0, 1)), annotated(0, 'x'), snapshot('s', 0));
    await store.close();
    expect(Object.values(checkReplFill(file))).toEqual([1, 1, 1, 1]);
    tamper(file, `UPDATE ${table} SET seq = seq + 1`);
    expect(auditRepl(file)).toMatchObject([{ kind: 'repl_index_differs', what: expect.stringContaining(table) }]);
  });

  it('is made for data of the version before', async () => {
    const { store, file, start, add } = await open();
    await start(a);
    await add(a, recorded(checkpoint(0, 1)), annotated(0, 'x'), snapshot('s', 0));
    await store.close();
    const db = new DatabaseSync(file);
    for (const table of replTables) db.exec(`DROP TABLE ${table}`);
    replIndex(db);
    db.close();
    expect(Object.values(checkReplFill(file))).toEqual([1, 1, 1, 0]);
  });
});
