import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sessionId } from '../journal/author.suite.ts';
import { SqliteHooks } from '../stores/sqlite/hooks.ts';
import { openStore } from '../stores/sqlite/store-folder.suite.ts';
import { delegating, hour, notingSend, newHarness, second, startedAt, webhookTo } from './dispatcher.suite.ts';
import type { Harness } from './dispatcher.suite.ts';
import type { HookStore } from './hook.ts';
import { never, Receiver, withStatus } from './receiver.suite.ts';
import type { Send } from './sender.ts';

const openHarness = async () => {
  const { store } = await openStore();
  return { ...newHarness(store, new SqliteHooks(store)), store };
};

const states = ({ rows }: Harness, hook: string) =>
  rows.deliveries(hook, { limit: 2000 }).map(({ state, attempts }) => [state, attempts]);

const alertsOf = (receiver: Receiver): string[] => receiver.received.map(({ message }) => message.data.alertId);

describe('a hook', () => {
  it('hears of alerts that are raised after it was made, each once', async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    await raise();
    const receiver = await Receiver.open();
    const { id } = await hook(webhookTo(receiver.url));
    harness.start();
    const ids = [...(await raise(2)), ...(await raise())];
    await rows.until(() => rows.confirmed.size === 3);
    expect(alertsOf(receiver).toSorted()).toEqual(ids);
    expect(states(harness, id)).toEqual(Array.from({ length: 3 }, () => ['delivered', 1]));
  });

  it('hears of those that it asked for alone', async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    const receiver = await Receiver.open();
    await hook(webhookTo(receiver.url, { thresholds: ['budget_100'], session: harness.session }));
    await hook(webhookTo(receiver.url, { levels: ['error'] }));
    harness.start();
    await raise(1, 'budget_100', sessionId(2));
    await raise(1, 'budget_80');
    const [heard] = await raise(1, 'budget_100');
    await rows.until(() => rows.confirmed.size === 1);
    await raise(1, 'budget_95');
    await rows.until(() => rows.all().every(({ cursor }) => cursor >= 6));
    expect(alertsOf(receiver)).toEqual([heard]);
  });

  it('hears of nothing where its maker may not hear of the session, then or later', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open(withStatus(500));
    const [one, other] = [await hook(webhookTo(receiver.url), 'one'), await hook(webhookTo(receiver.url), 'other')];
    let demoted = false;
    const dispatcher = harness.start({ mayHear: ({ user }) => user === 'one' && !demoted });
    await raise();
    await rows.until(() => states(harness, one.id)[0]?.[1] === 1);
    demoted = true;
    clock.pass(hour);
    dispatcher.look();
    await rows.until(() => states(harness, one.id)[0]?.[0] === 'dropped');
    expect(receiver.received).toHaveLength(1);
    expect(states(harness, other.id)).toEqual([]);
  });
});

