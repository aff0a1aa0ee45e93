import { invalid, Problem } from '../../contract/problem.ts';
import { replName } from '../../contract/repl-calls.ts';
import type { SessionReads } from '../../journal/sessions.ts';
import type { Runner } from '../runner.ts';

/** REPL sessions by their owner and name. A name that sessions were given otherwise may be there twice: it is the oldest one's. */
export class ReplNames {
  readonly #ids = new Map<string, Set<string>>();
  readonly #names = new Map<string, string>();
  /** Sessions that are being made, so that a name is given once. */
  readonly #making = new Map<string, Promise<string>>();
  readonly #ends: readonly (() => void)[];

  private constructor(runner: Runner) {
    this.#ends = [
      runner.onPublished(({ session, state: { facts } }) => {
        if (facts.kind === 'repl' && facts.name !== undefined) this.#set(session, facts.owner, facts.name);
      }),
      runner.onRemoved((session) => this.#forget(session)),
    ];
  }

  static async open(runner: Runner, sessions: SessionReads): Promise<ReplNames> {
    const names = new ReplNames(runner);
    for (let offset = 0; ;) {
      const page = await sessions.list({ kind: 'repl', limit: pageLimit, offset });
      for (const { id, owner, name } of page.sessions) if (name !== undefined) names.#set(id, owner, name);
      if (!page.more) return names;
      offset += page.sessions.length;
    }
  }

  find(owner: string, name: string): string | undefined {
    const [first, ...others] = this.#ids.get(keyOf(owner, name)) ?? [];
    // Ids rise with time.
    return first === undefined ? undefined : others.reduce((a, b) => (a < b ? a : b), first);
  }

  /** Resolves to what is being made under that name. */
  beingMade(owner: string, name: string): Promise<string> | undefined {
    return this.#making.get(keyOf(owner, name));
  }

  /** Makes a session of a name that is free. */
  give(owner: string, name: string, make: () => Promise<string>): Promise<string> {
    const key = keyOf(owner, name);
    if (this.find(owner, name) !== undefined || this.#making.has(key)) throw taken(name);
    const making = make().finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #set(session: string, owner: string, name: string): void {
    const key = keyOf(owner, name);
    if (this.#names.get(session) === key) return;
    this.#forget(session);
    this.#names.set(session, key);
    const ids = this.#ids.get(key) ?? new Set();
    this.#ids.set(key, ids.add(session));
  }

  #forget(session: string): void {
    const key = this.#names.get(session);
    this.#names.delete(session);
    if (key === undefined) return;
    const ids = this.#ids.get(key);
    ids?.delete(session);
    if (ids?.size === 0) this.#ids.delete(key);
  }
}

const pageLimit = 200;

const keyOf = (owner: string, name: string): string => JSON.stringify([owner, name]);

const taken = (name: string): Problem =>
  new Problem('session_name_taken', `name: you have a session '${name}' already; choose another name`);

export const isReplName = (name: string): boolean => replName.safeParse(name).success;

/** Throws where a text is no name of a REPL session. */
export const checkedName = (name: string): string => {
  const { success, error } = replName.safeParse(name);
  if (success) return name;
  throw invalid([{ path: 'name', message: error.issues[0]?.message ?? 'is no name' }]);
};
