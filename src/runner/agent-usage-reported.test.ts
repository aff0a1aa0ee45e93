/** What several tell of one session is the same usage: in the session, in the ledger and in what it cost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TelemetryResponse, TelemetryTotal } from '../readers/telemetry/told.ts';
import { ada, copiesAt, copy, countedIn, minute, noon, openAgents, parts } from '../serve/agent-usage.suite.ts';

type Agents = Awaited<ReturnType<typeof openAgents>>;

/** A row as an agent's wrapper posts it of a response of {@link copy}. */
const posted = { tokensUsed: 15, input: 3, output: 10, cacheWrite5m: 2, cacheRead: 100, model: 'opus' };

/** What the copies cost by the suite's prices. */
const costOfCopy = 125;

/** What the session says, and what the ledger has. */
const sums = async ({ stateOf, total }: Agents) => {
  const { facts } = await stateOf('s1');
  const ledger = await total();
  return {
    used: [facts.tokensUsed, countedIn(ledger)],
    cacheRead: [facts.cacheRead, ledger.cacheRead],
    cost: ledger.costPico,
  };
};

/** As every transcript of an agent that stint knows has it. */
const whole = (responses: number) => ({
  used: [15 * responses, 15 * responses],
  cacheRead: [100 * responses, 100 * responses],
  cost: costOfCopy * responses,
});

const response = (n: number, over: Partial<TelemetryResponse> = {}): TelemetryResponse => ({
  source: 'claude',
  sessionId: 's1',
  key: `req_${n}`,
  model: 'opus',
  at: noon - n * minute,
  durationMs: 5000,
  parts: parts(3, 10, 2),
  confidence: 'estimated',
  ...over,
});

const tell = ({ telemetry }: Agents, responses: TelemetryResponse[], totals: TelemetryTotal[] = []) =>
  telemetry.take(ada, { responses, totals, ignored: 0, faults: {} });

/** The counters of one model after so many responses, as sums since the beginning. */
const counters = (responses: number, over: Partial<TelemetryTotal> = {}): TelemetryTotal[] =>
  (['input', 'output', 'cacheRead', 'cacheWrite', 'costPico'] as const).map((kind) => ({
    source: 'claude',
    sessionId: 's1',
    model: 'opus',
    kind,
    value: responses * { input: 3, output: 10, cacheRead: 100, cacheWrite: 2, costPico: costOfCopy }[kind],
    temporality: 'cumulative',
    series: `process 1 ${kind}`,
    startNano: '1',
    endNano: `${10 + responses}`,
    at: noon,
    ...over,
  }));

describe('usage that is posted to an adopted session', () => {
  it('is not added to what its transcript tells', async () => {
    const there = await openAgents();
    await there.take(copiesAt('s1', 3, 2));
    await there.post('s1', posted);
    await there.post('s1', posted);
    expect(await sums(there)).toEqual(whole(2));
  });

  it('makes room for what its transcript tells', async () => {
    const there = await openAgents();
    await there.take([], [{ title: 'Hello' }]);
    await there.post('s1', posted);
    await there.post('s1', posted);
    expect(await sums(there)).toEqual(whole(2));
    await there.take(copiesAt('s1', 3, 2));
    expect(await sums(there)).toEqual(whole(2));
    expect(await there.total()).toMatchObject({ responses: 2 });
  });

  it('comes in turns with what its transcript tells', async () => {
    const there = await openAgents();
    await there.take([], [{ title: 'Hello' }]);
    for (let n = 1; n <= 4; n++) {
      if (n % 2 === 0) await there.post('s1', posted);
      await there.take(copiesAt('s1', n));
      if (n % 2 === 1) await there.post('s1', posted);
      expect(await sums(there)).toEqual(whole(n));
    }
  });

  it('counts as far as its transcript does not tell it', async () => {
    const there = await openAgents();
    await there.take(copiesAt('s1', 3));
    await there.post('s1', { ...posted, tokensUsed: 45, input: 9, output: 30, cacheWrite5m: 6, cacheRead: 300 });
    expect(await sums(there)).toEqual(whole(3));
    await there.take(copiesAt('s1', 2));
    expect(await sums(there)).toEqual(whole(3));
  });

  it('costs what is reported of it, as far as it counts', async () => {
    const there = await openAgents();
    await there.take(copiesAt('s1', 3));
    await there.post('s1', { tokensUsed: 45, input: 45, costUsd: '0.000000000300' });
    expect((await sums(there)).cost).toBe(costOfCopy + 200);
    await there.take(copiesAt('s1', 2, 1));
    expect((await sums(there)).cost).toBe(3 * costOfCopy);
  });

  it('may be without its parts, and without a model, and then nobody knows what it cost', async () => {
    const there = await openAgents();
    await there.take(copiesAt('s1', 3));
    await there.post('s1', { tokensUsed: 25 });
    expect(await there.total()).toMatchObject({ input: 13, output: 10, responses: 2, unpriced: 1 });
    expect((await sums(there)).used).toEqual([25, 25]);
  });

  it('makes room for what caches gave, too', async () => {
    const there = await openAgents();
    await there.take([], [{ title: 'Hello' }]);
    await there.post('s1', { tokensUsed: 0, cacheRead: 100, model: 'opus' });
    expect((await sums(there)).cacheRead).toEqual([100, 100]);
    await there.take(copiesAt('s1', 3));
    expect(await sums(there)).toEqual(whole(1));
  });

  it('is known after a restart', async () => {
    const first = await openAgents();
    await first.take(copiesAt('s1', 3));
    await first.post('s1', posted);
    const second = await first.restart();
    await second.take(copiesAt('s1', 3, 2));
    await second.post('s1', posted);
    expect(await sums(second)).toEqual(whole(2));
  });

  const tokens = fc.record({ input: fc.nat(9), output: fc.nat(9), cacheWrite5m: fc.nat(3) });
  const happenings = fc.array(fc.tuple(fc.constantFrom('post', 'read', 'grow'), tokens), { maxLength: 8 });

  it('leaves session and ledger with the same tokens, whatever comes in which order', async () => {
    const there = await openAgents();
    let sessions = 0;
    await fc.assert(
      fc.asyncProperty(happenings, async (all) => {
        const id = `session ${++sessions}`;
        await there.take([], [{ sessionId: id, title: 'Hello' }]);
        let last = parts(0, 0);
        for (const [i, [what, { input, output, cacheWrite5m }]] of all.entries()) {
          if (what === 'post') {
            await there.post(id, { tokensUsed: input + output + cacheWrite5m, input, output, cacheWrite5m });
          } else if (what === 'read') {
            last = parts(input, output, cacheWrite5m, 0);
            await there.take([copy({ sessionId: id, key: `${id} ${i}`, parts: last })]);
          } else {
            last = { ...last, output: last.output + output };
            await there.take([copy({ sessionId: id, key: `${id} grown`, parts: last })]);
          }
        }
        expect(countedIn(await there.total(id))).toBe((await there.stateOf(id)).facts.tokensUsed);
      }),
      { numRuns: 40 },
    );
  });
});

