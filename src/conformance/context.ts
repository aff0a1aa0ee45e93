import { setTimeout as wait } from 'node:timers/promises';
import type { Check, Group, Workplace } from './check.ts';
import { bodyOf, expectSuccess, numberAt, textAt } from './judge.ts';
import type { Body } from './judge.ts';
import { Http } from './http.ts';
import type { Answer, Target } from './http.ts';
import { Listener } from './listener.ts';

export type TimerCheck = Check<Context>;
export type TimerGroup = Group<Context>;

const hourMs = 3600_000;
const longestWaitMs = 10_000;

/**
 * What a check works with: a client, and sessions that are its own.
 *
 *  X1  A check leaves nothing behind where it can: every session it started is completed and deleted, every socket closed.
 */
export class Context implements Workplace {
  readonly http: Http;
  readonly target: Target;
  readonly #sessions = new Map<string, string | undefined>();
  readonly #listeners: Listener[] = [];

  constructor(target: Target) {
    this.target = target;
    this.http = new Http(target);
  }

  /** Starts a session of an hour, unless told otherwise. */
  async start(body: Body = {}, token?: string): Promise<Body> {
    return (await this.startAnswer({ duration: hourMs, ...body }, token)).body;
  }

  async startAnswer(json: Body, token?: string): Promise<{ id: string; body: Body; answer: Answer }> {
    const answer = await this.http.post('/api/sessions', json, token === undefined ? {} : { token });
    expectSuccess(answer);
    const body = bodyOf(answer);
    const id = textAt(body, 'id');
    this.adopt(id, token);
    return { id, body, answer };
  }

  async startId(body: Body = {}): Promise<string> {
    return textAt(await this.start(body), 'id');
  }

  /** Will be cleared away with the others. */
  adopt(id: string, token?: string): void {
    this.#sessions.set(id, token);
  }

  async session(id: string): Promise<Body> {
    const answer = await this.http.get(`/api/sessions/${id}`);
    expectSuccess(answer);
    return bodyOf(answer);
  }

  async change(id: string, json: Body): Promise<Body> {
    const answer = await this.http.patch(`/api/sessions/${id}`, json);
    expectSuccess(answer);
    return answer.text === '' ? {} : bodyOf(answer);
  }

  async record(id: string, tokensUsed: number, more: Body = {}): Promise<Answer> {
    const answer = await this.http.post(`/api/sessions/${id}/tokens`, {
      tokensUsed,
      operation: 'conformance',
      ...more,
    });
    expectSuccess(answer);
    return answer;
  }

  async history(id: string, query = ''): Promise<Body> {
    const answer = await this.http.get(`/api/sessions/${id}/tokens${query}`);
    expectSuccess(answer);
    return bodyOf(answer);
  }

  /** Types of the session's events, in order. */
  async events(id: string, query = '?limit=1000'): Promise<Body> {
    const answer = await this.http.get(`/api/sessions/${id}/events${query}`);
    expectSuccess(answer);
    return bodyOf(answer);
  }

  /** Waits until the session itself says that so much time has passed, and a little more. */
  async untilElapsed(id: string, ms: number): Promise<void> {
    const until = performance.now() + longestWaitMs;
    for (;;) {
      const missing = ms - numberAt(await this.session(id), 'elapsed');
      if (missing <= 0 || performance.now() > until) return;
      await wait(missing + 5);
    }
  }

  async listen(...sessions: readonly string[]): Promise<Listener> {
    return this.#listenAs(this.target, '', sessions);
  }

  listenWith(token: string): Promise<Listener> {
    return this.#listenAs({ ...this.target, token }, '', []);
  }

  listenByTicket(ticket: string): Promise<Listener> {
    return this.#listenAs(this.target, `?ticket=${encodeURIComponent(ticket)}`, []);
  }

  async #listenAs(target: Target, query: string, sessions: readonly string[]): Promise<Listener> {
    const listener = await Listener.open(target, query);
    this.#listeners.push(listener);
    for (const id of sessions) {
      listener.subscribe(id);
      await listener.nextOf('timer_update');
    }
    return listener;
  }

  /** X1. Resolves to how many sessions could not be cleared away. */
  async close(): Promise<number> {
    for (const listener of this.#listeners) listener.close();
    const cleared = await Promise.all([...this.#sessions].map(([id, token]) => this.#clear(id, token)));
    this.http.close();
    return cleared.filter((isGone) => !isGone).length;
  }

  async #clear(id: string, token: string | undefined): Promise<boolean> {
    const asking = token === undefined ? {} : { token };
    try {
      await this.http.patch(`/api/sessions/${id}`, { status: 'completed' }, asking);
      const { status } = await this.http.ask('DELETE', `/api/sessions/${id}`, asking);
      return status < 300 || status === 404;
    } catch {
      return false;
    }
  }
}
