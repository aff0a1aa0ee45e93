import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Author, commented, sessionId } from '../../journal/author.suite.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { firstAfter, mostReplayed } from './past.ts';

const [a, b] = [sessionId(1), sessionId(2)];

describe('the first event of a session after a cursor', () => {
  it('is found wherever the cursor is, in few reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 60 }), fc.nat(80), async (turns, cursor) => {
        const author = new Author(new MemoryJournal());
        await author.start(a);
        await author.start(b);
        for (const [n, isA] of turns.entries()) await author.comment(isA ? a : b, `${n}`);
        const all = await author.journal.read(a, { limit: 100 });
        const expected = all.find(({ position }) => position > cursor)?.seq ?? all.length;
        expect(await firstAfter(author.journal, a, all.length, cursor)).toBe(expected);
      }),
    );
  });

  it('is none where more come after it than are replayed', async () => {
    const author = new Author(new MemoryJournal());
    await author.start(a);
    const events = Array.from({ length: mostReplayed }, (_, n) => commented(`${n}`));
    await author.append(author.change(a, events));
    expect(await firstAfter(author.journal, a, mostReplayed + 1, 0)).toBeUndefined();
    expect(await firstAfter(author.journal, a, mostReplayed + 1, 1)).toBe(1);
  });
});
