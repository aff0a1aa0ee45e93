import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageRecord } from './reader.ts';
import { isSameResponse, joinCopy, Responses } from './responses.ts';

function copy(fields: Partial<Omit<UsageRecord, 'parts'>> & { output?: number } = {}): UsageRecord {
  const { output = 10, at = 1000, ...rest } = fields;
  const parts = { input: 1, output, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  const place = { sessionId: 's-1', sidechain: false, file: '/f', offset: 0, fileBornAt: 1 };
  return {
    source: 'x',
    key: 'k',
    request: 'r',
    model: 'm',
    confidence: 'exact',
    ...place,
    beganAt: at,
    at,
    parts,
    ...rest,
  };
}

function merge(...copies: UsageRecord[]): UsageRecord[] {
  return [...new Responses().addAll(copies)];
}

const { request: _request, ...withoutRequest } = copy();

describe('the key rule', () => {
  it.each([
    ['equal key and request', copy(), true],
    ['another request', copy({ request: 'r-2' }), false],
    ['no request', withoutRequest, true],
    ['another key', copy({ key: 'k-2' }), false],
    ['another source', copy({ source: 'y' }), false],
  ])('%s: %#', (_, other, expected) => {
    expect(isSameResponse(copy(), other)).toBe(expected);
    expect(isSameResponse(other, copy())).toBe(expected);
  });

  it('makes one of responses held apart when a copy without a request belongs to both', () => {
    const held = [copy(), copy({ request: 'r-2' }), copy({ key: 'k-2' })];
    const { merged, replaced } = joinCopy(held, { ...withoutRequest, parts: { ...withoutRequest.parts, output: 99 } });
    expect(replaced).toEqual(held.slice(0, 2));
    expect([merged.request, merged.parts.output]).toEqual([undefined, 99]);
    expect(isSameResponse(merged, copy({ request: 'r-3' }))).toBe(true);
  });
});

describe('the value rule', () => {
  it('takes the copy with most output whole, its time and model too', () => {
    const cheap = copy({ output: 5, at: 1000, model: 'a', webSearches: 4 });
    const dear = copy({ output: 9, at: 2000, model: 'b', file: '/g', offset: 7 });
    expect(merge(dear, cheap)).toEqual(merge(cheap, dear));
    expect(merge(cheap, dear)[0]).toMatchObject({
      model: 'b',
      at: 2000,
      beganAt: 1000,
      file: '/g',
      offset: 7,
      parts: { output: 9 },
    });
    expect(merge(cheap, dear)[0]).not.toHaveProperty('webSearches');
  });

  it('takes the earlier of two with as much output', () => {
    expect(merge(copy({ at: 2000, model: 'b' }), copy({ at: 1000, model: 'a' }))).toMatchObject([
      { at: 1000, model: 'a' },
    ]);
  });

  it('takes the one that tells more of the input when output is the same', () => {
    const empty = copy({ at: 1000 });
    const full = copy({ at: 2000 });
    full.parts.cacheRead = 500;
    expect(merge(empty, full)).toMatchObject([{ at: 2000, parts: { cacheRead: 500 } }]);
  });

  it('takes what was told before what was estimated, and that before the output alone', () => {
    const told = copy({ output: 10 });
    const estimated = copy({ confidence: 'estimated', output: 30 });
    const hollow = {
      ...copy({ confidence: 'incomplete', output: 50 }),
      parts: { ...told.parts, input: 0, output: 50, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
    };
    for (const order of [
      [told, estimated, hollow],
      [hollow, estimated, told],
      [estimated, told, hollow],
      [hollow, told, estimated],
    ])
      expect(merge(...order)).toMatchObject([{ confidence: 'exact', parts: { output: 10 } }]);
    expect(merge(hollow, estimated)).toMatchObject([{ confidence: 'estimated', parts: { output: 30 } }]);
    expect(merge(estimated, hollow)).toMatchObject([{ confidence: 'estimated', parts: { output: 30 } }]);
  });

  it('is exact as soon as one copy is', () => {
    const incomplete = copy({ confidence: 'incomplete', output: 20 });
    expect(merge(incomplete, incomplete)).toMatchObject([{ confidence: 'incomplete' }]);
    expect(merge(incomplete, copy({ at: 2000 }))).toMatchObject([{ confidence: 'exact', parts: { output: 20 } }]);
  });
});

describe('the owner', () => {
  it.each([
    ['held it first', copy({ sessionId: 'owner', at: 1000, fileBornAt: 9 }), copy({ at: 2000, output: 99 })],
    [
      'is in the older file, where a fork copied the times',
      copy({ sessionId: 'owner', fileBornAt: 1 }),
      copy({ fileBornAt: 2, output: 99 }),
    ],
    [
      'is the main conversation, not its replay',
      copy({ sessionId: 'owner', fileBornAt: 9 }),
      { ...withoutRequest, sidechain: true, agentId: 'a' },
    ],
  ])('%s', (_, owned, other) => {
    for (const [record] of [merge(owned, other), merge(other, owned)]) {
      expect(record).toMatchObject({ sessionId: 'owner', sidechain: false, beganAt: owned.beganAt });
      expect(record).not.toHaveProperty('agentId');
    }
  });

  it('gives its agent, directory and branch', () => {
    const owned = copy({ agentId: 'a', cwd: '/w', gitBranch: 'b' });
    expect(merge(copy({ at: 2000, output: 99, cwd: '/v' }), owned)).toMatchObject([
      { agentId: 'a', cwd: '/w', gitBranch: 'b' },
    ]);
  });
});

describe('copies in any order', () => {
  const seen = fc.record({
    key: fc.constantFrom('k-1', 'k-2'),
    request: fc.constantFrom('r-1', 'r-2', undefined),
    output: fc.nat(3),
    at: fc.nat(3),
    fileBornAt: fc.nat(2),
  });
  const copies = fc.array(seen, { maxLength: 10 }).map((all) =>
    all.map(({ request, ...fields }) => {
      const place = { ...fields, sessionId: `s-${fields.fileBornAt}` };
      if (request !== undefined) return copy({ ...place, request });
      const { request: _, ...record } = copy({ ...place, sidechain: true, confidence: 'incomplete' });
      return record;
    }),
  );
  const orders = copies.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  const merged = (...all: UsageRecord[]) => Map.groupBy(merge(...all), ({ key, request }) => `${key} ${request}`);

  it('come to the same', () => {
    const property = fc.property(orders, ([all, shuffled]) => {
      expect(merged(...shuffled)).toEqual(merged(...all));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('come to the same when some come twice, or are merged before', () => {
    const property = fc.property(orders, ([all, shuffled]) => {
      expect(merged(...all, ...shuffled)).toEqual(merged(...all));
      expect(merged(...merge(...shuffled.slice(0, 4)), ...shuffled.slice(4))).toEqual(merged(...all));
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
