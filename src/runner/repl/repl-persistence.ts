import type { IPersistenceManager, ISessionInstance, ISessionPersister } from '../../contract/session-server.ts';
import type { Clock } from '../clock.ts';
import type { ReplDirectory } from './repl-directory.ts';
import type { ReplInstance } from './repl-instance.ts';
import type { ReplMirrors } from './repl-mirrors.ts';
import type { ReplPool } from './repl-pool.ts';
import type { ReplSessions } from './repl-sessions.ts';

export interface PersisterParts {
  sessions: ReplSessions;
  directory: ReplDirectory;
  /** Absent where sessions have no files. */
  mirrors: ReplMirrors | undefined;
  /** A handle of a session that is there. */
  make: (session: string) => Promise<ReplInstance>;
}

/** One session's. Nothing that was answered waits for it: it makes what is durable quicker to bring back, and writes the session's file. */
export class ReplPersister implements ISessionPersister {
  readonly #parts: PersisterParts;
  readonly #id: string;

  constructor(parts: PersisterParts, id: string) {
    this.#parts = parts;
    this.#id = id;
  }

  /** A full image, and all of the journal in the file. */
  async save(session: ISessionInstance): Promise<void> {
    await this.#parts.sessions.atRest.keepWhole(this.#id);
    if (this.#isGone) return;
    const changes = session.getChangesSinceLastSave();
    session.updateSavePoint();
    session.markClean();
    const { directory, mirrors } = this.#parts;
    const summary = directory.get(this.#id);
    if (summary && mirrors) await mirrors.append(summary, changes);
  }

  async load(): Promise<ReplInstance | null> {
    return this.#isGone ? null : this.#parts.make(this.#id);
  }

  /** What its file lacks, without waiting; its image is durable as it is. */
  saveSync(session: ISessionInstance): void {
    const { directory, mirrors } = this.#parts;
    const summary = directory.get(this.#id);
    if (summary === undefined) return;
    mirrors?.of(summary).appendSync(session.getChangesSinceLastSave());
    session.updateSavePoint();
  }

  get #isGone(): boolean {
    return this.#parts.directory.get(this.#id) === undefined;
  }
}

export interface PersistenceParts extends PersisterParts {
  pool: ReplPool<ReplInstance>;
  clock: Clock;
  /** How often it is looked which sessions have been dirty for as long. */
  saveIntervalMs: number;
  /** The id of one that is addressed so; undefined where there is none. */
  idOf: (name: string) => string | undefined;
  onFailure: (session: string, error: unknown) => void;
}

/** Full images of dirty sessions, now and then, and the files of all. */
export class ReplPersistence implements IPersistenceManager {
  readonly #parts: PersistenceParts;
  #timer: NodeJS.Timeout | undefined;
  /** While it is looked. */
  #looking: Promise<void> | undefined;

  constructor(parts: PersistenceParts) {
    this.#parts = parts;
  }

  begin(): void {
    const { saveIntervalMs } = this.#parts;
    this.#timer = setInterval(() => {
      // One look takes longer where it waits for a command; those that were due meanwhile are not made up for.
      this.#looking ??= this.saveLong().finally(() => (this.#looking = undefined));
    }, saveIntervalMs).unref();
  }

  saveSession(session: ReplInstance): Promise<void> {
    return this.#persister(session.id).save(session);
  }

  async loadSession(name: string): Promise<ReplInstance | null> {
    const id = this.#parts.idOf(name);
    return id === undefined ? null : this.#persister(id).load();
  }

  async saveDirtySessions(): Promise<void> {
    await Promise.all(this.#parts.pool.getDirty().map((session) => this.saveSession(session)));
  }

  /** All that are in memory. */
  async forceSave(): Promise<void> {
    await Promise.all(this.#parts.pool.getAll().map((session) => this.saveSession(session)));
  }

  /** Those that have been dirty for a while, are at rest, and have so many images since their last full one that it is worth its bytes. */
  async saveLong(): Promise<void> {
    const { pool, clock, saveIntervalMs, sessions } = this.#parts;
    const before = clock.now() - saveIntervalMs;
    for (const session of pool.getDirty()) {
      if ((session.dirtySince ?? Infinity) > before || !sessions.atRest.isWorthAWhole(session.id)) continue;
      await this.saveSession(session).catch((error: unknown) => this.#parts.onFailure(session.id, error));
    }
  }

  /** Resolves when nothing is being saved any more. */
  async settled(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#parts.mirrors?.settled();
  }

  shutdown(): void {
    clearInterval(this.#timer);
    for (const session of this.#parts.pool.getAll()) this.#persister(session.id).saveSync(session);
  }

  #persister(id: string): ReplPersister {
    return new ReplPersister(this.#parts, id);
  }
}
