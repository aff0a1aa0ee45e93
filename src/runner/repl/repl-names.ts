import type { SessionReads } from '../../journal/sessions.ts';
import type { Runner } from '../runner.ts';

/** REPL sessions by their owner and name. A name that sessions were given otherwise may be there twice: it is the oldest one's. */
export class ReplNames {
  readonly #ids = new Map<string, Set<string>>();
  readonly #names = new Map<string, string>();
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
