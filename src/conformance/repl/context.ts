import { Http } from '../http.ts';
import type { Asking, Target } from '../http.ts';
import type { Check, Group, Workplace } from '../check.ts';
import { bodyOf, expectSuccess, textAt } from '../judge.ts';
import type { Answer } from '../http.ts';
import type { Body } from '../judge.ts';
import { ReplSession, sessionsPath } from './session.ts';

export type ReplCheck = Check<ReplContext>;
export type ReplGroup = Group<ReplContext>;

/**
 * What a check works with: a client, and sessions that are its own.
 *
 *  X1  A check leaves nothing behind where it can: every session that has a name from here is deleted.
 */
export class ReplContext implements Workplace {
  readonly http: Http;
  readonly target: Target;
  readonly #sessions: ReplSession[] = [];

  constructor(target: Target) {
    this.target = target;
    this.http = new Http(target);
  }

  /** A session that is not there yet, under a name that nobody has. */
  unborn(token?: string): ReplSession {
    return this.named(`conformance-${crypto.randomUUID().slice(0, 18)}`, token);
  }

  /** Will be cleared away with the others. */
  named(name: string, token?: string): ReplSession {
    const session = new ReplSession(this.http, name, token === undefined ? {} : { token });
    this.#sessions.push(session);
    return session;
  }

  /** Whatever the name, what comes of it is cleared away. */
  async createAnswer(name: string, body: Body = {}, asking?: Asking): Promise<Answer> {
    const answer = await this.http.post(sessionsPath, { name, ...body }, asking);
    const isOurs = this.#sessions.some((session) => session.name === name);
    if (answer.status < 300 && !isOurs) this.named(textAt(bodyOf(answer), 'id'), asking?.token);
    return answer;
  }

  /** A session that is there, with nothing done in it. */
  async created(body: Body = {}, token?: string): Promise<ReplSession> {
    const session = this.unborn(token);
    expectSuccess(await this.createAnswer(session.name, body, token === undefined ? {} : { token }));
    return session;
  }

  /** A session in which these commands have been run. */
  async ran(...commands: readonly string[]): Promise<ReplSession> {
    const session = this.unborn();
    for (const command of commands) await session.run(command);
    return session;
  }

  async list(): Promise<Body> {
    const answer = await this.http.get(sessionsPath);
    expectSuccess(answer);
    return bodyOf(answer);
  }

  /** X1. Resolves to how many sessions could not be cleared away. */
  async close(): Promise<number> {
    const cleared = await Promise.all(this.#sessions.map((session) => session.clear()));
    this.http.close();
    return cleared.filter((isGone) => !isGone).length;
  }
}