describe('a delivery', () => {
  it('that fails is tried again when its time has come, under the same id and with the same words', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open(withStatus(503));
    const { id } = await hook(webhookTo(receiver.url));
    const dispatcher = harness.start();
    await raise();
    await rows.until(() => states(harness, id)[0]?.[1] === 1);
    expect([rows.nextDue(id), rows.find(id)?.failingSince]).toEqual([startedAt + 10 * second, startedAt]);
    clock.pass(10 * second - 1);
    dispatcher.look();
    clock.pass(1);
    receiver.answering = withStatus(200);
    dispatcher.look();
    await rows.until(() => rows.confirmed.size === 1);
    const [first, second_] = receiver.received;
    expect(receiver.received).toHaveLength(2);
    expect([second_?.id, second_?.body]).toEqual([first?.id, first?.body]);
    expect(rows.find(id)).not.toHaveProperty('failingSince');
  });

  it('is tried again by the clock alone', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open(withStatus(500));
    const { id } = await hook(webhookTo(receiver.url));
    harness.start();
    await raise();
    await rows.until(() => states(harness, id)[0]?.[1] === 1);
    receiver.answering = withStatus(200);
    clock.pass(20 * second);
    await rows.until(() => rows.confirmed.size === 1);
  });

  it('is given up after a day, and shown as failed', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open(withStatus(404));
    const { id } = await hook(webhookTo(receiver.url));
    const dispatcher = harness.start();
    await raise();
    for (let attempts = 1; attempts <= 11; attempts++) {
      await rows.until(() => states(harness, id)[0]?.[1] === attempts);
      clock.pass(8 * hour);
      dispatcher.look();
    }
    expect(states(harness, id)).toEqual([['failed', 11]]);
    expect(rows.deliveries(id, { limit: 1 })[0]?.last).toMatchObject({ ok: false, status: 404 });
  });

  it('comes when the receiver asked for it, and so do the hook’s others', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open(withStatus(429, { 'retry-after': '600' }));
    const { id } = await hook(webhookTo(receiver.url));
    const dispatcher = harness.start();
    await raise();
    await rows.until(() => states(harness, id)[0]?.[1] === 1);
    receiver.answering = withStatus(200);
    await raise();
    clock.pass(599 * second);
    dispatcher.look();
    await rows.until(() => rows.deliveries(id, { limit: 9 }).length === 2);
    expect(receiver.received).toHaveLength(1);
    clock.pass(second);
    dispatcher.look();
    await rows.until(() => rows.confirmed.size === 2);
  });

  it('of a command is run with the alert', async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    const { id } = await hook({ kind: 'command', argv: ['printenv', 'STINT_ALERT_ID'] });
    harness.start();
    const [alert] = await raise();
    await rows.until(() => rows.confirmed.size === 1);
    expect(rows.deliveries(id, { limit: 1 })[0]?.last).toMatchObject({ ok: true, exitCode: 0, output: `${alert}\n` });
  });
});

describe('a hook that is switched off', () => {
  it('for its failures says so, and what was pending is dropped', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open(withStatus(500));
    const { id } = await hook(webhookTo(receiver.url));
    const dispatcher = harness.start();
    await raise();
    await rows.until(() => states(harness, id)[0]?.[1] === 1);
    clock.pass(5 * 24 * hour);
    await raise();
    await rows.until(() => rows.find(id)?.off !== undefined);
    expect(rows.find(id)?.off).toEqual({ at: clock.now(), reason: 'nothing but failures for 5 days' });
    await rows.until(() => states(harness, id).every(([state]) => state !== 'pending'));
    await raise();
    await rows.until(() => (rows.find(id)?.cursor ?? 0) === 4);
    receiver.answering = withStatus(200);
    await rows.switchOn(id);
    dispatcher.look();
    const [heard] = await raise();
    await rows.until(() => rows.confirmed.size === 1);
    expect(alertsOf(receiver).at(-1)).toBe(heard);
    expect(states(harness, id).filter(([state]) => state === 'delivered')).toHaveLength(1);
  });

  it('and on again while others’ alerts are planned hears of what is raised from then on', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const receiver = await Receiver.open();
    const [on, off] = [await hook({ kind: 'command', argv: ['true'] }), await hook(webhookTo(receiver.url))];
    await rows.switchOff(off.id, { at: clock.now(), reason: 'on request' });
    await raise();
    let raised: Promise<string[]> | undefined;
    const switchingOn: HookStore['plan'] = async (...planned) => {
      await rows.plan(...planned);
      raised ??= rows.switchOn(off.id).then(() => raise());
      await raised;
    };
    harness.start({ store: { ...rows, plan: switchingOn } });
    await rows.until(() => states(harness, on.id).filter(([state]) => state === 'delivered').length === 2);
    expect(rows.deliveries(off.id, { limit: 10 }).map(({ message }) => message.data.alertId)).toEqual(await raised);
  });

  it('for good, by its maker, leaves nothing to wait for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const harness = await openHarness();
    const { raise, hook, rows, clock } = harness;
    const { id } = await hook(webhookTo('https://receiver.example/'));
    harness.start({ send: notingSend(() => false).send });
    await raise();
    await rows.until(() => states(harness, id)[0]?.[1] === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vi.getTimerCount()).toBe(1);
    await rows.remove(id);
    clock.pass(hour);
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('because its receiver is gone is called no more', async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    const receiver = await Receiver.open(withStatus(410));
    const { id } = await hook(webhookTo(receiver.url));
    harness.start();
    await raise();
    await rows.until(() => rows.find(id)?.off !== undefined);
    await raise();
    await rows.until(() => (rows.find(id)?.cursor ?? 0) === 3);
    expect(receiver.received).toHaveLength(1);
  });
});

