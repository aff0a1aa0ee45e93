import { Problem } from '../../contract/problem.ts';
import type { SqliteBackups } from './backup.ts';

export interface ScheduleParts {
  backups: SqliteBackups;
  everyMs: number;
  /** How many scheduled backups stay. */
  keep: number;
  /** Unix ms. */
  now: () => number;
  onError: (error: unknown) => void;
}

/** Looked at this often, so no timer is ever longer; time asleep counts. */
const lookMs = 30_000;
const retryMs = 600_000;

/**
 * Makes backups by itself.
 *
 *  S1  The next is due so long after the newest that there is, whoever made it: a restart changes nothing.
 *  S2  Old ones go when a newer one was verified, and only those that a schedule made.
 *  S3  A failure is told, and tried again after ten minutes, or sooner where backups are made more often.
 */
export class BackupSchedule {
  readonly #parts: ScheduleParts;
  #timer: NodeJS.Timeout | undefined;
  #failure: { at: number; message: string } | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
  }

  start(): void {
    const look = () => void (this.#looking = this.look());
    this.#timer = setInterval(look, Math.min(lookMs, this.#parts.everyMs)).unref();
    look();
  }

  /** Resolves when a backup that it makes is made or given up; see {@link SqliteBackups.close}. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** What the last attempt failed of; undefined when it did not. */
  get failure(): { at: number; message: string } | undefined {
    return this.#failure;
  }

  /** Unix ms; when it is tried again where the folder can't be read. */
  get dueAt(): number {
    try {
      return Math.max(this.#due(), this.#heldUntil);
    } catch {
      return this.#heldUntil;
    }
  }

  /** Makes one when it is due (S1); never rejects. */
  async look(): Promise<void> {
    const { backups, now, onError } = this.#parts;
    if (now() < this.#heldUntil) return;
    try {
      if (now() < this.#due()) return;
      const { name } = await backups.create({ scheduled: true });
      this.#failure = undefined;
      await this.#removeOld(name);
    } catch (error) {
      // Somebody makes one at this moment: that is as good. What a stop gave up is no failure.
      if (this.#isStopped || (error instanceof Problem && error.kind === 'request_in_progress')) return;
      this.#failure = { at: now(), message: failureMessage(error) };
      onError(error);
    }
  }

  /** Throws what the system says where the folder can't be read. */
  #due(): number {
    const { backups, everyMs, now } = this.#parts;
    // One that lies in the future was made before the clock was set back: it says nothing of now.
    const newest = backups.names().find(({ createdAt }) => createdAt <= now());
    return newest === undefined ? 0 : newest.createdAt + everyMs;
  }

  /** S3 */
  get #heldUntil(): number {
    return this.#failure === undefined ? 0 : this.#failure.at + Math.min(retryMs, this.#parts.everyMs);
  }

  async #removeOld(made: string): Promise<void> {
    const { backups, keep } = this.#parts;
    const scheduled = backups.names().filter((one) => one.scheduled && one.name !== made);
    for (const { name } of scheduled.slice(keep - 1)) await backups.remove(name);
  }
}

/** Shown to whoever asks for the status: what the system says has paths in it. */
const failureMessage = (error: unknown): string =>
  error instanceof Problem ? error.message : 'the backup could not be made';
