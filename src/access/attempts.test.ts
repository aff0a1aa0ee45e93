import { describe, expect, it } from 'vitest';
import { Attempts } from './attempts.ts';

const newAttempts = (most: number) => {
  const clock = { at: 1_790_000_000_000 };
  return { clock, attempts: new Attempts({ most, withinMs: 60_000, now: () => clock.at }) };
};

/** Seconds that an address has to wait. */
const wait = (attempts: Attempts, address: string): number => {
  try {
    attempts.check(address);
    return 0;
  } catch (error) {
    return (error as { details: { retryAfter: number } }).details.retryAfter;
  }
};

describe('an address that fails', () => {
  it('has to wait only when it failed too often, and until the first of these is a minute old', () => {
    const { clock, attempts } = newAttempts(3);
    for (let i = 0; i < 3; i++) {
      expect(wait(attempts, 'a')).toBe(0);
      attempts.failed('a');
      clock.at += 10_000;
    }
    expect(wait(attempts, 'a')).toBe(30);
    clock.at += 29_999;
    expect(wait(attempts, 'a')).toBe(1);
    clock.at += 1;
    expect(wait(attempts, 'a')).toBe(0);
    attempts.failed('a');
    expect(wait(attempts, 'a')).toBe(10);
  });

  it('is not held against another', () => {
    const { attempts } = newAttempts(1);
    attempts.failed('a');
    expect([wait(attempts, 'a'), wait(attempts, 'b')]).toEqual([60, 0]);
  });

  it('is remembered among ten thousand others, and forgotten among more', () => {
    const { attempts } = newAttempts(1);
    attempts.failed('first');
    for (let i = 1; i < 10_000; i++) attempts.failed(`other ${i}`);
    expect(wait(attempts, 'first')).toBe(60);
    attempts.failed('one more');
    expect([wait(attempts, 'first'), wait(attempts, 'one more')]).toEqual([0, 60]);
  });
});
