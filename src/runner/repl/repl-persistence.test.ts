import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReplPersistence } from './repl-persistence.ts';
import type { PersistenceParts } from './repl-persistence.ts';

afterEach(() => vi.useRealTimers());

describe('while a session is being saved for long', () => {
  it('then it is not looked again, and what was due meanwhile is not made up for', async () => {
    vi.useFakeTimers();
    const { promise, resolve } = Promise.withResolvers<void>();
    const looked = vi.fn<() => object[]>(() => [{ id: 's', dirtySince: 0 }]);
    const parts = {
      pool: { getDirty: looked },
      clock: { now: () => 1e6 },
      saveIntervalMs: 1000,
      sessions: { atRest: { isWorthAWhole: () => true, keepWhole: () => promise } },
      directory: { get: () => undefined },
    } as unknown as PersistenceParts;
    const persistence = new ReplPersistence(parts);
    persistence.begin();
    await vi.advanceTimersByTimeAsync(10_500);
    expect(looked).toHaveBeenCalledTimes(1);
    resolve();
    await vi.advanceTimersByTimeAsync(1000);
    expect(looked).toHaveBeenCalledTimes(2);
    await persistence.settled();
  });
});
