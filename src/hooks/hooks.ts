import { invalid, Problem } from '../contract/problem.ts';
import type { HookAttempt } from '../contract/hooks.ts';
import { checkedUrl, PrivateAddress, RefusedAddress } from './address.ts';
import type { Delivery, HookDoc, HookRow, HookStore } from './hook.ts';
import { testMessage } from './message.ts';
import type { Send } from './sender.ts';

export interface HooksParts {
  store: HookStore;
  send: Send;
  /** Unix ms. */
  now: () => number;
  newId: () => string;
  newSecret: () => string;
  /** A hook was switched on. */
  onChanged: () => void;
  stopping: AbortSignal;
}

const mostOfOne = 100;

/** Hooks as their makers see to them: each sees and changes their own. */
export class Hooks {
  readonly #parts: HooksParts;
  /** One is made at a time, so that each counts those before it. */
  #making: Promise<unknown> = Promise.resolve();
  readonly #underTest = new Set<string>();

  constructor(parts: HooksParts) {
    this.#parts = parts;
  }

  of(user: string): HookRow[] {
    return this.#parts.store.of(user);
  }

  /** Another's is answered like one that is not there. */
  find(user: string, id: string): HookRow {
    const hook = this.#parts.store.find(id);
    if (hook?.user !== user) throw new Problem('not_found', 'you have no such hook');
    return hook;
  }

  /** `mayAllowPrivate`: told what to say when its URL is refused for where it leads. */
  async make(user: string, doc: HookDoc, mayAllowPrivate = false): Promise<HookRow> {
    const checked = checkedDoc(doc, mayAllowPrivate);
    const making = this.#making.then(() => this.#make(user, checked));
    this.#making = making.catch(() => undefined);
    return making;
  }

  async change(user: string, id: string, { enabled }: { enabled: boolean }): Promise<HookRow> {
    const { store, now, onChanged } = this.#parts;
    const { off } = this.find(user, id);
    if (enabled && off) await store.switchOn(id);
    if (!enabled && !off) await store.switchOff(id, { at: now(), reason: 'on request' });
    onChanged();
    return this.find(user, id);
  }

  async remove(user: string, id: string): Promise<void> {
    await this.#parts.store.remove(this.find(user, id).id);
  }

  /** One attempt at once, which is kept nowhere. A hook is tried once at a time: each may hold a connection for seconds. */
  async test(user: string, id: string): Promise<HookAttempt> {
    const hook = this.find(user, id);
    if (this.#underTest.has(id))
      throw new Problem('request_in_progress', 'the hook is being tried; wait for how it goes');
    this.#underTest.add(id);
    try {
      return await this.#tried(user, hook);
    } finally {
      this.#underTest.delete(id);
    }
  }

  deliveries(user: string, id: string, page: { limit: number; before?: number }): Delivery[] {
    return this.#parts.store.deliveries(this.find(user, id).id, page);
  }

  async #tried(user: string, hook: HookRow): Promise<HookAttempt> {
    const { send, newId, now, stopping } = this.#parts;
    const alert = newId();
    const delivery = { id: `msg_${alert}`, hook: hook.id, message: testMessage(alert, user, now()) };
    try {
      return (await send(hook, delivery, stopping)).attempt;
    } catch (error) {
      if (!stopping.aborted) throw error;
      throw new Problem('server_stopping', 'the server is stopping; try again in a moment');
    }
  }

  async #make(user: string, doc: HookDoc): Promise<HookRow> {
    const { store, newId, newSecret, now } = this.#parts;
    if (store.of(user).length >= mostOfOne) {
      throw new Problem('forbidden', `you have ${mostOfOne} hooks, which is the most; remove one first`);
    }
    const id = newId();
    await store.add({ id, user, doc, secret: newSecret(), createdAt: now() });
    return this.find(user, id);
  }
}

const checkedDoc = (doc: HookDoc, mayAllowPrivate: boolean): HookDoc => {
  if (doc.kind === 'command') return doc;
  try {
    return { ...doc, url: checkedUrl(doc.url, doc.allowPrivate ?? false).href };
  } catch (error) {
    if (error instanceof PrivateAddress && mayAllowPrivate)
      throw invalid([{ path: 'url', message: 'leads to a private address; allowPrivate (--allow-private) allows it' }]);
    if (error instanceof RefusedAddress) throw invalid([{ path: 'url', message: error.message }]);
    throw error;
  }
};
