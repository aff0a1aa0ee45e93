import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { receiptOf, sessionId } from '../journal/author.suite.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { minutes, startTime } from '../session/decider-specification.suite.ts';
import type { Published } from './runner.ts';
import {
  a,
  b,
  complete,
  done,
  handClock,
  HeldJournal,
  hour,
  isSettled,
  newRunner,
  pause,
  refusalsIn,
  rename,
  resume,
  settleAll,
  start,
  typesOf,
} from './runner.suite.ts';

const full = new Problem('store_full', 'the disk is full');

const begin = async () => {
  const journal = new HeldJournal();
  const clock = handClock();
  const runner = newRunner(journal, clock);
  await runner.execute(a, [start()], done);
  return { journal, clock, runner };
};

describe('a command', () => {
  it('is stamped, decided, written and answered', async () => {
    const { journal, clock, runner } = await begin();
    clock.pass(5);
    const answer = await runner.execute(a, [rename('new')], ({ state, events, at }) => ({
      status: 200,
      body: JSON.stringify([state.facts.name, events.length, at]),
    }));
    expect(answer).toEqual({ status: 200, body: JSON.stringify(['new', 1, startTime + 5]) });
    expect(await journal.read(a, { after: 0, limit: 10 })).toMatchObject([
      { type: 'renamed', at: startTime + 5, seq: 1 },
    ]);
    expect(await runner.state(a)).toMatchObject({ status: 'active', facts: { name: 'new', version: 2 } });
  });

  it('on a session that does not exist is refused', async () => {
    const { runner } = await begin();
    await expect(runner.execute(b, [rename('new')], done)).rejects.toMatchObject({ kind: 'session_not_found' });
    await expect(runner.execute(b, [], done)).rejects.toMatchObject({ kind: 'session_not_found' });
    expect(await runner.state(b)).toBeUndefined();
  });

  it('may be several, decided one on the other, all or nothing', async () => {
    const { journal, runner } = await begin();
    await runner.execute(a, [rename('new'), { type: 'change_budget', tokenBudget: 9 }, pause], done);
    expect(await typesOf(journal)).toEqual(['started', 'renamed', 'budget_changed', 'paused']);
    const refused = runner.execute(a, [rename('never'), complete, rename('too late')], done);
    await expect(refused).rejects.toMatchObject({ kind: 'session_already_completed' });
    expect(await typesOf(journal)).toHaveLength(4);
    expect(await runner.state(a)).toMatchObject({ status: 'paused', facts: { name: 'new' } });
  });

  it('leaves its receipt with its events, and none when it is refused', async () => {
    const { journal, runner } = await begin();
    const { status: _, body: __, at: ___, ...stub } = receiptOf('k');
    const answer = await runner.execute(a, [rename('new')], done, stub);
    expect(await journal.receipt(stub)).toEqual({ ...stub, ...answer, at: startTime });
    await expect(runner.execute(a, [start()], done, { ...stub, key: 'other' })).rejects.toThrow(Problem);
    expect(await journal.receipt({ ...stub, key: 'other' })).toBeUndefined();
  });

  it('whose answer cannot be made changes nothing', async () => {
    const { journal, runner } = await begin();
    const fail = () => {
      throw new Error('no words');
    };
    await expect(runner.execute(a, [rename('new')], fail)).rejects.toThrow('no words');
    expect(await typesOf(journal)).toEqual(['started']);
    await runner.execute(a, [rename('next')], done);
    expect(await runner.state(a)).toMatchObject({ facts: { name: 'next', version: 2 } });
  });
});

describe('commands of a session', () => {
  it('are decided in the order they arrive, also while it is being opened (R1)', async () => {
    const { journal } = await begin();
    for (let apart = 0; apart < 5; apart++) {
      const runner = newRunner(journal);
      const names = Array.from({ length: 20 }, (_, n) => `${apart} ${n}`);
      const renamed: Promise<unknown>[] = [];
      for (const name of names) {
        renamed.push(runner.execute(a, [rename(name)], done));
        // Arrive at every moment of the opening.
        for (let tick = 0; tick < apart; tick++) await Promise.resolve();
      }
      await Promise.all(renamed);
      const events = await journal.read(a, { limit: 1000, types: ['renamed'] });
      expect(events.slice(-20).map(({ data }) => (data as { name: string }).name)).toEqual(names);
    }
  });

  it('are decided against a state that includes what is still being committed (R1)', async () => {
    const { journal, runner } = await begin();
    const release = journal.hold();
    const answers = [pause, pause, resume, rename('x')].map((intent) => runner.execute(a, [intent], done));
    release();
    await Promise.all(answers);
    expect(await typesOf(journal)).toEqual(['started', 'paused', 'resumed', 'renamed']);
  });

  it.each([
    ['a journal that commits at once', new MemoryJournal()],
    ['a journal that takes its time', new HeldJournal()],
  ])('of a hundred that complete it one succeeds and the others are refused: %s', async (_, journal) => {
    const runner = newRunner(journal);
    await runner.execute(a, [start()], done);
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => runner.execute(a, [complete], done)));
    expect(refusalsIn(results)).toEqual(Array.from({ length: 99 }, () => 'session_already_completed'));
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
  });

  it('of which many start it let one win', async () => {
    const runner = newRunner(new HeldJournal());
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => runner.execute(a, [start()], done)));
    expect(refusalsIn(results)).toEqual(Array.from({ length: 9 }, () => 'write_conflict'));
  });

  it('do not wait for other sessions', async () => {
    const { journal, runner } = await begin();
    const loads = journal.loads;
    await Promise.all(Array.from({ length: 50 }, (_, n) => runner.execute(sessionId(n + 2), [start()], done)));
    expect(journal.loads - loads).toBe(50);
  });

  it('open it once, however many ask at a time', async () => {
    const { journal } = await begin();
    const runner = newRunner(journal);
    journal.loads = 0;
    await Promise.all([runner.state(a), ...['x', 'y'].map((name) => runner.execute(a, [rename(name)], done))]);
    await runner.state(a);
    expect(journal.loads).toBe(1);
  });
});

