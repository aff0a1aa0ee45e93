/** What every driver promises; see driver.ts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A driver as the suite sees it: commands are text, and so is what they come to. */
export interface Driven {
  start: (session: string) => Promise<void>;
  /** Resolves to what it printed and what it came to. */
  send: (session: string, command: string, printed?: (text: string) => void) => Promise<string>;
  interrupt: (session: string) => void;
  pause: (session: string) => Promise<void>;
  snapshot: (session: string) => Promise<Uint8Array>;
  restore: (session: string, snapshot: Uint8Array) => Promise<void>;
  stop: (session: string) => Promise<void>;
  close: () => Promise<void>;
}

/** Commands in the words of what is driven. */
export interface Words {
  /** Sets `n` to a number. */
  set: (n: number) => string;
  /** Adds to `n` and says it. */
  add: (n: number) => string;
  says: (n: number) => string;
  /** Goes on until it is stopped. */
  forEver: string;
  /** Prints `a`, then `b`. */
  prints: string;
}

export const driverSuite = (name: string, open: () => Promise<Driven>, words: Words): void => {
  describe(`${name} as a driver`, () => {
    let driven: Driven;
    beforeEach(async () => {
      driven = await open();
    });
    afterEach(() => driven.close());

    it('runs the commands of a session one at a time, in their order (V1)', async () => {
      await driven.start('a');
      await driven.send('a', words.set(0));
      const said = await Promise.all([1, 2, 3, 4].map((n) => driven.send('a', words.add(n))));
      expect(said).toEqual([1, 3, 6, 10].map(words.says));
    });

    it('lets no session wait for another (V1)', async () => {
      await driven.start('a');
      await driven.start('b');
      const endless = driven.send('a', words.forEver);
      await driven.send('b', words.set(1));
      expect(await driven.send('b', words.add(1))).toBe(words.says(2));
      driven.interrupt('a');
      await endless;
    });

    it('goes on from a snapshot as if nothing had been, there and elsewhere (V2)', async () => {
      await driven.start('a');
      await driven.send('a', words.set(5));
      const snapshot = await driven.snapshot('a');
      await driven.send('a', words.set(100));
      await driven.restore('a', snapshot);
      expect(await driven.send('a', words.add(1))).toBe(words.says(6));
      const other = await open();
      await other.start('b');
      await other.restore('b', snapshot);
      expect(await other.send('b', words.add(2))).toBe(words.says(7));
      await other.close();
    });

    it('tells what a command does while it runs (V3)', async () => {
      await driven.start('a');
      const told: string[] = [];
      await driven.send('a', words.prints, (text) => told.push(text));
      expect(told.join('')).toMatch(/^a\s+b\s+$/);
    });

    it('has what was before a command that was stopped (V4)', async () => {
      await driven.start('a');
      await driven.send('a', words.set(3));
      const endless = driven.send('a', `${words.set(4)};${words.forEver}`, () => undefined);
      driven.interrupt('a');
      await endless;
      expect(await driven.send('a', words.add(0))).toBe(words.says(3));
    });

    it('brings back what is not in memory (V5)', async () => {
      await driven.start('a');
      await driven.send('a', words.set(7));
      await driven.pause('a');
      expect(await driven.send('a', words.add(1))).toBe(words.says(8));
      await driven.stop('a');
    });
  });
};
