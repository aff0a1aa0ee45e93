/** A dispatcher over a store, with its time in the hands of the test. */
import { onTestFinished } from 'vitest';
import type { SessionEvent, Threshold } from '../contract/event.ts';
import { Author, sessionId } from '../journal/author.suite.ts';
import type { TestedJournal } from '../journal/author.suite.ts';
import { Dispatcher } from './dispatcher.ts';
import type { DispatcherParts } from './dispatcher.ts';
import type { HookDoc, HookRow, HookStore } from './hook.ts';
import { newSender } from './sender.ts';
import type { Send } from './sender.ts';
import { newSecret } from './signature.ts';
import { machineResolve } from './webhook.ts';

export const startedAt = 1_790_000_000_000;
export const second = 1000;
export const hour = 3600 * second;

export class HandClock {
  #now = startedAt;

  now = (): number => this.#now;

  pass(ms: number): void {
    this.#now += ms;
  }
}

const raised = (n: number, threshold: Threshold): SessionEvent => ({
  type: 'alert_raised',
  at: startedAt + n,
  data: { id: sessionId(n), threshold, level: 'warning', message: `alert ${n}` },
});

/** The parts that tests do not have to think of: every hook may hear of everything. */
export const newHarness = (store: TestedJournal, hooks: HookStore) => {
  const rows = noting(hooks);
  const clock = new HandClock();
  const errors: unknown[] = [];
  const author = new Author(store);
  let made = 0;
  let alerts = 0;
  const send = newSender({
    call: { resolve: machineResolve, timeoutMs: 500, userAgent: 'stint/test' },
    run: { env: process.env, home: '/', timeoutMs: 5000 },
    now: clock.now,
  });
  const common: DispatcherParts = {
    store: rows,
    journal: store,
    sessions: store,
    send,
    mayHear: () => true,
    clock,
    newId: () => sessionId(++made),
    random: () => 0.5,
    onVerdict: () => undefined,
    onError: (error) => errors.push(error),
  };
  return {
    rows,
    clock,
    errors,
    author,
    session: sessionId(1),
    newDispatcher: (parts: Partial<DispatcherParts>): Dispatcher => new Dispatcher({ ...common, ...parts }),
    /** Starts a server's dispatcher; it stops with the test. */
    start: (parts: Partial<DispatcherParts> = {}): Dispatcher => {
      const dispatcher = new Dispatcher({ ...common, ...parts });
      dispatcher.start();
      onTestFinished(() => dispatcher.stop());
      return dispatcher;
    },
    hook: async (doc: HookDoc, user = 'u'): Promise<HookRow> => {
      const id = sessionId(1000 + ++made);
      await rows.add({ id, user, doc, secret: newSecret(), createdAt: clock.now() });
      return rows.find(id) as HookRow;
    },
    /** Raises so many alerts and returns their ids. */
    raise: async (count = 1, threshold: Threshold = 'budget_80', session = sessionId(1)): Promise<string[]> => {
      if (author.summaries.get(session) === undefined) await author.start(session);
      const events = Array.from({ length: count }, () => raised(++alerts, threshold));
      await author.append(author.change(session, events));
      return events.flatMap((event) => (event.type === 'alert_raised' ? [event.data.id] : []));
    },
  };
};

export type Harness = ReturnType<typeof newHarness>;

/** The same store, call by call, so that some of the calls can be put in other words. */
export const delegating = (to: HookStore): HookStore => ({
  all: () => to.all(),
  of: (user) => to.of(user),
  find: (id) => to.find(id),
  add: (hook) => to.add(hook),
  remove: (id) => to.remove(id),
  switchOn: (id) => to.switchOn(id),
  switchOff: (id, off) => to.switchOff(id, off),
  plan: (...args) => to.plan(...args),
  due: (...args) => to.due(...args),
  nextDue: (hook) => to.nextDue(hook),
  settle: (...args) => to.settle(...args),
  deliveries: (...args) => to.deliveries(...args),
  forget: (before) => to.forget(before),
});

/** A store that tells when something was stored. */
const noting = (hooks: HookStore) => {
  /** Ids of deliveries whose confirmation is stored. */
  const confirmed = new Set<string>();
  const waiting = new Set<() => void>();
  const tell = () => {
    const told = [...waiting];
    waiting.clear();
    for (const resolve of told) resolve();
  };
  const rows: HookStore = {
    ...delegating(hooks),
    settle: async (delivery, verdict) => {
      await hooks.settle(delivery, verdict);
      if (verdict.next.state === 'delivered') confirmed.add(delivery.id);
      tell();
    },
    plan: async (...args) => {
      await hooks.plan(...args);
      tell();
    },
  };
  /** Resolves when it holds, looked at after each change. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => waiting.add(resolve));
  };
  return { ...rows, confirmed, until };
};

export const webhookTo = (url: string, rest: Partial<HookDoc> = {}): HookDoc =>
  ({ kind: 'webhook', url, allowPrivate: true, ...rest }) as HookDoc;

/** A sender that notes what it was asked to send. */
export const notingSend = (answer: (delivery: { id: string; alertId: string }) => Promise<boolean> | boolean) => {
  const sent: { id: string; hook: string; alertId: string; ok: boolean }[] = [];
  const send: Send = async (_hook, { id, hook, message }) => {
    const { alertId } = message.data;
    const ok = await answer({ id, alertId });
    sent.push({ id, hook, alertId, ok });
    return { attempt: { ok, ms: 0 } };
  };
  return { sent, send };
};