describe('an answer', () => {
  it('that something was done is given when it is durable (R2)', async () => {
    const { journal, runner } = await begin();
    const release = journal.hold();
    const answer = runner.execute(a, [rename('new')], done);
    expect(await isSettled(answer)).toBe(false);
    expect(await runner.state(a)).toMatchObject({ facts: { version: 1 } });
    release();
    await expect(answer).resolves.toMatchObject({ status: 200 });
    expect(await runner.state(a)).toMatchObject({ facts: { version: 2 } });
  });

  it.each([
    ['a refusal', complete, 'session_already_completed'],
    ['a success without an event', { type: 'fall_due' } as const, undefined],
  ])('that rests on a pending change waits for it: %s (R2)', async (_, intent, refusal) => {
    const { journal, runner } = await begin();
    const release = journal.hold();
    const completed = runner.execute(a, [complete], done);
    const answer = runner.execute(a, [intent], done);
    expect(await isSettled(Promise.race([answer, completed]))).toBe(false);
    release();
    await completed;
    if (refusal === undefined) await expect(answer).resolves.toMatchObject({ body: '[]' });
    else await expect(answer).rejects.toMatchObject({ kind: refusal });
  });

  it('that rests on nothing pending does not wait', async () => {
    const { journal, runner } = await begin();
    await runner.execute(b, [start()], done);
    journal.hold();
    void runner.execute(b, [rename('held back')], done);
    await expect(runner.execute(a, [start()], done)).rejects.toMatchObject({ kind: 'write_conflict' });
    await expect(runner.execute(a, [resume], done)).resolves.toMatchObject({ status: 200 });
  });
});

describe('a commit that fails', () => {
  it('takes with it everything decided on top of it, whatever that was (R3)', async () => {
    const { journal, runner } = await begin();
    const release = journal.hold();
    journal.failNext(full);
    const intents = [complete, complete, rename('on top'), { type: 'comment', author: 'ada', text: 'bye' } as const];
    const answers = Promise.allSettled(intents.map((intent) => runner.execute(a, [intent], done)));
    release();
    expect(refusalsIn(await answers)).toEqual(['store_full', 'store_full', 'store_full', 'store_full']);
    expect(await typesOf(journal)).toEqual(['started']);
  });

  it('leaves what was committed before it (R3)', async () => {
    const { journal, runner } = await begin();
    const release = journal.hold();
    const before = runner.execute(a, [rename('stays')], done);
    await settleAll();
    const later = Promise.allSettled([pause, resume].map((intent) => runner.execute(a, [intent], done)));
    journal.failNext(undefined, full);
    release();
    await before;
    expect(refusalsIn(await later)).toEqual(['store_full', 'store_full']);
    expect(await typesOf(journal)).toEqual(['started', 'renamed']);
    expect(await runner.state(a)).toMatchObject({ status: 'active', facts: { name: 'stays' } });
  });

  it('is followed by a fresh look at the journal (R3)', async () => {
    const { journal, runner } = await begin();
    journal.failNext(full);
    await expect(runner.execute(a, [complete], done)).rejects.toMatchObject({ kind: 'store_full' });
    journal.loads = 0;
    expect(await runner.state(a)).toMatchObject({ status: 'active', facts: { version: 1 } });
    expect(journal.loads).toBe(1);
    await runner.execute(a, [complete], done);
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
  });

  it('for a reason that is not one of ours is an internal error', async () => {
    const { journal, runner } = await begin();
    const reason = new Error('the cable came loose');
    journal.failNext(reason);
    await expect(runner.execute(a, [complete], done)).rejects.toMatchObject({ kind: 'internal_error', cause: reason });
  });

  it('of a start leaves no session', async () => {
    const journal = new HeldJournal();
    const runner = newRunner(journal);
    journal.failNext(full);
    await expect(runner.execute(a, [start()], done)).rejects.toMatchObject({ kind: 'store_full' });
    expect(await runner.state(a)).toBeUndefined();
    await runner.execute(a, [start()], done);
  });

  it('because someone else wrote the session is made good by the next command', async () => {
    const { journal, runner } = await begin();
    await newRunner(journal).execute(a, [rename('elsewhere')], done);
    await expect(runner.execute(a, [pause], done)).rejects.toMatchObject({ kind: 'write_conflict' });
    await runner.execute(a, [pause], done);
    expect(await runner.state(a)).toMatchObject({ status: 'paused', facts: { name: 'elsewhere', version: 3 } });
  });
});

