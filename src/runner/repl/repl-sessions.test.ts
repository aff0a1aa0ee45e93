import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ReplEntry } from '../../contract/repl.ts';
import { openSessions } from '../../serve/repl-sessions.suite.ts';

const typesOf = (entries: readonly ReplEntry[]): string[] =>
  entries.map((entry) => (entry.type === 'checkpoint' ? entry.reason : entry.type));

describe('a command', () => {
  it('is in the journal with what came of it, and with what makes it the same again', async () => {
    const there = await openSessions();
    const id = await there.create();
    expect(await there.sessions.execute(id, 'console.log("a"); 1 + 1', { client: 'c1' })).toBe('a\n2');
    const entries = await there.entries(id);
    expect(entries.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect(entries).toMatchObject([
      { type: 'input', code: 'console.log("a"); 1 + 1', seed: 1, client: 'c1' },
      { type: 'output', value: 'a\n2' },
      { type: 'checkpoint', reason: 'command', stateId: 's1' },
    ]);
    expect(await there.factsOf(id)).toMatchObject({ nextSeq: 3, commands: 1, checkpoints: 1, image: 1 });
  });

  it('that throws is an error in the journal, and the session goes on', async () => {
    const there = await openSessions();
    const id = await there.create();
    expect(await there.sessions.execute(id, 'console.log("a"); throw new Error("no")')).toMatch(
      /^a\nUncaught Error: no\n {4}at repl:1/,
    );
    expect(await there.sessions.execute(id, '1')).toBe('1');
    expect(typesOf(await there.entries(id))).toEqual([
      'input',
      'output',
      'error',
      'command',
      'input',
      'output',
      'command',
    ]);
    expect((await there.factsOf(id)).commands).toBe(2);
  });

  it('may give checkpoints labels, of which the first 200 characters are kept', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'await checkpoint("ab".repeat(1e6))');
    const labels = (await there.entries(id)).flatMap((entry) => ('label' in entry ? entry.label : []));
    expect(labels).toEqual(['ab'.repeat(100)]);
  });

  it('that is stopped leaves what was before it', async () => {
    const there = await openSessions({ limits: { cpuMs: 200 } });
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 1');
    expect(await there.sessions.execute(id, 'n = 2; for (;;);')).toMatch(/stopped after 0\.2 s of CPU; the state is/);
    expect(await there.sessions.execute(id, 'n')).toBe('1');
  });

  it('is one of many at once, in their order', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'var all = []');
    const many = Array.from({ length: 40 }, (_, i) => i);
    const outputs = await Promise.all(many.map((i) => there.sessions.execute(id, `all.push(${i})`)));
    expect(outputs).toEqual(many.map((i) => `${i + 1}`));
    const inputs = (await there.entries(id)).flatMap((entry) => (entry.type === 'input' ? entry.code : []));
    expect(inputs.slice(1)).toEqual(many.map((i) => `all.push(${i})`));
  });

  it('on a session that is read-only, paused or over is refused', async () => {
    const there = await openSessions();
    const readonly = await there.create({ accessMode: 'readonly' });
    await expect(there.sessions.execute(readonly, '1')).rejects.toMatchObject({ kind: 'forbidden' });
    const id = await there.create({}, 'other');
    const ask = (type: 'pause' | 'complete') => there.runner.execute(id, [{ type }], () => ({ status: 200, body: '' }));
    await ask('pause');
    await expect(there.sessions.execute(id, '1')).rejects.toMatchObject({ kind: 'session_paused' });
    await ask('complete');
    await expect(there.sessions.execute(id, '1')).rejects.toMatchObject({ kind: 'session_already_completed' });
    await expect(there.sessions.execute('nobody', '1')).rejects.toMatchObject({ kind: 'session_not_found' });
  });
});

