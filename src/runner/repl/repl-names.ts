import type { SessionReads } from '../../journal/sessions.ts';
import type { Runner } from '../runner.ts';

/** REPL sessions by their owner and name. A name that a session was given otherwise may be there twice: the first keeps it. */
export class ReplNames {
  readonly #ids = new Map<string, string>();
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
      // Newest first: the oldest of a name keeps it.
      for (const { id, owner, name } of page.sessions) if (name !== undefined) names.#set(id, owner, name, true);
      if (!page.more) return names;
      offset += page.sessions.length;
    }
  }

  find(owner: string, name: string): string | undefined {
    return this.#ids.get(keyOf(owner, name));
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #set(session: string, owner: string, name: string, isOlder = false): void {
    const key = keyOf(owner, name);
    if (this.#names.get(session) === key) return;
    this.#forget(session);
    this.#names.set(session, key);
    if (isOlder || !this.#ids.has(key)) this.#ids.set(key, session);
  }

  #forget(session: string): void {
    const key = this.#names.get(session);
    this.#names.delete(session);
    if (key !== undefined && this.#ids.get(key) === session) this.#ids.delete(key);
  }
}

const pageLimit = 200;

const keyOf = (owner: string, name: string): string => JSON.stringify([owner, name]);
