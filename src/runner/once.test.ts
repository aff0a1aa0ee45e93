import { describe, expect, it, vi } from 'vitest';
import { receiptOf } from '../journal/author.suite.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { Once, receiptsKeptMs } from './once.ts';
import type { Answer, ReceiptStub } from './runner.ts';
import { a, done, handClock, HeldJournal, newRunner, refusalsIn, rename, start, typesOf } from './runner.suite.ts';

const name = { caller: 'ada', route: 'POST /api/sessions', key: 'k' };

/** A server that starts on `journal`. */
const startOn = (journal: HeldJournal) => {
  const clock = handClock();
  const runner = newRunner(journal, clock);
  const once = new Once(journal, clock);
  let performed = 0;
  const perform = (receipt: ReceiptStub): Promise<Answer> =>
    runner.execute(
      a,
      [rename(`${++performed}`)],
      ({ state }) => ({ status: 201, body: state.facts.name ?? '' }),
      receipt,
    );
  return { journal, clock, runner, once, perform };
};

const begin = async () => {
  const started = startOn(new HeldJournal());
  await started.runner.execute(a, [start()], done);
  return started;
};

describe('a request with an Idempotency-Key', () => {
  it('sent a hundred times at once has one effect and one answer', async () => {
    const { journal, once, perform } = await begin();
    const answers = await Promise.all(Array.from({ length: 100 }, () => once.answer(name, 'body', perform)));
    expect(answers).toEqual(Array.from({ length: 100 }, () => ({ status: 201, body: '1' })));
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it('sent again later gets the first answer', async () => {
    const { journal, once, perform } = await begin();
    await once.answer(name, 'body', perform);
    expect(await once.answer(name, 'body', perform)).toEqual({ status: 201, body: '1' });
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it('sent again after a restart gets the first answer', async () => {
    const { journal, once, perform } = await begin();
    await once.answer(name, 'body', perform);
    const { once: after, perform: performAfter } = startOn(journal);
    expect(await after.answer(name, 'body', performAfter)).toEqual({ status: 201, body: '1' });
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it('with another body is refused, also while the first is under way', async () => {
    const { journal, once, perform } = await begin();
    const release = journal.hold();
    const first = once.answer(name, 'body', perform);
    await expect(once.answer(name, 'another', perform)).rejects.toMatchObject({ kind: 'idempotency_key_reused' });
    release();
    await first;
    await expect(once.answer(name, 'another', perform)).rejects.toMatchObject({ kind: 'idempotency_key_reused' });
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it.each([
    ['caller', { ...name, caller: 'bob' }],
    ['route', { ...name, route: 'POST /api/other' }],
    ['key', { ...name, key: 'K' }],
  ])('of another %s is another request', async (_, other) => {
    const { once, perform } = await begin();
    await once.answer(name, 'body', perform);
    expect(await once.answer(other, 'another', perform)).toEqual({ status: 201, body: '2' });
  });

  it('that failed can be sent again, and fails for those who waited for it', async () => {
    const { journal, once, perform } = await begin();
    journal.failNext(new Error('the disk is slow'));
    const results = await Promise.allSettled([1, 2, 3].map(() => once.answer(name, 'body', perform)));
    expect(refusalsIn(results)).toEqual(['internal_error', 'internal_error', 'internal_error']);
    expect(await once.answer(name, 'body', perform)).toEqual({ status: 201, body: '2' });
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
  });

  it('is performed again when its receipt is older than a day', async () => {
    const { journal, clock, once, perform } = await begin();
    await once.answer(name, 'body', perform);
    clock.pass(receiptsKeptMs - 1);
    expect(await once.answer(name, 'body', perform)).toMatchObject({ body: '1' });
    clock.pass(1);
    // The session has ended by then; what matters is that the request is performed at all.
    const performAgain = vi.fn(() => Promise.resolve({ status: 201, body: 'again' }));
    expect(await once.answer(name, 'another', performAgain)).toEqual({ status: 201, body: 'again' });
    expect(performAgain).toHaveBeenCalledWith({ ...name, fingerprint: 'another' });
    expect(await journal.receipt(name)).toMatchObject({ body: '1' });
  });

  it('takes the receipt of a day ago for none even where it was not yet forgotten', async () => {
    const journal = new MemoryJournal();
    const clock = handClock();
    await newRunner(journal, clock).execute(a, [start()], done, { ...name, fingerprint: 'old' });
    clock.pass(receiptsKeptMs);
    await journal.forgetReceipts(clock.now() - receiptsKeptMs);
    expect(await journal.receipt(receiptOf('k'))).toBeDefined();
    const perform = () => Promise.resolve({ status: 200, body: 'new' });
    expect(await new Once(journal, clock).answer(name, 'new', perform)).toMatchObject({ body: 'new' });
  });

  it('is not waited for longer than ten seconds by those who send it again', async () => {
    vi.useFakeTimers();
    try {
      const { journal, once, perform } = await begin();
      const release = journal.hold();
      const first = once.answer(name, 'body', perform);
      const second = once.answer(name, 'body', perform).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(9_999);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(await second).toMatchObject({ kind: 'request_in_progress', retry: true });
      release();
      expect(await first).toMatchObject({ status: 201 });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