describe('many alerts', () => {
  it('a thousand at once reach their receiver, each once, few at a time', { timeout: 60_000 }, async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    let [open, most] = [0, 0];
    const receiver = await Receiver.open((response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open -= 1;
        response.writeHead(200).end();
      });
    });
    await hook(webhookTo(receiver.url));
    harness.start();
    const ids = await raise(1000);
    await rows.until(() => rows.confirmed.size === 1000);
    expect(alertsOf(receiver).toSorted()).toEqual(ids.toSorted());
    expect(most).toBeLessThanOrEqual(4);
  });

  it('reach a receiver past others that hang', { timeout: 30_000 }, async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    const [hanging, sound] = [await Receiver.open(never), await Receiver.open()];
    for (let n = 0; n < 20; n++) await hook(webhookTo(hanging.url));
    await hook(webhookTo(sound.url));
    harness.start();
    const ids = await raise(50);
    await rows.until(() => rows.confirmed.size === 50);
    expect(alertsOf(sound).toSorted()).toEqual(ids.toSorted());
  });
});

describe('a server that starts again', () => {
  it('take turns where more hang than there is room for, and look for none before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const harness = await openHarness();
    const { raise, hook } = harness;
    for (let n = 0; n < 17; n++) await hook(webhookTo('https://receiver.example/'));
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    let wake = () => {};
    const count = async (least: number) => {
      while (begun.length < least) await new Promise<void>((resolve) => (wake = resolve));
    };
    const hanging: Send = (_hook, delivery) => {
      begun.push(delivery.hook);
      wake();
      return new Promise((resolve) => ends.push(() => resolve({ attempt: { ok: false, ms: 0 } })));
    };
    const dispatcher = harness.start({ send: hanging });
    await raise(8);
    await count(64);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vi.getTimerCount()).toBe(0);
    const hooks = harness.rows.all().map(({ id }) => id);
    expect(new Set(begun)).toEqual(new Set(hooks.slice(0, 16)));
    ends[0]?.();
    await count(65);
    expect(begun.at(-1)).toBe(hooks[16]);
    const stopped = dispatcher.stop();
    ends.forEach((end) => end());
    await stopped;
  });

  it('plans what was raised while there was none to plan it', async () => {
    const harness = await openHarness();
    const { raise, hook, rows } = harness;
    const receiver = await Receiver.open();
    await hook(webhookTo(receiver.url));
    const ids = await raise(3);
    harness.start();
    await rows.until(() => rows.confirmed.size === 3);
    expect(alertsOf(receiver).toSorted()).toEqual(ids);
  });

  it('passes over an alert whose row is damaged', async () => {
    const harness = await openHarness();
    const { raise, hook, rows, store } = harness;
    const receiver = await Receiver.open();
    await hook(webhookTo(receiver.url));
    const ids = await raise(3);
    await store.run([{ sql: 'UPDATE events SET at = at + 1 WHERE position = 3', params: [] }]);
    harness.start();
    await rows.until(() => rows.confirmed.size === 2);
    expect(alertsOf(receiver).toSorted()).toEqual([ids[0], ids[2]]);
    expect(harness.errors).toHaveLength(1);
  });

  it(
    'brings every alert at least once, and none again whose confirmation was stored',
    { timeout: 60_000 },
    async () => {
      const everything = fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.infiniteStream(fc.boolean()), course);
      await fc.assert(everything, { numRuns: 20 });
    },
  );
});

