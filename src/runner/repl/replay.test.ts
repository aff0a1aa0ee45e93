import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplEntry } from '../../contract/repl.ts';
import { openSessions } from '../../serve/repl-sessions.suite.ts';
import { tamper } from '../../stores/sqlite/store-folder.suite.ts';

type There = Awaited<ReturnType<typeof openSessions>>;

const owner = '019a8f5e-0000-7000-8000-00000000000a';
let copies = 0;

const importAs = async (there: There, entries: readonly ReplEntry[]) =>
  there.sessions.import({
    owner,
    name: `copy${++copies}`,
    language: 'javascript',
    accessMode: 'readwrite',
    entries,
  });

/** An import of what a session's journal says, into the same server. */
const copyOf = async (there: There, session: string) => {
  const entries = await there.entries(session);
  const { session: copy, imported } = await importAs(there, entries);
  return { copy, entries, imported };
};

/** The server is stopped, and its images were made by another engine. */
const madeByAnotherEngine = async (there: There): Promise<void> => {
  await there.close();
  tamper(there.file, `UPDATE repl_engines SET id = 'another', binary = 'another', image = x'00'`);
};

/** What code sees of both after going to an event. */
const lookAt = async (there: There, session: string, seq: number, look: string): Promise<string> => {
  await there.sessions.goto(session, seq);
  return there.sessions.execute(session, look);
};

