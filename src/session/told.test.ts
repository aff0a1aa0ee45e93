import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usageSources } from '../contract/event.ts';
import { addedTokens, reconciledOf, withTold } from './told.ts';
import type { Told } from './told.ts';

describe('what several sources tell of one session', () => {
  it('is the same usage, whoever tells first', () => {
    const api = { source: 'api', tokensUsed: 100, cacheRead: 50 } as const;
    const transcript = { source: 'transcript', tokensUsed: 140, cacheRead: 40 } as const;
    expect(reconciledOf({}, api)).toEqual({});
    expect(reconciledOf(withTold({}, api), transcript)).toEqual({ reconciled: 100, cacheReconciled: 40 });
    expect(reconciledOf(withTold({}, transcript), api)).toEqual({ reconciled: 100, cacheReconciled: 40 });
  });

  it('adds up to what the source tells that tells the most', () => {
    const row = fc.record({
      source: fc.constantFrom(...usageSources),
      tokensUsed: fc.nat(1000),
      cacheRead: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        let told: Told = {};
        let total = 0;
        for (const each of rows) {
          total += addedTokens({ ...each, ...reconciledOf(told, each) });
          told = withTold(told, each);
        }
        expect(total).toBe(Math.max(0, ...Object.values(told).map(({ used }) => used)));
      }),
    );
  });
});
