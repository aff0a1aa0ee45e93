/** Portions of what agents leave on disk: which sessions and which rows of the ledger become of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Responses } from '../readers/responses.ts';
import {
  ada,
  contentsOf,
  copiesAt,
  copy,
  minute,
  noon,
  openAgents,
  parts,
  placeOf,
  portion,
} from '../serve/agent-usage.suite.ts';
import { tamper } from '../stores/sqlite/store-folder.suite.ts';

describe('a session that is met', () => {
  it('is adopted with its title, directory, branch and times', async () => {
    const { take, stateOf } = await openAgents();
    await take([copy()], [{ title: ' Mend the\n door ', cwd: '/work/door', gitBranch: 'main', forkedFrom: 's0' }]);
    expect(await stateOf('s1')).toMatchObject({
      status: 'active',
      since: noon - 2 * minute,
      facts: {
        kind: 'agent',
        name: 'Mend the door',
        startTime: noon - 2 * minute,
        updatedAt: noon - minute,
        tokensUsed: 15,
        cacheRead: 100,
        agent: { source: 'claude', sessionId: 's1', directory: '/work/door', gitBranch: 'main', forkedFrom: 's0' },
      },
    });
  });

  it('has the directory of its first response where nothing else tells one, and no name', async () => {
    const { take, stateOf } = await openAgents();
    await take([copy({ key: 'b', at: noon, cwd: '/later' }), copy({ key: 'a', cwd: '/first' })]);
    const { facts } = await stateOf('s1');
    expect(facts).toMatchObject({ agent: { directory: '/first' }, startTime: noon - minute });
    expect(facts).not.toHaveProperty('name');
  });

  it('is adopted before it has used anything, and is over when nothing follows', async () => {
    const { take, agents, time, historyOf } = await openAgents();
    await take([], [{ title: 'Hello' }]);
    time.now += 15 * minute;
    await agents.endIdle();
    expect(await historyOf('s1')).toEqual(['started 2', 'completed 2']);
  });

  it('is not adopted for a sighting that tells nothing', async () => {
    const { take, store } = await openAgents();
    await take([], [{}]);
    expect((await store.list({ limit: 10 })).sessions).toEqual([]);
  });

  it.each([
    ['a'.repeat(300), `${'a'.repeat(199)}…`],
    [`${'a'.repeat(198)}🚀🚀`, `${'a'.repeat(198)}…`],
    ['  \n ', undefined],
  ])('has a name that fits (%#)', async (title, name) => {
    const { take, stateOf } = await openAgents();
    await take([copy()], [{ title }]);
    expect((await stateOf('s1')).facts.name).toBe(name);
  });

  it('has its rows with what the ledger has of it', async () => {
    const { take, rowsOf, total } = await openAgents();
    const counts = { ...parts(3, 10, 2), reasoning: 4, cacheWrite1h: 5 };
    await take([copy({ parts: counts })]);
    expect(await rowsOf('s1')).toMatchObject([
      {
        source: 'transcript',
        operation: 'response',
        response: 'claude:msg_1',
        model: 'opus',
        tokensUsed: 20,
        cumulativeTotal: 20,
        timestamp: noon - minute,
        ...counts,
      },
    ]);
    const sum = { ...counts, costPico: 130, responses: 1, incomplete: 0, unpriced: 0 };
    expect(await total('s1')).toEqual(sum);
  });
});

describe('a session in which nothing is done', () => {
  it('is over after a quarter of an hour, at the last thing that was done', async () => {
    const { take, agents, time, historyOf } = await openAgents();
    await take(copiesAt('s1', 3, 1));
    time.now = noon + 14 * minute;
    await agents.endIdle();
    expect(await historyOf('s1')).toEqual(['started 3', 'tokens_recorded 3', 'tokens_recorded 1']);
    time.now += 1;
    await agents.endIdle();
    expect((await historyOf('s1')).at(-1)).toBe('completed 1');
  });

  it('goes on when something is, with each stretch of activity apart', async () => {
    const { take, historyOf, stateOf } = await openAgents();
    await take(copiesAt('s1', 200, 190, 100, 95));
    await take(copiesAt('s1', 2));
    expect(inWords(await historyOf('s1'))).toEqual([
      'started 200, used 200, used 190, completed 190',
      'reopened 100, used 100, used 95, completed 95',
      'reopened 2, used 2',
    ]);
    const { facts } = await stateOf('s1');
    expect(facts.spans.map(([from, to]) => [(noon - from) / minute, (noon - to) / minute])).toEqual([
      [200, 190],
      [100, 95],
    ]);
    expect(facts.activeMs).toBe(15 * minute);
  });

  it('is one stretch when portions end in the middle of it', async () => {
    const { take, historyOf } = await openAgents();
    await take(copiesAt('s1', 200, 190));
    await take(copiesAt('s1', 180, 170));
    expect(inWords(await historyOf('s1'))).toEqual([
      'started 200, used 200, used 190, completed 190',
      'reopened 180, used 180, used 170, completed 170',
    ]);
  });

  it('takes what a subagent did before its end, however late its file is found', async () => {
    const { take, historyOf, stateOf, total } = await openAgents();
    await take(copiesAt('s1', 200, 190));
    await take([copy({ key: 'sub', agentId: 'a1', sidechain: true, at: noon - 195 * minute })]);
    expect((await historyOf('s1')).slice(-2)).toEqual(['completed 190', 'tokens_recorded 195']);
    expect(await stateOf('s1')).toMatchObject({ status: 'completed', facts: { tokensUsed: 45 } });
    expect(await total('s1')).toMatchObject({ responses: 3, input: 9 });
  });

  it('is left alone while it is paused, and takes what is used all the same', async () => {
    const { take, agents, ask, idOf, time, stateOf } = await openAgents();
    await take(copiesAt('s1', 1));
    await ask(await idOf('s1'), { type: 'pause' });
    time.now += 60 * minute;
    await agents.endIdle();
    await take([copy({ key: 'more', at: time.now })]);
    expect(await stateOf('s1')).toMatchObject({ status: 'paused', facts: { tokensUsed: 30 } });
  });

  it('goes on after a person completed it, when the agent does', async () => {
    const { take, ask, idOf, time, historyOf, stateOf } = await openAgents();
    await take(copiesAt('s1', 1));
    await ask(await idOf('s1'), { type: 'complete' });
    time.now += 5 * minute;
    await take(copiesAt('s1', 1, -4));
    expect((await historyOf('s1')).slice(-3)).toEqual(['completed 0', 'reopened -4', 'tokens_recorded -4']);
    expect(await stateOf('s1')).toMatchObject({ status: 'active', facts: { tokensUsed: 30 } });
  });

  it('is over also where others are damaged or gone', async () => {
    const first = await openAgents();
    for (const id of ['s1', 's2', 's3']) await first.take(copiesAt(id, 1));
    const [gone, damaged] = [await first.idOf('s1'), await first.idOf('s2')];
    await first.ask(gone, { type: 'complete' });
    await first.runner.remove(gone);
    damage(first.file, damaged);
    const { agents, time, stateOf } = await first.restart();
    time.now += 60 * minute;
    await agents.endIdle();
    expect(await stateOf('s3')).toMatchObject({ status: 'completed', endTime: noon - minute });
  });
});

describe('a response that is found again', () => {
  it('counts as much as it has grown', async () => {
    const { take, rowsOf, stateOf, total } = await openAgents();
    await take([copy({ parts: parts(3, 1, 2), confidence: 'incomplete' })]);
    await take([copy({ at: noon, beganAt: noon - minute, parts: parts(3, 40, 2) })]);
    expect((await rowsOf('s1')).map(({ output, input, timestamp }) => [output, input, timestamp])).toEqual([
      [1, 3, noon - minute],
      [39, 0, noon],
    ]);
    expect((await stateOf('s1')).facts.tokensUsed).toBe(45);
    expect(await total()).toMatchObject({ output: 40, responses: 1, incomplete: 0, costPico: 185 });
  });

  it('changes nothing, whether its portion is taken again now or after a restart', async () => {
    const first = await openAgents();
    const taken = portion(
      [...copiesAt('s1', 200, 100, 1), copy({ key: 's1 1', sessionId: 'fork', fileBornAt: 2, at: noon - minute })],
      [{ title: 'Hello' }, { sessionId: 'fork', title: 'Hello', forkedFrom: 's1' }],
      [placeOf('/s1.jsonl', { skipped: { malformed: 2 } })],
    );
    await first.agents.take(taken);
    const before = contentsOf(first.file);
    await first.agents.take(taken);
    expect(contentsOf(first.file)).toEqual(before);
    const second = await first.restart();
    await second.agents.take(taken);
    expect(contentsOf(second.file)).toEqual(before);
    expect(await second.store.readFiles('claude')).toEqual([
      { source: 'claude', file: '/s1.jsonl', cursor: '1', stamp: '1', skipped: { malformed: 2 } },
    ]);
  });

  it('is not lost with a portion that fails, nor is it known how far the files were read', async () => {
    const { take, agents, runner, store, restart } = await openAgents();
    await take(copiesAt('s1', 5));
    await runner.drain();
    const failing = portion([...copiesAt('s1', 4), ...copiesAt('s2', 3)], [], [placeOf('/s1.jsonl')]);
    await expect(agents.take(failing)).rejects.toMatchObject({ kind: 'server_stopping' });
    expect(await store.readFiles('claude')).toEqual([]);
    const second = await restart();
    await second.agents.take(failing);
    expect(await second.total()).toMatchObject({ responses: 3 });
    expect((await second.stateOf('s1')).facts.tokensUsed).toBe(30);
    expect((await second.stateOf('s2')).facts.tokensUsed).toBe(15);
  });

  it('stays where a later copy is worth less', async () => {
    const { take, rowsOf, total } = await openAgents();
    await take([copy()]);
    await take([copy({ parts: parts(3, 2, 2) }), copy({ parts: parts(0, 0) })]);
    expect(await rowsOf('s1')).toHaveLength(1);
    expect(await total()).toMatchObject({ output: 10, responses: 1 });
  });
});

describe('a fork', () => {
  const original = copiesAt('parent', 30, 29);
  const copied = original.map((one) => ({ ...one, sessionId: 'fork', fileBornAt: 2 }));
  const own = copiesAt('fork', 20);
  const whole = async ({ stateOf, total, store, idOf }: Awaited<ReturnType<typeof openAgents>>) => ({
    parent: (await stateOf('parent')).facts.tokensUsed,
    fork: (await stateOf('fork')).facts.tokensUsed,
    responses: (await total()).responses,
    ofParent: (await total('parent')).responses,
    shared: (await store.sessionUsage([await idOf('fork')])).map(({ shared }) => shared),
  });
  const expected = { parent: 30, fork: 15, responses: 3, ofParent: 2, shared: [2] };

  it.each([
    ['after its parent', [original, [...copied, ...own]]],
    ['before it', [[...copied, ...own], original]],
    ['together with it', [[...copied, ...own, ...original]]],
    ['with its parent between', [copied, original, own]],
  ])('shares what its parent had, found %s', async (_, portions) => {
    const there = await openAgents();
    for (const items of portions) await there.take(items);
    expect(await whole(there)).toEqual(expected);
    for (const items of portions) await there.take(items);
    expect(await whole(there)).toEqual(expected);
  });

  it('is not met anew where it was deleted and only its parent is found', async () => {
    const { take, runner, idOf, stateOf, total } = await openAgents();
    await take(copied);
    const deleted = await idOf('fork');
    await runner.remove(deleted);
    await take(original);
    await expect(idOf('fork')).rejects.toThrow('is not adopted');
    expect((await stateOf('parent')).facts.tokensUsed).toBe(30);
    expect(await total()).toMatchObject({ responses: 2 });
  });

  it('keeps what it has when its parent’s file is gone', async () => {
    const { take, stateOf, total } = await openAgents();
    await take([...copied, ...own]);
    expect((await stateOf('fork')).facts.tokensUsed).toBe(45);
    expect(await total('fork')).toMatchObject({ responses: 3 });
  });
});

describe('a run', () => {
  const analytics = async ({ store, time }: Awaited<ReturnType<typeof openAgents>>) => {
    const { tokens } = await store.activity({ edges: [noon - 6000 * minute, noon + 600 * minute], now: time.now });
    return tokens.reduce((sum, n) => sum + n, 0);
  };

  it('has what is used in its directory while it is open: it counts there and not twice', async () => {
    const there = await openAgents();
    const { take, startRun, ask, runner, rowsOf, stateOf, time } = there;
    const run = await startRun({ directory: '/work' });
    // As its own reader tells it.
    await ask(run, { type: 'record_tokens', source: 'transcript', operation: 'response', tokensUsed: 15 });
    await take([
      copy({ key: 'before', at: noon - minute }),
      copy({ key: 'in', at: noon, cwd: '/work/deeper' }),
      copy({ key: 'beside', at: noon, cwd: '/workshop' }),
    ]);
    time.now += minute;
    await ask(run, { type: 'complete' });
    await take([copy({ key: 'after', at: noon + minute })]);
    expect((await rowsOf('s1')).map((row) => [row.response, row.run])).toEqual([
      ['claude:before', undefined],
      ['claude:in', run],
      ['claude:beside', undefined],
      ['claude:after', undefined],
    ]);
    expect((await stateOf('s1')).facts.tokensUsed).toBe(60);
    expect((await runner.state(run))?.facts.tokensUsed).toBe(15);
    expect(await analytics(there)).toBe(60);
    expect(await there.total()).toMatchObject({ responses: 4 });
  });

  it('is known after a restart, open or ended', async () => {
    const first = await openAgents();
    const ended = await first.startRun({ directory: '/work' });
    first.time.now += minute;
    await first.ask(ended, { type: 'complete' });
    const open = await first.startRun({ directory: '/other' });
    const { take, rowsOf } = await first.restart();
    await take([
      copy({ key: 'a', at: noon }),
      copy({ key: 'b', at: noon + minute, cwd: '/other' }),
      copy({ key: 'c', at: noon + minute }),
    ]);
    expect((await rowsOf('s1')).map(({ run }) => run)).toEqual([ended, open, undefined]);
  });

  it('has nothing any more once it is removed', async () => {
    const there = await openAgents();
    const { take, startRun, ask, runner, rowsOf, time } = there;
    const run = await startRun({ directory: '/work' });
    time.now += minute;
    await ask(run, { type: 'complete' });
    await runner.remove(run);
    await take([copy({ key: 'late', at: noon })]);
    expect((await rowsOf('s1')).map((row) => row.run)).toEqual([undefined]);
    expect(await analytics(there)).toBe(15);
  });
});

describe('a session of a person’s choice', () => {
  it('keeps the name that it was given', async () => {
    const { take, ask, idOf, stateOf } = await openAgents();
    await take([copy()], [{ title: 'First' }]);
    await ask(await idOf('s1'), { type: 'rename', name: 'Mine' });
    await take([], [{ title: 'First' }]);
    expect((await stateOf('s1')).facts.name).toBe('Mine');
  });

  it('is met anew after it was deleted, and the ledger keeps what it had', async () => {
    const { take, ask, runner, idOf, stateOf, rowsOf, total } = await openAgents();
    await take([copy()], [{ title: 'First' }]);
    const deleted = await idOf('s1');
    await ask(deleted, { type: 'complete' });
    await runner.remove(deleted);
    expect(await total()).toMatchObject({ responses: 1 });
    await take([copy(), copy({ key: 'new', at: noon })]);
    expect(await idOf('s1')).not.toBe(deleted);
    expect((await rowsOf('s1')).map(({ response }) => response)).toEqual(['claude:new']);
    expect((await stateOf('s1')).facts).toMatchObject({ startTime: noon, tokensUsed: 15 });
    expect(await total()).toMatchObject({ responses: 2 });
  });
});

describe('a session whose first prompt is found later', () => {
  it('is named then', async () => {
    const { take, stateOf } = await openAgents();
    await take([copy({ agentId: 'a1', sidechain: true })]);
    expect((await stateOf('s1')).facts).not.toHaveProperty('name');
    await take([copy({ key: 'main' })], [{ title: 'The title' }]);
    expect((await stateOf('s1')).facts.name).toBe('The title');
  });
});

describe('what a clock that is ahead has stamped', () => {
  it('is taken at once, in the session as of now', async () => {
    const { take, agents, time, stateOf, rowsOf, total, historyOf } = await openAgents();
    await take([copy({ at: noon + 3000 * minute })]);
    expect(await rowsOf('s1')).toMatchObject([{ timestamp: noon }]);
    expect(await stateOf('s1')).toMatchObject({ status: 'active', facts: { startTime: noon, updatedAt: noon } });
    expect(await total()).toMatchObject({ responses: 1 });
    time.now += 20 * minute;
    await agents.endIdle();
    await take([copy({ at: noon + 3000 * minute })]);
    expect(await historyOf('s1')).toEqual(['started 0', 'tokens_recorded 0', 'completed 0']);
  });
});

describe('a session whose journal is damaged', () => {
  it('does not stop the others, and goes on as a new one', async () => {
    const first = await openAgents();
    await first.take([...copiesAt('s1', 5), ...copiesAt('s2', 5)]);
    const damaged = await first.idOf('s1');
    damage(first.file, damaged);
    const { take, idOf, stateOf, total } = await first.restart();
    await take([...copiesAt('s1', 5, 3), ...copiesAt('s2', 5, 3)]);
    expect(await idOf('s1')).not.toBe(damaged);
    expect((await stateOf('s1')).facts.tokensUsed).toBe(15);
    expect((await stateOf('s2')).facts.tokensUsed).toBe(30);
    expect(await total()).toMatchObject({ responses: 4 });
  });
});

describe('portions of any kind', () => {
  const found = fc.record({
    session: fc.constantFrom('a', 'b', 'c'),
    key: fc.constantFrom('k', 'l', 'm'),
    request: fc.constantFrom(undefined, 'r', 'q'),
    agentId: fc.constantFrom(undefined, 'x'),
    beganAt: fc.nat(90).map((before) => noon - before * minute),
    output: fc.nat(9),
    fileBornAt: fc.nat(3),
  });
  const portions = fc.array(fc.array(found, { maxLength: 6 }), { maxLength: 5 });

  it('leave sessions with what the ledger has of them, and that is what all copies come to', async () => {
    const there = await openAgents();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(portions, fc.array(fc.nat(4), { maxLength: 3 }), async (each, again) => {
        const run = `run ${++runs}`;
        const taken = each.map((some) =>
          some.map(({ session, key, request, agentId, output, ...rest }) =>
            copy({
              ...rest,
              ...(request && { request }),
              ...(agentId && { agentId, sidechain: true }),
              sessionId: `${run} ${session}`,
              key: `${run} ${key}`,
              parts: parts(0, output, 0, 0),
            }),
          ),
        );
        for (const some of taken) await there.take(some);
        for (const i of again) await there.take(taken[i] ?? []);
        const merged = [...new Responses().addAll(taken.flat())];
        for (const id of new Set(taken.flat().map(({ sessionId }) => sessionId))) {
          const own = merged.filter(({ sessionId }) => sessionId === id);
          const total = await there.total(id);
          expect([total.output, total.responses]).toEqual([
            own.reduce((sum, one) => sum + one.parts.output, 0),
            own.length,
          ]);
          const session = await there.store.adopted({ owner: ada, source: 'claude', sessionId: id });
          // One that has had nothing that counts is not there for it.
          expect((session && (await there.stateOf(id)).facts.tokensUsed) ?? 0).toBe(total.output);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Each stretch of activity on a line. */
const inWords = (history: readonly string[]): string[] =>
  history
    .join(', ')
    .split(/, (?=reopened)/)
    .map((stretch) => stretch.replaceAll('tokens_recorded', 'used'));

const damage = (file: string, session: string): void =>
  tamper(file, "UPDATE events SET data = '{}' WHERE session = (SELECT key FROM sessions WHERE id = ?)", session);