describe('an import', () => {
  it('is the session that its journal tells of, alive', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'let n = 1; const f = () => ++n; console.log("hi"); Math.random()');
    await there.sessions.execute(id, 'f(); new Date().toISOString()');
    await there.sessions.execute(id, 'throw new Error("no")');
    const { copy, entries, imported } = await copyOf(there, id);
    expect(imported).toEqual({ commands: 3, differing: [] });
    expect(await there.entries(copy)).toEqual(entries);
    expect(await there.sessions.execute(copy, 'f()')).toBe('3');
    expect(await there.factsOf(copy)).toMatchObject({ commands: 4, image: 4, nextImage: 5 });
    // One that goes on: its images lead to one another.
    await there.driver.pause(copy);
    expect(await there.sessions.execute(copy, 'f()')).toBe('4');
  });

  it('takes answers from their receipts, and asks no model', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'const a = [await llm("q"), await llm("q")]; a');
    await there.sessions.execute(id, '[...await Promise.all(["a", "b"].map((q) => llm(q)))]');
    await there.sessions.execute(id, 'const later = llm("later"); 0');
    await there.sessions.execute(id, 'await later');
    there.asked.length = 0;
    const { copy, entries, imported } = await copyOf(there, id);
    expect(imported.differing).toEqual([]);
    expect(await there.entries(copy)).toEqual(entries);
    expect(await there.sessions.execute(copy, 'a.join()')).toBe("'answer to q,answer to q'");
    expect(there.asked).toEqual([]);
    // A new one has a receipt of its own.
    await there.sessions.execute(copy, 'await llm("q")');
    const keys = (await there.entries(copy)).flatMap((entry) => (entry.type === 'llm_req' ? entry.receiptKey : []));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('that lacks a receipt names it, and leaves nothing', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'await llm("q")');
    const entries = await there.entries(id);
    const request = entries.find((entry) => entry.type === 'llm_req')!;
    const without = entries
      .filter((entry) => entry.type !== 'llm_resp')
      .map((entry, seq): ReplEntry => ({ ...entry, seq }));
    await expect(importAs(there, without)).rejects.toMatchObject({
      name: 'ReplayError',
      seq: 0,
      message: expect.stringContaining(request.receiptKey) as string,
    });
    expect(there.asked).toEqual(['q']);
    expect((await there.store.list({ kind: 'repl', limit: 10, offset: 0 })).sessions).toHaveLength(1);
  });

  it('tells what came to something else', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 1; n');
    await there.sessions.execute(id, 'n + 1');
    const entries = (await there.entries(id)).map((entry): ReplEntry =>
      entry.type === 'output' && entry.seq === 4 ? { ...entry, value: '3' } : entry,
    );
    const { session, imported } = await importAs(there, entries);
    expect(imported.differing).toEqual([3]);
    expect(await there.entries(session)).toEqual(entries);
  });

  it('has the time at which its timers ran, and answers that came between', async () => {
    const pending: (() => void)[] = [];
    const there = await openSessions({ say: (q) => new Promise((done) => pending.push(() => done(`answer to ${q}`))) });
    const id = await there.create();
    const code = `
      const seen = [];
      const answer = llm("q").then((a) => seen.push([a, Date.now()]));
      for (let i = 0; i < 5; i++) {
        await new Promise((done) => setTimeout(done, 3));
        seen.push(Date.now());
        if (i === 2) await checkpoint("half");
      }
      await answer; seen.push(Date.now()); JSON.stringify(seen)`;
    const running = there.sessions.execute(id, code);
    while (!(await there.entries(id)).some((entry) => entry.type === 'checkpoint' && entry.label === 'half'))
      await new Promise((resolve) => setImmediate(resolve));
    for (const answer of pending) answer();
    await running;
    const { copy, entries, imported } = await copyOf(there, id);
    expect(imported.differing).toEqual([]);
    expect(await there.entries(copy)).toEqual(entries);
  });

  it('follows where the session went back, also into a command that was stopped', async () => {
    const there = await openSessions({ limits: { cpuMs: 200 } });
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 1; n');
    await there.sessions.execute(id, 'n = 2; await llm("q"); n = 3; for (;;);');
    const boundary = (await there.entries(id)).findLast(
      (entry) => entry.type === 'checkpoint' && entry.reason === 'llm_boundary',
    )!;
    expect(await there.sessions.execute(id, 'n')).toBe('1');
    await there.sessions.goto(id, boundary.seq);
    expect(await there.sessions.execute(id, 'n')).toBe('2');
    await there.sessions.goto(id, 2);
    expect(await there.sessions.execute(id, 'n += 10')).toBe('11');
    const { copy, entries, imported } = await copyOf(there, id);
    expect(imported.differing).toEqual([]);
    expect(await there.entries(copy)).toEqual(entries);
    for (const [seq, n] of [
      [boundary.seq, '2'],
      [2, '1'],
      [entries.length - 1, '11'],
    ] as const)
      expect(await lookAt(there, copy, seq, 'n')).toBe(n);
  });

  it('of a fork that begins where a command waited is alive there', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 5; var m = await llm("q"); n = 6');
    const fork = await there.fork(id, 2);
    const { copy, entries, imported } = await copyOf(there, fork);
    expect(imported).toEqual({ commands: 1, differing: [] });
    expect(await there.entries(copy)).toEqual(entries);
    // Where not even the request is in it.
    const earlier = await there.fork(id, 1);
    const { copy: ofEarlier } = await copyOf(there, earlier);
    for (const one of [fork, copy, earlier, ofEarlier]) {
      expect(await there.sessions.execute(one, '[n, m]')).toBe('[ 5, undefined ]');
      const wait = 'await new Promise((done) => setTimeout(done, 5)); [n, m]';
      expect(await there.sessions.execute(one, wait)).toBe("[ 6, 'answer to q' ]");
    }
  });

  it('of a journal that goes to a state which is not there is refused, with the event', async () => {
    const there = await openSessions();
    const timestamp = 1;
    const entries: ReplEntry[] = [{ type: 'checkpoint', seq: 0, reason: 'goto', stateId: 's7', timestamp }];
    await expect(importAs(there, entries)).rejects.toMatchObject({ name: 'ReplayError', seq: 0 });
  });

  it('names states anew where their names are another program’s', async () => {
    const there = await openSessions();
    const at = { timestamp: 5 };
    const entries: ReplEntry[] = [
      { type: 'input', seq: 0, code: 'var n = 1', clock: 5, seed: 1, ...at },
      { type: 'output', seq: 1, value: 'undefined', ...at },
      { type: 'checkpoint', seq: 2, reason: 'manual', stateId: 'abc', ...at },
      { type: 'input', seq: 3, code: 'n = 2', clock: 5, seed: 2, ...at },
      { type: 'output', seq: 4, value: '2', ...at },
      { type: 'checkpoint', seq: 5, reason: 'effect', stateId: 'def', ...at },
      { type: 'checkpoint', seq: 6, reason: 'goto', stateId: 'abc', ...at },
    ];
    const { session, imported } = await importAs(there, entries);
    expect(imported).toEqual({ commands: 2, differing: [] });
    expect((await there.entries(session)).flatMap((e) => (e.type === 'checkpoint' ? e.stateId : []))).toEqual([
      's1',
      's2',
      's1',
    ]);
    expect(await there.sessions.execute(session, 'n')).toBe('1');
    expect(await lookAt(there, session, 5, 'n')).toBe('2');
  });
});