describe('a model’s answer', () => {
  it('has checkpoints at both sides, a receipt, and its tokens', async () => {
    const there = await openSessions();
    const id = await there.create();
    expect(await there.sessions.execute(id, 'const a = await llm("q"); a + await llm("q")')).toBe(
      "'answer to qanswer to q'",
    );
    const entries = await there.entries(id);
    const around = ['llm_boundary', 'llm_req', 'llm_resp', 'llm_boundary'];
    expect(typesOf(entries)).toEqual(['input', ...around, ...around, 'output', 'command']);
    const keys = entries.flatMap((entry) => (entry.type === 'llm_req' ? entry.receiptKey : []));
    expect(new Set(keys).size).toBe(2);
    expect((await there.runner.state(id))?.facts.tokensUsed).toBe(10);
  });

  it('may be one of several that are asked at once', async () => {
    const there = await openSessions();
    const id = await there.create();
    expect(await there.sessions.execute(id, 'await Promise.all(["a", "b"].map((q) => llm(q)))')).toBe(
      "[ 'answer to a', 'answer to b' ]",
    );
    expect(there.asked).toEqual(['a', 'b']);
  });

  it('that failed is an error that the code can catch', async () => {
    const there = await openSessions({ say: () => Promise.reject(new Error('overloaded')) });
    const id = await there.create();
    expect(await there.sessions.execute(id, 'try { await llm("q") } catch (e) { e.message }')).toBe("'overloaded'");
  });

  it('is asked for once, also by who goes back to where it was waited for', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'const a = await llm("q"); a');
    const boundary = (await there.entries(id)).find((entry) => entry.type === 'checkpoint')!;
    await there.sessions.goto(id, boundary.seq);
    expect(await there.sessions.execute(id, 'await new Promise((done) => setTimeout(done, 5)); a')).toBe(
      "'answer to q'",
    );
    expect(there.asked).toEqual(['q']);
  });
});

describe('a model that is asked', () => {
  it('has a receipt of its own each time, also after a rest and a restart', async () => {
    const first = await openSessions();
    const id = await first.create();
    await first.sessions.execute(id, 'await llm("q")');
    first.sessions.atRest.rest(id);
    await first.sessions.execute(id, 'await llm("q")');
    const second = await first.restart();
    await second.sessions.execute(id, 'await llm("q"); await llm("other")');
    const keys = (await second.entries(id)).flatMap((entry) => (entry.type === 'llm_req' ? entry.receiptKey : []));
    expect(new Set(keys).size).toBe(4);
    expect(keys).toHaveLength(4);
  });

  it('is left when the command that asked it has ended', async () => {
    const signals = new Map<string, AbortSignal>();
    const there = await openSessions({
      say: (prompt, signal) => {
        signals.set(prompt, signal);
        return prompt === 'slow' ? new Promise(() => {}) : 'quick';
      },
    });
    const id = await there.create();
    expect(await there.sessions.execute(id, 'await Promise.race([llm("slow"), llm("fast")])')).toBe("'quick'");
    expect(signals.get('slow')?.aborted).toBe(true);
  });
});

