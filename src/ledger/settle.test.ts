import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerKey, LedgerRow, UsageStep } from '../contract/usage.ts';
import type { UsageRecord } from '../readers/reader.ts';
import { Responses } from '../readers/responses.ts';
import { recordOf, rowOf, settle } from './settle.ts';

const prices = { version: '1', price: ({ parts }: UsageRecord) => ({ costPico: parts.output * 10 }) };

const copy = (over: Partial<UsageRecord> = {}): UsageRecord => ({
  source: 'claude',
  key: 'msg_1',
  request: 'req_1',
  sessionId: 's1',
  sidechain: false,
  model: 'opus',
  beganAt: 1000,
  at: 1000,
  cwd: '/work',
  parts: { input: 3, output: 10, reasoning: 0, cacheRead: 100, cacheWrite5m: 5, cacheWrite1h: 7 },
  confidence: 'exact',
  file: '',
  offset: 0,
  fileBornAt: 1,
  ...over,
});

/** A ledger and the sessions that hear of it, as they are kept. */
class Kept {
  readonly rows = new Map<string, LedgerRow>();
  readonly shares = new Set<string>();
  /** Output that each session was told of. */
  readonly told = new Map<string, number>();

  take(copies: readonly UsageRecord[]): void {
    const keys = new Set(copies.map(({ key }) => key));
    const held = [...this.rows.values()].filter(({ key }) => keys.has(key));
    const { tidings, steps } = settle('ada', held, copies, prices);
    for (const { agent, parts, steps: own } of tidings) {
      this.told.set(agent.sessionId, (this.told.get(agent.sessionId) ?? 0) + parts.output);
      own.forEach((step) => this.#perform(step));
    }
    steps.forEach((step) => this.#perform(step));
  }

  /** What each session has, as the rows have it. */
  get owned(): Record<string, number> {
    const owned: Record<string, number> = {};
    for (const { sessionId, output } of this.rows.values()) owned[sessionId] = (owned[sessionId] ?? 0) + output;
    return owned;
  }

  #perform(step: UsageStep): void {
    if (step.do === 'put') this.rows.set(nameOf(step.row), step.row);
    if (step.do === 'drop') this.rows.delete(nameOf(step.key));
    if (step.do === 'share') this.shares.add(`${step.agent.sessionId} ${step.key.key}`);
  }
}

const nameOf = ({ source, key, request }: LedgerKey): string => [source, key, request].join();

describe('settling copies of responses', () => {
  it('tells a session of a response, and of as much as it grows', () => {
    const { tidings } = settle('ada', [], [copy()], prices);
    expect(tidings).toMatchObject([
      { agent: { sessionId: 's1' }, response: 'claude:msg_1', parts: { output: 10, input: 3 } },
    ]);
    const held = [rowOf('ada', copy(), prices)];
    const grown = settle('ada', held, [copy({ at: 1001, parts: { ...copy().parts, output: 25 } })], prices);
    expect(grown.tidings).toMatchObject([{ parts: { output: 15, input: 0, cacheRead: 0 }, at: 1001 }]);
    expect(grown.tidings[0]?.steps).toMatchObject([{ do: 'put', row: { output: 25, costPico: 250 } }]);
  });

  it('tells nothing of what is known', () => {
    const held = [rowOf('ada', copy(), prices)];
    expect(settle('ada', held, [copy(), copy({ fileBornAt: 9 })], prices)).toEqual({ tidings: [], steps: [] });
  });

  it('counts a fork’s copy for the session that had it first, and shares it', () => {
    const fork = copy({ sessionId: 'fork', fileBornAt: 2 });
    for (const order of [
      [copy(), fork],
      [fork, copy()],
    ]) {
      const kept = new Kept();
      for (const one of order) kept.take([one]);
      expect(kept.owned).toEqual({ s1: 10 });
      expect(kept.told.get('s1')).toBe(10);
      expect(kept.told.get('fork') ?? 0).toBe(0);
      expect([...kept.shares]).toEqual(['fork msg_1']);
    }
  });

  it('keeps all that tells copies apart in a row', () => {
    const whole = copy({
      agentId: 'a1',
      sidechain: true,
      webSearches: 2,
      billing: { tier: 'batch' },
      confidence: 'incomplete',
    });
    expect(recordOf(rowOf('ada', whole, prices))).toEqual(whole);
  });

  const copies = fc.array(
    fc
      .record({
        key: fc.constantFrom('m1', 'm2'),
        request: fc.constantFrom(undefined, 'r1', 'r2'),
        sessionId: fc.constantFrom('s1', 's2', 's3'),
        sidechain: fc.boolean(),
        beganAt: fc.nat(3),
        output: fc.nat(5),
        fileBornAt: fc.nat(3),
      })
      .map(({ request, output, ...over }) => {
        const { request: _, ...base } = copy();
        return { ...base, ...over, at: over.beganAt, ...(request && { request }), parts: { ...base.parts, output } };
      }),
    { maxLength: 12 },
  );

  it('has in the end what all copies have together, however they come, and sessions know as much', () => {
    fc.assert(
      fc.property(copies, fc.array(fc.nat(4)), (all, cuts) => {
        const kept = new Kept();
        let from = 0;
        for (const cut of [...cuts, all.length]) {
          kept.take(all.slice(from, from + cut));
          from += cut;
        }
        // Read again, as after a crash.
        kept.take(all);
        const merged = [...new Responses().addAll(all)];
        const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
        expect(sum(Object.values(kept.owned))).toBe(sum(merged.map(({ parts }) => parts.output)));
        expect(Object.fromEntries([...kept.told].filter(([, output]) => output !== 0))).toEqual(
          Object.fromEntries(Object.entries(kept.owned).filter(([, output]) => output !== 0)),
        );
      }),
    );
  });
});