describe('what fell due', () => {
  it('is decided before the command that arrives after it, and stands when that is refused (R4)', async () => {
    const { journal, clock, runner } = await begin();
    clock.pass(hour + minutes(5));
    await expect(runner.execute(a, [rename('too late')], done)).rejects.toMatchObject({
      kind: 'session_already_completed',
    });
    expect(await journal.read(a, { after: 0, limit: 10 })).toMatchObject([
      { type: 'completed', at: startTime + hour, data: { reason: 'due' } },
    ]);
  });

  it('is an alert too, and the command goes on after it (R4)', async () => {
    const { journal, clock, runner } = await begin();
    clock.pass(minutes(55));
    const answer = await runner.execute(a, [rename('in time')], done);
    expect(await typesOf(journal)).toEqual(['started', 'alert_raised', 'renamed']);
    expect(JSON.parse(answer.body)).toMatchObject([{ type: 'renamed' }]);
  });

  it('refuses the command with it when it cannot be written (R3, R4)', async () => {
    const { journal, clock, runner } = await begin();
    clock.pass(minutes(55));
    journal.failNext(full);
    await expect(runner.execute(a, [rename('x')], done)).rejects.toMatchObject({ kind: 'store_full' });
    expect(await typesOf(journal)).toEqual(['started']);
    await runner.execute(a, [rename('y')], done);
    expect(await typesOf(journal)).toEqual(['started', 'alert_raised', 'renamed']);
  });
});

describe('a session that is completed on request', () => {
  it('waits for those who have something to tell of it, and takes what they tell (R6)', async () => {
    const { journal, runner } = await begin();
    const { promise, resolve } = Promise.withResolvers<void>();
    runner.onEnding(async (session) => {
      await promise;
      await runner.execute(session, [rename('the last word')], done);
    });
    const completed = runner.execute(a, [complete], done);
    expect(await isSettled(completed)).toBe(false);
    resolve();
    await completed;
    expect(await typesOf(journal)).toEqual(['started', 'renamed', 'completed']);
  });

  it('is completed also when they fail', async () => {
    const { journal, runner } = await begin();
    runner.onEnding(() => Promise.reject(new Error('nothing to read')));
    await runner.execute(a, [complete], done);
    expect(await typesOf(journal)).toEqual(['started', 'completed']);
  });

  it('does not wait for those who left, nor does any other command', async () => {
    const { runner } = await begin();
    const stop = runner.onEnding(() => new Promise(() => undefined));
    await runner.execute(a, [rename('x')], done);
    stop();
    await runner.execute(a, [complete], done);
  });
});

describe('subscribers', () => {
  it('hear of events when they are durable, in the order of the journal, with the state after them (R5)', async () => {
    const { journal, runner } = await begin();
    const heard: Published[] = [];
    runner.onPublished((published) => heard.push(published));
    await runner.execute(b, [start()], done);
    const release = journal.hold();
    const answers = [a, b, a, b].map((id, n) => runner.execute(id, [rename(`${n}`)], done));
    await settleAll();
    expect(heard).toHaveLength(1);
    release();
    await Promise.all(answers);
    expect(heard.flatMap(({ events }) => events)).toEqual(await journal.readAll({ after: 1, limit: 100 }));
    expect(heard.slice(1).map(({ session, state }) => [session, state.facts.name])).toEqual([
      [a, '0'],
      [b, '1'],
      [a, '2'],
      [b, '3'],
    ]);
  });

  it('do not hear of what could not be written, or after they left', async () => {
    const { journal, runner } = await begin();
    const heard: Published[] = [];
    const stop = runner.onPublished((published) => heard.push(published));
    journal.failNext(full);
    await expect(runner.execute(a, [pause], done)).rejects.toThrow();
    expect(heard).toEqual([]);
    await runner.execute(a, [rename('x')], done);
    stop();
    await runner.execute(a, [rename('y')], done);
    expect(heard).toHaveLength(1);
  });

  it('that fail do not make a success of the command a failure', async () => {
    const { journal, runner } = await begin();
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
    runner.onPublished(() => {
      throw new Error('a subscriber failed');
    });
    await runner.execute(a, [rename('x')], done);
    await runner.execute(a, [rename('y')], done);
    expect(await typesOf(journal)).toEqual(['started', 'renamed', 'renamed']);
    expect(warn).toHaveBeenCalledWith(new Error('a subscriber failed'));
  });
});