describe('telemetry', () => {
  it('adopts a session that no transcript tells of, and its responses count once', async () => {
    const there = await openAgents();
    await tell(there, [response(2), response(1)]);
    await tell(there, [response(1)]);
    expect(await sums(there)).toEqual(whole(2));
    expect(await there.stateOf('s1')).toMatchObject({
      status: 'active',
      facts: { kind: 'agent', startTime: noon - 2 * minute - 5000, agent: { source: 'claude', sessionId: 's1' } },
    });
  });

  it.each([
    ['after the transcript', ['transcript', 'events', 'metrics']],
    ['before it', ['events', 'metrics', 'transcript']],
    ['around it', ['metrics', 'transcript', 'events']],
  ])('is not added to it, told %s', async (_, order) => {
    const there = await openAgents();
    for (const source of [...order, ...order]) {
      if (source === 'transcript') await there.take(copiesAt('s1', 2, 1));
      if (source === 'events') await tell(there, [response(2), response(1)]);
      if (source === 'metrics') await tell(there, [], counters(2));
      expect(await sums(there)).toEqual(whole(2));
    }
  });

  it('counts for what is not in the transcript yet, response by response', async () => {
    const there = await openAgents();
    for (let n = 1; n <= 3; n++) {
      await tell(there, [response(n)], counters(n));
      expect(await sums(there)).toEqual(whole(n));
      await there.take(copiesAt('s1', n));
      expect(await sums(there)).toEqual(whole(n));
    }
  });

  it('takes metrics for as much as they have advanced, and a new process for a new count', async () => {
    const there = await openAgents();
    await tell(there, [], counters(1));
    await tell(there, [], counters(3));
    await tell(there, [], counters(2));
    expect(await sums(there)).toEqual(whole(3));
    const ofOther = counters(1).map((total) => ({ ...total, series: `process 2 ${total.kind}` }));
    await tell(there, [], ofOther);
    const second = await there.restart();
    await tell(second, [], ofOther);
    await tell(second, [], counters(4));
    expect(await sums(second)).toEqual(whole(5));
  });

  it('of counters that stood still for long is remembered as long as they are told', async () => {
    const there = await openAgents();
    const day = 24 * 60 * minute;
    await tell(there, [], counters(3));
    for (let i = 1; i <= 40; i++) {
      there.time.now = noon + i * day;
      await tell(there, [], counters(3, { at: there.time.now, endNano: `${100 + i}` }));
      await there.store.forgetMarks(there.time.now - 31 * day);
    }
    expect(await sums(there)).toEqual(whole(3));
  });

  it('reopens a session that was over', async () => {
    const there = await openAgents();
    await there.take(copiesAt('s1', 100));
    await tell(there, [response(1)]);
    expect((await there.historyOf('s1')).slice(1)).toEqual([
      'tokens_recorded 100',
      'completed 100',
      `reopened ${1 + 5 / 60}`,
      'tokens_recorded 1',
    ]);
  });

  it('of what was long over is taken, too', async () => {
    const there = await openAgents();
    await there.take(copiesAt('s1', 200, 190));
    await tell(there, [response(195), response(180)]);
    expect(await sums(there)).toEqual(whole(2));
  });

  it('is told of two sessions at once', async () => {
    const there = await openAgents();
    await tell(there, [response(1), response(2, { sessionId: 's2' })]);
    expect((await there.stateOf('s2')).facts.tokensUsed).toBe(15);
    expect((await there.stateOf('s1')).facts.tokensUsed).toBe(15);
    expect(countedIn(await there.total())).toBe(30);
  });
});