describe('under another engine', () => {
  it('a session is replayed from its inputs, and says so', async () => {
    const there = await openSessions();
    const id = await there.create();
    for (const n of [1, 2, 3]) await there.sessions.execute(id, `var n = ${n}; await llm("q${n}"); n`);
    await there.sessions.goto(id, 6);
    await there.sessions.execute(id, 'n += 10');
    const before = await there.entries(id);
    await madeByAnotherEngine(there);
    const renewed: unknown[] = [];
    const later = await there.restart({ onRenewed: (told) => renewed.push(told) });
    // Nobody waits for a replay to complete what they type.
    expect(await later.sessions.complete(id, '', true)).toEqual([]);
    expect(await later.sessions.execute(id, 'n')).toBe('11');
    expect(later.asked).toHaveLength(3);
    expect(renewed).toEqual([{ session: id, commands: 2, differing: [] }]);
    const entries = await later.entries(id);
    expect(entries.slice(0, before.length)).toEqual(before);
    expect(entries[before.length]).toMatchObject({
      reason: 'periodic',
      label: expect.stringMatching(/^replayed under engine [0-9a-f]{12}$/) as string,
    });
    // Earlier events are gone to by a replay up to there.
    expect(await lookAt(later, id, 20, 'n')).toBe('3');
    expect(await lookAt(later, id, 0, 'typeof n')).toBe("'undefined'");
    const fork = await later.fork(id, 13);
    expect(await later.sessions.execute(fork, 'n')).toBe('2');
    expect(later.asked).toHaveLength(3);
    const { copy, imported } = await copyOf(later, id);
    expect(imported.differing).toEqual([]);
    expect(await later.sessions.execute(copy, 'typeof n')).toBe("'undefined'");
  });

  it('a session whose journal can’t be run again says at which event, and nothing changes', async () => {
    const there = await openSessions();
    const id = await there.create();
    const [timestamp, clock] = [5, 5];
    const entries: ReplEntry[] = [
      { type: 'input', seq: 0, code: 'await llm("q")', clock, seed: 1, timestamp },
      { type: 'output', seq: 1, value: "'answer to q'", timestamp },
      { type: 'checkpoint', seq: 2, reason: 'command', stateId: 's1', timestamp },
    ];
    const { id: engine } = await there.driver.engine();
    const images = [{ n: 1, base: 0, engine, frame: new Uint8Array() }];
    const record = { type: 'record_repl' as const, entries, images: 1, imageBytes: 0 };
    await there.runner.execute(id, [record], () => ({ status: 200, body: '' }), undefined, { images });
    await madeByAnotherEngine(there);
    const later = await there.restart();
    await expect(later.sessions.execute(id, '1')).rejects.toMatchObject({
      kind: 'journal_damaged',
      message: expect.stringMatching(
        /event 0 can’t be run again: .*no llm_resp with the receiptKey [0-9a-f]{64}/,
      ) as string,
    });
    expect(await later.entries(id)).toEqual(entries);
    expect(later.asked).toEqual([]);
  });
});

describe('a journal of anything', () => {
  const commands = fc.constantFrom(
    'n = (globalThis.n ?? 0) + 1',
    'all = [...(globalThis.all ?? []), Math.random()]; all.at(-1)',
    'console.log(Date.now()); g = globalThis.g ?? (function* () { let i = 0; for (;;) yield i++ })(); g.next().value',
    'await new Promise((done) => setTimeout(done, 1)); [Date.now(), n = (globalThis.n ?? 0) + 2]',
    'n = 5; a = await llm("same"); n = 6; a',
    'p = llm("later"); 0',
    'await (globalThis.p ?? 0)',
    'n = 8; (await checkpoint("here")).seq',
    'await Promise.race([llm("slow"), new Promise((done) => setTimeout(done, 1))]); Date.now()',
    'console.log("x"); throw new Error("e")',
    'let let',
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('run' as const), code: commands }) },
    fc.record({ do: fc.constant('goto' as const), part: fc.nat({ max: 99 }) }),
    fc.record({ do: fc.constant('checkpoint' as const) }),
    fc.record({ do: fc.constant('fork' as const), part: fc.nat({ max: 99 }) }),
  );
  const look = 'JSON.stringify([globalThis.n, globalThis.all, globalThis.a, typeof globalThis.g, typeof globalThis.p])';

  it('makes the same session, the same at each event', { timeout: 240_000 }, async () => {
    const there = await openSessions();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
        let session = await there.create();
        for (const one of steps) {
          const { nextSeq } = await there.factsOf(session);
          if (one.do === 'run') await there.sessions.execute(session, one.code);
          else if (one.do === 'checkpoint') await there.sessions.checkpoint(session, 'c');
          else if (nextSeq === 0) continue;
          else if (one.do === 'goto') await there.sessions.goto(session, Math.floor((one.part / 100) * nextSeq));
          else session = await there.fork(session, Math.floor((one.part / 100) * nextSeq));
        }
        const { copy, entries, imported } = await copyOf(there, session);
        expect(imported.differing).toEqual([]);
        expect(await there.entries(copy)).toEqual(entries);
        for (const { seq } of entries)
          expect(await lookAt(there, copy, seq, look)).toBe(await lookAt(there, session, seq, look));
      }),
      { numRuns: 25 },
    );
  });
});
