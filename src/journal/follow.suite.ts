/** Following a session over a journal. */
import { describe, expect, it, vi } from 'vitest';
import type { Recorded } from '../contract/event.ts';
import { Author, commented, newYear, sessionId } from './author.suite.ts';
import type { OpenJournal } from './author.suite.ts';
import { follow } from './follow.ts';

const [a, b] = [sessionId(1), sessionId(2)];

export const followSuite = (name: string, open: OpenJournal): void => {
  const begin = async () => {
    const author = new Author(await open());
    await author.start(a);
    const abort = new AbortController();
    const from = (after: number) => follow(author.journal, a, { after, signal: abort.signal });
    return { author, abort, from };
  };

  const take = async (events: AsyncGenerator<Recorded>, n: number): Promise<number[]> => {
    const met: number[] = [];
    while (met.length < n) {
      const { value, done } = await events.next();
      if (done) break;
      met.push(value.seq);
    }
    return met;
  };

  describe(`${name}: following a session`, () => {
    it('gives what is there, then what comes', async () => {
      const { author, from } = await begin();
      const events = from(-1);
      expect(await take(events, 1)).toEqual([0]);
      const next = take(events, 2);
      await author.comment(a, 'one');
      await author.comment(a, 'two');
      expect(await next).toEqual([1, 2]);
    });

    it('goes on where it was left', async () => {
      const { author, from } = await begin();
      await author.append(
        author.change(
          a,
          ['1', '2', '3'].map((text) => commented(text)),
        ),
      );
      expect(await take(from(1), 2)).toEqual([2, 3]);
    });

    it('gives each event once to a slow reader, however many pages behind it is', async () => {
      const { author, from } = await begin();
      const events = from(-1);
      const met = await take(events, 1);
      for (let n = 0; n < 7; n++) {
        await author.append(
          author.change(
            a,
            Array.from({ length: 100 }, (_, i) => commented(`${i}`)),
          ),
        );
        met.push(...(await take(events, 60)));
      }
      const rest = 701 - met.length;
      met.push(...(await take(events, rest)));
      expect(met).toEqual(Array.from({ length: 701 }, (_, seq) => seq));
    });

    it('does not miss what is committed while it reads', async () => {
      const { author, from } = await begin();
      const reading = take(from(-1), 101);
      for (let n = 0; n < 100; n++) await author.comment(a, `${n}`);
      expect(await reading).toEqual(Array.from({ length: 101 }, (_, seq) => seq));
    });

    it('does not hear of other sessions', async () => {
      const { author, from } = await begin();
      const events = from(0);
      const next = events.next();
      await author.start(b);
      await author.comment(a, 'one');
      expect((await next).value).toMatchObject({ session: a, seq: 1 });
    });

    it('does not read while nothing comes', async () => {
      const { author, abort, from } = await begin();
      const read = vi.spyOn(author.journal, 'read');
      const events = from(0);
      const next = take(events, 1);
      await author.comment(a, 'one');
      await next;
      const waiting = events.next();
      await new Promise((resolve) => setImmediate(resolve));
      expect(read.mock.calls.length).toBeLessThanOrEqual(4);
      abort.abort();
      await waiting;
    });

    it('reads what is of other types once, and misses none of its own', async () => {
      const { author, abort } = await begin();
      const read = vi.spyOn(author.journal, 'read');
      const events = follow(author.journal, a, { after: -1, signal: abort.signal, types: ['renamed'] });
      const met: Recorded[] = [];
      const following = (async () => {
        for await (const event of events) if (met.push(event) === 2) return;
      })();
      const renamed = { type: 'renamed', at: newYear, data: { name: 'other' } } as const;
      for (const event of [commented('one'), renamed, commented('two'), commented('three'), renamed]) {
        const before = read.mock.calls.length;
        await author.append(author.change(a, [event]));
        await vi.waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(before), {
          interval: 1,
          timeout: 10_000,
        });
        // One that was only begun would see what is appended next.
        await read.mock.results.at(-1)?.value;
      }
      await following;
      expect(met.map(({ seq }) => seq)).toEqual([2, 5]);
      const from = read.mock.calls.map(([, page]) => page.after);
      expect(from.at(-1)).toBe(4);
    });

    it('ends with the signal while it waits', async () => {
      const { abort, from } = await begin();
      const next = from(0).next();
      abort.abort();
      expect(await next).toEqual({ done: true, value: undefined });
    });

    it('ends with the signal in the middle of a page', async () => {
      const { author, abort, from } = await begin();
      await author.append(
        author.change(
          a,
          ['1', '2', '3'].map((text) => commented(text)),
        ),
      );
      const events = from(-1);
      expect(await take(events, 2)).toEqual([0, 1]);
      abort.abort();
      expect(await take(events, 1)).toEqual([]);
    });

    it('gives nothing when the signal came before', async () => {
      const { abort, from } = await begin();
      abort.abort();
      expect(await take(from(-1), 1)).toEqual([]);
    });
  });
};
