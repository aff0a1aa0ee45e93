import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTo, emptyTally, surplusOf, tallyOf } from './reconcile.ts';
import type { Tallies, Tally } from './reconcile.ts';

const tallies = (of: Record<string, Partial<Tally>>): Tallies =>
  Object.entries(of).reduce<Tallies>((all, [model, tally]) => addTo(all, model, tally), new Map());

const surplus = (events: Record<string, Partial<Tally>>, metrics: Record<string, Partial<Tally>>) =>
  Object.fromEntries(surplusOf(tallies(events), tallies(metrics)));

const some = (of: Partial<Tally>): Tally => ({ ...emptyTally, ...of });

describe('what metrics have beyond events', () => {
  it('is nothing where they tell of the same, or events of more', () => {
    expect(surplus({ opus: { input: 5, costPico: 7 } }, { opus: { input: 5, costPico: 7 } })).toEqual({});
    expect(surplus({ opus: { input: 5 } }, { opus: { input: 4 } })).toEqual({});
    expect(surplus({ opus: { input: 5 } }, {})).toEqual({});
  });

  it('is all of it where there are no events', () => {
    expect(surplus({}, { opus: { input: 5, output: 2 }, haiku: { cacheRead: 9 } })).toEqual({
      opus: some({ input: 5, output: 2 }),
      haiku: some({ cacheRead: 9 }),
    });
  });

  it('is what is missing in a session whose logs were lost for a while', () => {
    expect(surplus({ opus: { input: 5, output: 2 } }, { opus: { input: 8, output: 2 } })).toEqual({
      opus: some({ input: 3 }),
    });
  });

  it('is none of a model that is only spelled otherwise', () => {
    expect(surplus({ 'opus[1m]': { input: 5 } }, { opus: { input: 5 } })).toEqual({});
    expect(surplus({ 'opus[1m]': { input: 5 } }, { opus: { input: 5 }, haiku: { input: 1 } })).toEqual({
      opus: some({ input: 1 }),
    });
  });

  const model = fc.constantFrom('a', 'b', 'c');
  const count = fc.nat(50);
  const step = fc.record({
    model,
    more: fc.record({ input: count, output: count, cacheRead: count, cacheWrite: count, costPico: count }),
    to: fc.constantFrom('events', 'metrics'),
  });
  const total = (all: Tallies, kind: keyof Tally) => [...all.values()].reduce((sum, tally) => sum + tally[kind], 0);

  it('makes of both the larger sum, whatever comes in whatever order, and no sum ever shrinks', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const met: Record<string, Tallies> = { events: new Map(), metrics: new Map() };
        let before = emptyTally;
        for (const { model, more, to } of steps) {
          met[to] = addTo(met[to]!, model, more);
          const beyond = surplusOf(met['events']!, met['metrics']!);
          const used = Object.fromEntries(
            (Object.keys(emptyTally) as (keyof Tally)[]).map((kind) => {
              const [ofEvents, ofMetrics] = [total(met['events']!, kind), total(met['metrics']!, kind)];
              const sum = ofEvents + total(beyond, kind);
              expect(sum).toBe(Math.max(ofEvents, ofMetrics));
              expect(sum).toBeGreaterThanOrEqual(before[kind]);
              return [kind, sum];
            }),
          );
          before = { ...emptyTally, ...used };
          for (const tally of beyond.values()) expect(Math.min(...Object.values(tally))).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});

describe('what a response adds', () => {
  it('is its tokens and what the agent reckons for it', () => {
    const parts = { input: 1, output: 2, cacheRead: 3, cacheWrite5m: 4, cacheWrite1h: 5 };
    expect(tallyOf({ parts, costUsd: 0.1 })).toEqual({
      input: 1,
      output: 2,
      cacheRead: 3,
      cacheWrite: 9,
      costPico: 100_000_000_000,
    });
    expect(tallyOf({ parts }).costPico).toBe(0);
  });
});