describe('going back', () => {
  it('is to the state after an event, and cuts nothing off', async () => {
    const there = await openSessions();
    const id = await there.create();
    for (const n of [1, 2, 3]) await there.sessions.execute(id, `var n = ${n}; n`);
    expect(await there.sessions.goto(id, 5)).toEqual({ seq: 5, stateId: 's2' });
    expect(await there.sessions.execute(id, 'n++; n')).toBe('3');
    expect(typesOf(await there.entries(id)).slice(9)).toEqual(['goto', 'input', 'output', 'command']);
    // In the middle of a command there was what was before it.
    await there.sessions.goto(id, 4);
    expect(await there.sessions.execute(id, 'n')).toBe('1');
    await there.sessions.goto(id, 0);
    expect(await there.sessions.execute(id, 'typeof n')).toBe("'undefined'");
    await expect(there.sessions.goto(id, 1000)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('is also where a command waits, and its sandbox is made anew elsewhere', async () => {
    const there = await openSessions({ limits: { cpuMs: 400 } });
    const id = await there.create();
    for (const n of [1, 2, 3]) await there.sessions.execute(id, `var n = ${n}; n`);
    await there.sessions.goto(id, 2);
    const busy = await Promise.all(['b', 'c'].map((name) => there.create({}, name)));
    const waiting = there.sessions.execute(id, 'var m = n; await new Promise((done) => setTimeout(done, 60)); [n, m]');
    const loops = busy.map((one) => there.sessions.execute(one, 'for (;;);'));
    expect(await waiting).toBe('[ 1, 1 ]');
    await Promise.all(loops);
  });

  it('is quick however many images a command has', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 0');
    for (let i = 0; i < 40; i++)
      await there.sessions.execute(id, 'await new Promise((done) => setTimeout(done, 1)); ++n');
    for (let i = 0; i < 40; i++) await there.sessions.execute(id, 'await llm("q"); ++n');
    const { image } = await there.factsOf(id);
    expect(image).toBeGreaterThan(128);
    expect((await there.store.imageChain(id, image))?.frames.length).toBeLessThan(70);
    await there.driver.pause(id);
    expect(await there.sessions.execute(id, 'n')).toBe('80');
  });

  it('is quick when a command that was to have a whole image was stopped', async () => {
    const there = await openSessions({ limits: { cpuMs: 100 } });
    const id = await there.create();
    for (let i = 0; i < 63; i++) await there.sessions.execute(id, `var n = ${i}`);
    await there.sessions.execute(id, 'for (;;);');
    for (let i = 0; i < 10; i++) await there.sessions.execute(id, `n = ${i}`);
    const { image } = await there.factsOf(id);
    expect((await there.store.imageChain(id, image))?.frames).toHaveLength(10);
  });

  it('goes to what had been gone to before', async () => {
    const there = await openSessions();
    const id = await there.create();
    for (const n of [1, 2]) await there.sessions.execute(id, `var n = ${n}; n`);
    await there.sessions.goto(id, 2);
    await there.sessions.execute(id, 'n = 10');
    await there.sessions.goto(id, 6);
    expect(await there.sessions.execute(id, 'n')).toBe('1');
  });
});

describe('a fork', () => {
  it('goes on beside its original', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 1; const f = () => ++n; f()');
    await there.sessions.execute(id, 'f()');
    const fork = await there.fork(id, 2);
    expect(await there.sessions.execute(fork, 'f()')).toBe('3');
    expect(await there.sessions.execute(id, 'f()')).toBe('4');
    expect(typesOf(await there.entries(fork))).toEqual([
      'input',
      'output',
      'command',
      'fork',
      'input',
      'output',
      'command',
    ]);
    expect(await there.factsOf(fork)).toMatchObject({ forkedFrom: { session: id, seq: 2 }, commands: 2 });
    await there.sessions.goto(fork, 2);
    expect(await there.sessions.execute(fork, 'n')).toBe('2');
  });
});

describe('a fork of what runs no commands', () => {
  const tell = (there: Awaited<ReturnType<typeof openSessions>>, id: string, type: 'pause' | 'complete') =>
    there.runner.execute(id, [{ type }], () => ({ status: 200, body: '' }));

  it('goes on, whether that is paused or has ended', async () => {
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 1');
    await there.sessions.execute(id, 'n = 2');
    for (const type of ['pause', 'complete'] as const) {
      await tell(there, id, type);
      expect(await there.sessions.execute(await there.fork(id), 'n')).toBe('2');
      expect(await there.sessions.execute(await there.fork(id, 2), 'n')).toBe('1');
      await expect(there.sessions.goto(id, 2)).rejects.toMatchObject({ status: 409 });
    }
    await expect(there.fork('nobody')).rejects.toMatchObject({ kind: 'session_not_found' });
  });

  it('begins before the command that was broken off in it', async () => {
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const first = await openSessions({
      say: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const id = await first.create();
    await first.sessions.execute(id, 'var n = 1');
    void first.sessions.execute(id, 'n = 2; await llm("q")').catch(() => undefined);
    await isAsked;
    await first.kill();
    const second = await first.restart({});
    await tell(second, id, 'complete');
    const fork = await second.fork(id);
    expect(await second.sessions.execute(fork, 'n')).toBe('1');
    expect(await second.factsOf(fork)).toMatchObject({ forkedFrom: { session: id, seq: 2 } });
  });
});

describe('while the server stops', () => {
  it('a command that was about to begin does not, and nothing else begins', async () => {
    const there = await openSessions({ limits: { cpuMs: 60_000 } });
    const id = await there.create();
    await there.sessions.execute(id, 'var n = 1');
    let stopped: Promise<void> | undefined;
    const engine = await there.driver.engine();
    vi.spyOn(there.driver, 'engine').mockImplementation(() => {
      stopped ??= there.sessions.stop();
      return Promise.resolve(engine);
    });
    const refused = { kind: 'server_stopping' };
    await expect(there.sessions.execute(id, 'for (;;);')).rejects.toMatchObject(refused);
    await stopped;
    await expect(there.sessions.goto(id, 0)).rejects.toMatchObject(refused);
    expect((await there.factsOf(id)).nextSeq).toBe(3);
  });

  it('a replay does not go on', async () => {
    const first = await openSessions();
    const id = await first.create();
    for (let i = 0; i < 5; i++) await first.sessions.execute(id, `var n = ${i}`);
    const entries = await first.entries(id);
    const { driver, sessions } = first;
    const send = driver.send.bind(driver);
    let stopped: Promise<void> | undefined;
    const sent = vi.spyOn(driver, 'send').mockImplementation((...args) => {
      stopped ??= sessions.stop();
      return send(...args);
    });
    const spec = { owner: 'me', name: 'again', language: 'javascript', accessMode: 'readwrite' } as const;
    await expect(sessions.import({ ...spec, entries })).rejects.toMatchObject({ kind: 'server_stopping' });
    expect(sent).toHaveBeenCalledTimes(1);
    await stopped;
  });
});

describe('after a restart', () => {
  it('a session is what it was, with what it waits for', async () => {
    const first = await openSessions();
    const id = await first.create();
    await first.sessions.execute(id, 'class C { #n = 1; next() { return ++this.#n } } const c = new C(); c.next()');
    await first.sessions.execute(id, 'const p = llm("later"); 0');
    const second = await first.restart();
    expect(await second.sessions.execute(id, 'c.next()')).toBe('3');
    expect(await second.sessions.execute(id, 'await p')).toBe("'answer to later'");
  });

  it('a command that was broken off is ended, and its session is what was before it', async () => {
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const first = await openSessions({
      say: () => {
        asked();
        return new Promise(() => {});
      },
    });
    const id = await first.create();
    await first.sessions.execute(id, 'var n = 1');
    void first.sessions.execute(id, 'n = 2; await llm("q")').catch(() => undefined);
    await isAsked;
    await first.kill();
    const second = await first.restart({});
    expect(await second.sessions.execute(id, 'n')).toBe('1');
    expect(typesOf(await second.entries(id)).slice(3)).toEqual([
      'input',
      'llm_boundary',
      'llm_req',
      'error',
      'command',
      'input',
      'output',
      'command',
    ]);
  });
});

describe('a session that went back, forked and was brought back at any point', () => {
  const commands = fc.constantFrom(
    'n = (globalThis.n ?? 0) + 1',
    'all = [...(globalThis.all ?? []), Math.random()]; all.length',
    'g = globalThis.g ?? (function* () { let i = 0; for (;;) yield i++ })(); g.next().value',
    'm = (globalThis.m ?? new Map()).set(globalThis.n, 1); m.size',
    'q = globalThis.q ?? Promise.resolve(0); q = q.then((v) => v + 1); await q',
    'throw new Error("e")',
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('run' as const), code: commands }) },
    fc.record({ do: fc.constant('goto' as const), back: fc.nat({ max: 12 }) }),
    fc.record({ do: fc.constant('fork' as const) }),
    fc.record({ do: fc.constant('leave' as const) }),
  );
  const look = 'JSON.stringify([globalThis.n, globalThis.all?.length, globalThis.m?.size])';

  it('is what running the same commands makes', { timeout: 120_000 }, async () => {
    const there = await openSessions();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        let session = await there.create();
        // The commands that lead to the state at each of the session's events.
        const at: string[][] = [];
        let now: string[] = [];
        const note = async () => {
          const { nextSeq } = await there.factsOf(session);
          while (at.length < nextSeq - 1) at.push(at.at(-1) ?? []);
          at.push(now);
        };
        for (const one of steps) {
          if (one.do === 'run') {
            await there.sessions.execute(session, one.code);
            now = [...now, one.code];
            await note();
          } else if (one.do === 'goto') {
            if (at.length === 0) continue;
            const seq = Math.max(0, at.length - 1 - one.back);
            await there.sessions.goto(session, seq);
            now = at[seq] ?? [];
            await note();
          } else if (one.do === 'fork') {
            session = await there.fork(session);
            await note();
          } else await there.driver.pause(session);
        }
        const straight = await there.create();
        for (const code of now) await there.sessions.execute(straight, code);
        expect(await there.sessions.execute(session, look)).toBe(await there.sessions.execute(straight, look));
      }),
      { numRuns: 15 },
    );
  });
});
