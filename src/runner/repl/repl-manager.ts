import { isId } from '../../contract/ids.ts';
import type { ExecuteResult, ISessionManager } from '../../contract/session-server.ts';
import { Problem } from '../../contract/problem.ts';
import type { ReplLanguage } from '../../contract/repl.ts';
import type { Clock } from '../clock.ts';
import type { Runner } from '../runner.ts';
import { metadataOf } from './repl-directory.ts';
import type { ReplDirectory, ReplSummary } from './repl-directory.ts';
import { ReplInstance } from './repl-instance.ts';
import { ReplMirrors } from './repl-mirrors.ts';
import type { ReplJournal } from './repl-journal.ts';
import { checkedName } from './repl-names.ts';
import type { ReplNames } from './repl-names.ts';
import { ReplPersistence } from './repl-persistence.ts';
import { ReplPool } from './repl-pool.ts';
import type { ExecuteOptions, ReplSessions } from './repl-sessions.ts';

export interface ManagerParts {
  runner: Runner;
  sessions: ReplSessions;
  directory: ReplDirectory;
  names: ReplNames;
  journal: ReplJournal;
  clock: Clock;
  /** The server's owner: whose sessions are meant where nobody else is named. */
  owner: string;
  /** Name and version of the engine, and the hash of its binary. */
  engine: (language: ReplLanguage) => Promise<string>;
  maxCachedSessions: number;
  saveIntervalMs: number;
  /** Where each session has a file; absent for none. */
  sessionDir?: string | undefined;
  /** A session could not be saved, or its file not be written: nothing that was answered is lost by that. */
  onFailure: (session: string, error: unknown) => void;
}

interface OfOwner {
  owner?: string;
}

/**
 * The sessions of a server. A name is that of a session of the owner's; any session is addressed by its id, and who asks has looked
 * whether they may.
 */
export class ReplManager implements ISessionManager {
  readonly #parts: ManagerParts;
  readonly #loading = new Map<string, Promise<ReplInstance>>();
  readonly #mirrors: ReplMirrors | undefined;
  readonly #ends: readonly (() => void)[];
  readonly pool: ReplPool<ReplInstance>;
  readonly persistence: ReplPersistence;
  #isStopping = false;

  constructor(parts: ManagerParts) {
    this.#parts = parts;
    const { runner, sessions, directory, sessionDir, maxCachedSessions: most, onFailure } = parts;
    this.pool = new ReplPool({
      most,
      isBusy: (instance) => instance.isBusy,
      left: (id) => sessions.atRest.rest(id),
    });
    this.#mirrors = sessionDir === undefined ? undefined : new ReplMirrors({ ...parts, folder: sessionDir });
    this.persistence = new ReplPersistence({
      ...parts,
      pool: this.pool,
      mirrors: this.#mirrors,
      make: (id) => this.#make(id),
      idOf: (name) => this.#idOf(name, parts.owner),
      onFailure,
    });
    this.#ends = [
      runner.onPublished(({ session, events }) => {
        const summary = directory.get(session);
        if (summary === undefined) return;
        const entries = events.flatMap((event) => (event.type === 'repl_recorded' ? event.data.entries : []));
        this.#mirrors?.heard(summary, entries);
        if (entries.length > 0) this.pool.peek(session)?.heard(entries);
      }),
      runner.onRemoved((session) => {
        this.pool.remove(session);
        this.#mirrors?.removed(session);
      }),
    ];
  }

  /** What no server has written meanwhile is caught up with in the background. */
  begin(): void {
    this.persistence.begin();
    void this.#mirrors?.begin();
  }

  /** It is created where there is none of that name. What is bound in it is known. */
  async getSession(name: string, { owner }: OfOwner = {}): Promise<ReplInstance> {
    const instance = await this.#instance(name, owner);
    await instance.look();
    return instance;
  }

  /** It is created where there is none of that name. */
  async executeCommand(
    sessionName: string,
    command: string,
    { owner, ...options }: OfOwner & ExecuteOptions = {},
  ): Promise<ExecuteResult> {
    const instance = this.pool.get(sessionName) ?? (await this.#instance(sessionName, owner));
    try {
      return await instance.run(command, options);
    } finally {
      this.pool.trim();
    }
  }

  /** Newest first; those of one owner, by default the server's. */
  listSessions(of: OfOwner = { owner: this.#parts.owner }) {
    return this.summaries(of).map(metadataOf);
  }

  /** Newest first; those of one owner, or all. */
  summaries(of: OfOwner): ReplSummary[] {
    return this.#parts.directory.list(of);
  }

  /** How many there are, in memory or not. */
  get count(): number {
    return this.#parts.directory.size;
  }

  /** A full image is written now, and the file where there is one. */
  async saveSession(name: string, { owner }: OfOwner = {}): Promise<void> {
    await this.persistence.saveSession(await this.#instance(name, owner));
  }

  saveDirtySessions(): Promise<void> {
    return this.persistence.saveDirtySessions();
  }

  /** What runs is stopped; resolves when all is written and closed. */
  async shutdown(): Promise<void> {
    this.#isStopping = true;
    await this.#parts.sessions.stop();
    await this.persistence.settled();
    for (const end of this.#ends) end();
    this.persistence.shutdown();
    this.#parts.directory.close();
    this.#parts.names.close();
  }

  async #instance(name: string, owner = this.#parts.owner): Promise<ReplInstance> {
    const id = this.#idOf(name, owner) ?? (await this.#create(name, owner));
    return this.pool.get(id) ?? this.#load(id);
  }

  #idOf(name: string, owner: string): string | undefined {
    return isId(name) ? name : this.#parts.names.find(owner, checkedName(name));
  }

  #create(name: string, owner: string): Promise<string> {
    const { names, sessions } = this.#parts;
    const making = names.beingMade(owner, name);
    if (making) return making;
    const spec = { owner, name, language: 'javascript', accessMode: 'readwrite' } as const;
    return names.give(owner, name, () => sessions.create(spec));
  }

  /** Once, however many ask. */
  #load(id: string): Promise<ReplInstance> {
    const loading = this.#loading.get(id) ?? this.#loadOnce(id).finally(() => this.#loading.delete(id));
    this.#loading.set(id, loading);
    return loading;
  }

  async #loadOnce(id: string): Promise<ReplInstance> {
    if (this.#isStopping) throw new Problem('server_stopping', 'the server is stopping; try again in a moment');
    const instance = await this.persistence.loadSession(id);
    if (instance === null) throw new Problem('session_not_found', 'there is no such session');
    this.pool.add(id, instance);
    return instance;
  }

  async #make(id: string): Promise<ReplInstance> {
    const { sessions, clock, directory, engine } = this.#parts;
    const first = directory.get(id);
    if (first === undefined) throw new Problem('session_not_found', 'there is no such session');
    return new ReplInstance({
      id,
      sessions,
      clock,
      engine: await engine(first.repl.language),
      // What was removed is what it was.
      summary: () => directory.get(id) ?? first,
    });
  }
}