const step = fc.oneof(
  fc.record({ do: fc.constant('raise' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('hook' as const) }),
  fc.record({ do: fc.constant('crash' as const), after: fc.integer({ min: 0, max: 6 }) }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 2 * hour }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const mostFailures = 5;

/** Servers come and are killed, hooks are made, alerts raised, receivers fail; then all goes well until all is quiet. */
const course = async (steps: Step[], chance: fc.Stream<boolean>): Promise<void> => {
  const harness = await openHarness();
  const { raise, hook, rows, clock } = harness;
  const expected = new Map<string, string[]>();
  const again: string[] = [];
  const failures = new Map<string, number>();
  const { sent, send } = notingSend(({ id }) => {
    if (rows.confirmed.has(id)) again.push(id);
    const failed = failures.get(id) ?? 0;
    const ok = failed === mostFailures || chance.next().value;
    if (!ok) failures.set(id, failed + 1);
    return ok;
  });
  let server = killable(harness, send, Infinity);
  const make = async () => expected.set((await hook(webhookTo('http://127.0.0.1/'))).id, []);
  const raiseAll = async (count: number) => {
    const ids = await raise(count);
    for (const heard of expected.values()) heard.push(...ids);
  };
  const restart = async (stepsLeft: number) => {
    await server.kill();
    server = killable(harness, send, stepsLeft);
  };
  await make();
  for (const one of steps) {
    if (one.do === 'hook') await make();
    if (one.do === 'pass') clock.pass(one.ms);
    if (one.do === 'raise') await raiseAll(one.count);
    if (one.do === 'crash') await restart(one.after);
    server.dispatcher.look();
  }
  await restart(Infinity);
  await raiseAll(1);
  const hooks = [...expected.keys()];
  const last = [...expected.values()][0]?.at(-1);
  const isPlanned = (id: string) => rows.deliveries(id, { limit: 1 })[0]?.message.data.alertId === last;
  await rows.until(() => hooks.every(isPlanned));
  const next = () => Math.min(...hooks.map((id) => rows.nextDue(id) ?? Infinity));
  while (next() < Infinity) {
    // No further than the next is due: a hook that fails for days is switched off.
    clock.pass(Math.max(0, next() - clock.now()));
    server.dispatcher.look();
    await rows.until(() => next() > clock.now());
  }
  await server.dispatcher.stop();
  for (const [id, ids] of expected) {
    const taken = sent.filter((one) => one.hook === id && one.ok).map(({ alertId }) => alertId);
    expect([...new Set(taken)].toSorted()).toEqual(ids.toSorted());
  }
  expect(again).toEqual([]);
};

/**
 * A server that can be killed: it takes so many steps into the store and out to receivers, and then nothing of it happens any
 * more, as if its process had ended in between.
 */
const killable = (harness: Harness, send: Send, steps: number) => {
  let left = steps;
  const underWay = new Set<Promise<unknown>>();
  const take = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left-- <= 0) return new Promise<never>(() => undefined);
    const working = work();
    underWay.add(working);
    return working.finally(() => underWay.delete(working));
  };
  const { rows } = harness;
  const store: HookStore = {
    ...delegating(rows),
    plan: (...args) => take(() => rows.plan(...args)),
    settle: (...args) => take(() => rows.settle(...args)),
  };
  const dispatcher = harness.newDispatcher({ store, send: (...args) => take(() => send(...args)) });
  dispatcher.start();
  return {
    dispatcher,
    /** What had reached the disk is there; the rest never comes. */
    kill: async () => {
      left = 0;
      void dispatcher.stop();
      await Promise.allSettled(underWay);
    },
  };
};
