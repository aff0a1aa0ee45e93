import { toReplEvent } from '../../contract/repl-event.ts';
import { stateIdOf } from '../../contract/repl.ts';
import type { ReplEntry } from '../../contract/repl.ts';
import type {
  ExecuteResult,
  ISessionInstance,
  ReplState,
  SessionEvent,
  SessionMetadata,
} from '../../contract/session-server.ts';
import type { Clock } from '../clock.ts';
import { metadataOf } from './repl-directory.ts';
import type { ReplSummary } from './repl-directory.ts';
import { charsIn } from './repl-journal.ts';
import type { ExecuteOptions, ReplSessions } from './repl-sessions.ts';

export interface InstanceParts {
  id: string;
  sessions: ReplSessions;
  clock: Clock;
  /** The session as it is now. */
  summary: () => ReplSummary;
  /** Name and version of the engine, and the hash of its binary. */
  engine: string;
}

/** So much of what changed is kept in memory. When it is more it is taken for saved, as it is in the journal, which the session's file is made of. */
const mostChanges = 1000;
const mostChars = 1 << 20;

/**
 * A session that is in use. It is dirty while there are events since its last full image; what changed since it was last saved is
 * what its file, where it has one, may not have.
 */
export class ReplInstance implements ISessionInstance {
  readonly #parts: InstanceParts;
  #bindings: readonly string[] = [];
  #changes: SessionEvent[] = [];
  #changedChars = 0;
  /** What came up to here is in a full image. */
  #cleanSeq = -1;
  #dirtySince: number | undefined;
  #running = 0;
  #usedAt: number;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
    this.#usedAt = parts.clock.now();
  }

  get id(): string {
    return this.#parts.id;
  }

  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Since when it is dirty, Unix ms. */
  get dirtySince(): number | undefined {
    return this.isDirty() ? this.#dirtySince : undefined;
  }

  /** Runs a command, and sees what is bound after it. */
  async execute(command: string): Promise<ExecuteResult> {
    const result = await this.run(command);
    await this.look();
    return result;
  }

  /** Runs a command; its state tells of no new names before somebody looks. */
  async run(command: string, options: ExecuteOptions = {}): Promise<ExecuteResult> {
    if (command.trim() === ':quit') return { output: '', shouldExit: true };
    const { sessions, id } = this.#parts;
    const output = await this.#busy(() => sessions.execute(id, command, options));
    return { output, shouldExit: false };
  }

  /** Asks the sandbox which names are bound. */
  async look(): Promise<void> {
    const { sessions, id } = this.#parts;
    this.#bindings = await this.#busy(() => sessions.atRest.bindings(id));
  }

  /** Names that are bound: as they were when somebody looked. */
  getState(): ReplState {
    const { summary, engine } = this.#parts;
    const { image, nextSeq, language, peakMemory } = summary().repl;
    return {
      stateId: stateIdOf(image),
      seq: nextSeq - 1,
      language,
      engine,
      size: peakMemory,
      bindings: [...this.#bindings],
    };
  }

  getMetadata(): SessionMetadata {
    return metadataOf(this.#parts.summary());
  }

  isDirty(): boolean {
    const { sessions, id } = this.#parts;
    return this.#lastSeq > this.#cleanSeq && sessions.atRest.imagesSinceWhole(id) !== 0;
  }

  markClean(): void {
    this.#cleanSeq = this.#lastSeq;
    this.#dirtySince = undefined;
  }

  getLastAccessTime(): number {
    return this.#usedAt;
  }

  getChangesSinceLastSave(): SessionEvent[] {
    return [...this.#changes];
  }

  updateSavePoint(): void {
    this.#changes = [];
    this.#changedChars = 0;
  }

  /** What was committed. */
  heard(entries: readonly ReplEntry[]): void {
    this.#dirtySince ??= this.#parts.clock.now();
    for (const entry of entries) {
      this.#changes.push(toReplEvent(entry));
      this.#changedChars += charsIn(entry);
    }
    if (this.#isMuch) this.updateSavePoint();
  }

  get #isMuch(): boolean {
    return this.#changes.length > mostChanges || this.#changedChars > mostChars;
  }

  get #lastSeq(): number {
    return this.#parts.summary().repl.nextSeq - 1;
  }

  async #busy<T>(run: () => Promise<T>): Promise<T> {
    this.#running += 1;
    this.#usedAt = this.#parts.clock.now();
    try {
      return await run();
    } finally {
      this.#running -= 1;
    }
  }
}
