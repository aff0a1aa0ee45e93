import { join } from 'node:path';
import { headerOf, toReplEvent } from '../../contract/repl-event.ts';
import type { ReplEntry } from '../../contract/repl.ts';
import type { SessionEvent } from '../../contract/session-server.ts';
import type { ReplDirectory, ReplSummary } from './repl-directory.ts';
import { forward, lastEntries } from './repl-journal.ts';
import type { ReplJournal } from './repl-journal.ts';
import { ReplMirror } from './repl-mirror.ts';
import { isReplName } from './repl-names.ts';

export interface MirrorsParts {
  /** Where they lie. */
  folder: string;
  /** The server's owner: the files of all others are in a folder of each. */
  owner: string;
  directory: ReplDirectory;
  journal: ReplJournal;
  /** A file could not be written. */
  onFailure: (session: string, error: unknown) => void;
}

/** Each session as `<name>.jsonl`, in the document's shape; see `ServerConfig.sessionDir`. */
export class ReplMirrors {
  readonly #parts: MirrorsParts;
  readonly #mirrors = new Map<string, ReplMirror>();
  /** Whose a path is; the case of letters makes no other file everywhere. */
  readonly #paths = new Map<string, string>();
  readonly #names = new Map<string, string | undefined>();
  readonly #failing = new Set<string>();
  /** Settles when the paths are free that were left so far. */
  #moves: Promise<unknown> = Promise.resolve();
  #isStopping = false;

  constructor(parts: MirrorsParts) {
    this.#parts = parts;
  }

  /** What was committed while no server wrote it is caught up with. Resolves when that has been done. */
  async begin(): Promise<void> {
    // The oldest has the name.
    const all = this.#parts.directory.list().toReversed();
    for (const summary of all) this.of(summary);
    for (const { id } of all) {
      if (this.#isStopping) return;
      await this.#try(id, (mirror) => mirror.catchUp());
    }
  }

  /** The file of a session, whether it is there or not. */
  of(summary: ReplSummary): ReplMirror {
    const { id, name } = summary;
    const known = this.#mirrors.get(id);
    if (known !== undefined) return known;
    const mirror = new ReplMirror(this.#claim(summary), this.#partsOf(summary), this.#moves);
    this.#mirrors.set(id, mirror);
    this.#names.set(id, name);
    return mirror;
  }

  /** What was committed of a session, which may have another name now. */
  heard(summary: ReplSummary, entries: readonly ReplEntry[]): void {
    const { id, name } = summary;
    const isNew = !this.#mirrors.has(id);
    const mirror = this.of(summary);
    if (this.#names.get(id) !== name) {
      this.#names.set(id, name);
      this.#release(id);
      const [path, free] = [this.#claim(summary), this.#moves];
      this.#move(this.#try(id, () => mirror.moveTo(path, free)));
    }
    if (isNew || entries.length > 0) void this.#try(id, () => mirror.appendEvents(entries.map(toReplEvent)));
  }

  /** Resolves when they are in the session's file, or that could not be written. */
  append(summary: ReplSummary, events: readonly SessionEvent[]): Promise<void> {
    this.of(summary);
    return this.#try(summary.id, (mirror) => mirror.appendEvents(events));
  }

  removed(session: string): void {
    const mirror = this.#mirrors.get(session);
    if (mirror === undefined) return;
    this.#release(session);
    this.#names.delete(session);
    const removed = this.#try(session, () => mirror.remove());
    this.#move(removed);
    void removed.then(() => {
      this.#mirrors.delete(session);
      this.#failing.delete(session);
    });
  }

  /** Resolves when all that was told is written, as far as it can be. */
  async settled(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#mirrors.keys()].map((session) => this.#try(session, (mirror) => mirror.idle())));
  }

  /** W3 of repl-mirror.ts: said once, until it can be written again. */
  async #try(session: string, change: (mirror: ReplMirror) => Promise<void>): Promise<void> {
    const mirror = this.#mirrors.get(session);
    if (mirror === undefined) return;
    try {
      await change(mirror);
      this.#failing.delete(session);
    } catch (error) {
      if (!this.#failing.has(session)) this.#parts.onFailure(session, error);
      this.#failing.add(session);
    }
  }

  #move(moved: Promise<void>): void {
    this.#moves = Promise.allSettled([this.#moves, moved]);
  }

  #partsOf({ id, startTime }: ReplSummary) {
    const { journal } = this.#parts;
    return {
      session: id,
      header: headerOf({ id, startTime }),
      events: async function* events(from: number) {
        for await (const entry of forward(journal, id, from - 1)) yield toReplEvent(entry);
      },
      latest: async () => {
        const [entry] = await lastEntries(journal, id, { limit: 1, chars: Infinity });
        return entry && toReplEvent(entry);
      },
    };
  }

  #claim(summary: ReplSummary): string {
    const path = this.#pathOf(summary);
    const holder = this.#paths.get(keyOf(path));
    if (holder !== undefined && holder !== summary.id) return this.#pathById(summary);
    this.#paths.set(keyOf(path), summary.id);
    return path;
  }

  #release(session: string): void {
    for (const [path, holder] of this.#paths) if (holder === session) this.#paths.delete(path);
  }

  /** Sessions may get names elsewhere that are no names of files. */
  #pathOf(summary: ReplSummary): string {
    const { name } = summary;
    if (name === undefined || !isReplName(name)) return this.#pathById(summary);
    return join(this.#folderOf(summary), `${name}.jsonl`);
  }

  #pathById(summary: ReplSummary): string {
    return join(this.#folderOf(summary), `${summary.id}.jsonl`);
  }

  #folderOf({ owner }: ReplSummary): string {
    return owner === this.#parts.owner ? this.#parts.folder : join(this.#parts.folder, owner);
  }
}

const keyOf = (path: string): string => path.toLowerCase();
