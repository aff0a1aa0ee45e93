import type { Logger } from 'pino';
import type { UsageStatus } from '../contract/usage-status.ts';
import type { Progress } from '../readers/follower.ts';

/**
 * How far the reading of what agents left has come: the first one since the start, and later ones that take their time, such as
 * of a folder that was copied here. What comes bit by bit while agents work is no reading that anyone waits for.
 */
export interface UsageReadingParts {
  /** Sources that are read; none where nothing is. */
  names: readonly string[];
  now: () => number;
  log: Pick<Logger, 'info'>;
}

interface Look {
  begunAt: number;
  progress: Progress;
  isTold: boolean;
  isDone: boolean;
}

/** A look that takes longer is one that people are told of. */
const longMs = 1000;

export class UsageReading {
  readonly #parts: UsageReadingParts;
  readonly #isOn: boolean;
  #begunAt: number;
  /** Sources of which not all that was there at the start is read. */
  readonly #unsettled: Set<string>;
  readonly #looks = new Map<string, Look>();
  #readAt: number | undefined;

  constructor(parts: UsageReadingParts) {
    this.#parts = parts;
    this.#isOn = parts.names.length > 0;
    this.#unsettled = new Set(parts.names);
    this.#begunAt = parts.now();
  }

  /** From now on it takes its time. */
  begin(): void {
    this.#begunAt = this.#parts.now();
  }

  progressed(progress: Progress): void {
    const { source } = progress;
    const met = this.#looks.get(source);
    const look = met === undefined || met.isDone ? this.#begun(progress) : met;
    look.progress = progress;
    this.#looks.set(source, look);
    if (!look.isTold && this.#isLong(look)) this.#tellBegin(look);
  }

  /** All that was there of a source is read. */
  settled(source: string): void {
    const look = this.#looks.get(source);
    if (look?.isTold && !look.isDone) this.#tellEnd(look);
    if (look !== undefined) look.isDone = true;
    this.#unsettled.delete(source);
    if (this.#unsettled.size > 0) return;
    this.#readAt ??= this.#parts.now();
    for (const [name, { isDone }] of this.#looks) if (isDone) this.#looks.delete(name);
  }

  /** Looks that are under way, long or not. */
  get underWay(): readonly Progress[] {
    return [...this.#looks.values()].filter(({ isDone }) => !isDone).map(({ progress }) => progress);
  }

  get status(): UsageStatus {
    if (!this.#isOn) return { state: 'off', sources: [] };
    // Those that are done stay until all are, so that the shares of the whole only grow.
    const told = [...this.#looks.values()].filter((look) => this.#isLong(look));
    const state = this.#unsettled.size > 0 || told.length > 0 ? 'reading' : 'current';
    return {
      state,
      sources: told.map(({ progress }) => progress),
      ...(this.#readAt !== undefined && {
        readSince: new Date(this.#readAt).toISOString(),
        tookMs: Math.max(0, Math.round(this.#readAt - this.#begunAt)),
      }),
    };
  }

  /** To be called now and then: the log says how far it is. */
  tell(): void {
    for (const look of this.#looks.values()) {
      if (look.isDone || !this.#isLong(look)) continue;
      const { source, files, of, bytes, ofBytes } = look.progress;
      const percent = Math.floor((bytes * 100) / Math.max(1, ofBytes));
      this.#parts.log.info({ source, files, of, percent }, 'still reading what an agent left on disk');
      look.isTold = true;
    }
  }

  #begun(progress: Progress): Look {
    return { begunAt: this.#parts.now(), progress, isTold: false, isDone: false };
  }

  #isLong({ begunAt }: Look): boolean {
    return this.#unsettled.size > 0 || this.#parts.now() - begunAt >= longMs;
  }

  #tellBegin(look: Look): void {
    look.isTold = true;
    const { source, of, ofBytes } = look.progress;
    this.#parts.log.info({ source, files: of, bytes: ofBytes }, 'reading what an agent left on disk');
  }

  #tellEnd({ begunAt, progress: { source, of, ofBytes } }: Look): void {
    const tookMs = Math.round(this.#parts.now() - begunAt);
    this.#parts.log.info({ source, files: of, bytes: ofBytes, tookMs }, 'what an agent left on disk is read');
  }
}
