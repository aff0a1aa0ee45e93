import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HookRow } from './hook.ts';
import { retryAfterMs, verdictOf } from './schedule.ts';
import type { Outcome } from './schedule.ts';

const now = 1_790_000_000_000;
const hour = 3600_000;
const day = 24 * hour;

const hookOf = (kind: 'webhook' | 'command', rest: Partial<HookRow> = {}): HookRow => ({
  id: 'h',
  user: 'u',
  doc: kind === 'webhook' ? { kind, url: 'https://example.com/' } : { kind, argv: ['true'] },
  secret: '',
  createdAt: 0,
  cursor: 0,
  ...rest,
});

const failed: Outcome = { attempt: { ok: false, ms: 1, status: 500 } };

/** Every wait until a delivery that always fails is given up. */
const waitsOf = (kind: 'webhook' | 'command', random: () => number): number[] => {
  const waits: number[] = [];
  for (let attempts = 0; ; attempts++) {
    const { next } = verdictOf(failed, { hook: hookOf(kind), attempts, now, random: random() });
    if (next.state !== 'pending') return waits;
    waits.push(next.nextAt - now);
  }
};

describe('a delivery that fails', () => {
  it('is tried again for about a day, from ten seconds to six hours apart, never in step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 12 }),
        (chance) => {
          const waits = waitsOf('webhook', () => chance.shift() ?? 0.5);
          expect(waits).toHaveLength(10);
          for (const wait of waits) {
            expect(wait).toBeGreaterThanOrEqual(8000);
            expect(wait).toBeLessThanOrEqual(7.2 * hour);
          }
          const total = waits.reduce((sum, wait) => sum + wait, 0);
          expect(total).toBeGreaterThan(0.8 * day);
          expect(total).toBeLessThan(1.3 * day);
        },
      ),
    );
    expect(waitsOf('webhook', () => 0.1)).not.toEqual(waitsOf('webhook', () => 0.9));
    expect(waitsOf('webhook', () => 0.5).slice(0, 3)).toEqual([10_000, 60_000, 300_000]);
  });

  it('is tried a few times only where it is a command', () => {
    expect(waitsOf('command', () => 0.5)).toEqual([10_000, 60_000, 300_000]);
  });

  it('waits at least as long as the receiver asks, and so does its hook, but no longer than a day', () => {
    const verdict = (retryAfter: number) =>
      verdictOf({ ...failed, retryAfter }, { hook: hookOf('webhook'), attempts: 0, now, random: 0.5 });
    expect(verdict(hour)).toMatchObject({ next: { nextAt: now + hour }, hook: { heldUntil: now + hour } });
    expect(verdict(1000)).toMatchObject({ next: { nextAt: now + 10_000 }, hook: { heldUntil: now + 1000 } });
    expect(verdict(100 * day)).toMatchObject({ next: { nextAt: now + day } });
  });

  it('switches its hook off after five days of nothing else, or when the receiver is gone', () => {
    const since = (failingSince: number, outcome = failed) =>
      verdictOf(outcome, { hook: hookOf('webhook', { failingSince }), attempts: 3, now, random: 0.5 }).hook;
    expect(since(now - 5 * day + 1)).toEqual({ failingSince: now - 5 * day + 1 });
    expect(since(now - 5 * day)).toMatchObject({ off: { at: now, reason: 'nothing but failures for 5 days' } });
    expect(since(now, { ...failed, gone: true })).toMatchObject({ off: { at: now } });
  });
});

it('a delivery that succeeds ends its hook’s failing', () => {
  const hook = hookOf('webhook', { failingSince: 1 });
  const verdict = verdictOf({ attempt: { ok: true, ms: 1 } }, { hook, attempts: 9, now, random: 0 });
  expect(verdict).toMatchObject({ next: { state: 'delivered' }, hook: {} });
  expect(verdict.hook).not.toHaveProperty('failingSince');
});

it.each([
  ['120', 120_000],
  ['0', 0],
  [new Date(now + 5000).toUTCString(), 5000],
  [new Date(now - 5000).toUTCString(), 0],
  ['soon', undefined],
  ['-5', undefined],
  [undefined, undefined],
])('Retry-After: %s asks for %s ms', (header, expected) => {
  const asked = retryAfterMs(header, now);
  if (header === '-5') expect(asked === undefined || asked === 0).toBe(true);
  else expect(asked).toBe(expected);
});
