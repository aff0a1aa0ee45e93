import type { Run } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import type { SessionReads } from '../journal/sessions.ts';
import type { Intent, Runner } from './runner.ts';

export interface RunWatchParts {
  runner: Runner;
  sessions: SessionReads;
  /** Whether the very process still runs, on this machine. */
  isRunning: (pid: number, startedAt: string | undefined) => boolean;
  /** When runs ended that could not tell the server. */
  ended: EndedRuns;
  onError: (error: unknown) => void;
}

/** What runs leave behind that end while no server answers. */
export interface EndedRuns {
  /** `endedAt`: Unix ms. */
  list(): readonly { session: string; endedAt: number }[];
  forget(session: string): void;
}

const lookMs = 5000;

/**
 * Ends sessions whose `stint run` is gone: at the moment that it left behind where it found no server, else now, as it was killed
 * or its machine restarted.
 *
 *  W1  A run that is gone has left behind all it will: it is looked for after the run was found to be gone.
 *  W2  What a run left behind is forgotten only when its end is durable, or its session is over.
 */
export class RunWatch {
  readonly #parts: RunWatchParts;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  /** Sessions that cannot be ended; told of once. */
  readonly #stuck = new Set<string>();

  constructor(parts: RunWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks once; two at a time are one. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { sessions, onError } = this.#parts;
    try {
      const gone = (await sessions.openRuns()).filter(({ run }) => this.#isGone(run));
      await this.endTold(); // W1
      const left = new Set(this.#parts.ended.list().map(({ session }) => session));
      const lost = gone.filter(({ id }) => !left.has(id));
      await Promise.all(lost.map(({ id }) => this.#end(id, { type: 'complete', reason: 'run_lost' })));
    } catch (error) {
      onError(error);
    }
  }

  /** Ends those that left behind when they ended (W2). */
  async endTold(): Promise<void> {
    const { ended } = this.#parts;
    const told = ended.list().map(async ({ session, endedAt }) => {
      if (await this.#end(session, { type: 'complete', endedAt })) this.#forget(session);
    });
    await Promise.all(told);
  }

  #forget(session: string): void {
    try {
      this.#parts.ended.forget(session);
    } catch (error) {
      this.#tellOnce(session, error);
    }
  }

  #isGone(run: Run | undefined): boolean {
    return run?.pid !== undefined && !this.#parts.isRunning(run.pid, run.pidStartedAt);
  }

  /** True when it is over and that is durable. */
  async #end(session: string, intent: Intent): Promise<boolean> {
    try {
      await this.#parts.runner.execute(session, [intent], () => ({ status: 200, body: '' }));
      this.#stuck.delete(session);
      return true;
    } catch (error) {
      if (isOver(error)) return true;
      this.#tellOnce(session, error);
      return false;
    }
  }

  #tellOnce(session: string, error: unknown): void {
    if (this.#stuck.has(session)) return;
    this.#stuck.add(session);
    this.#parts.onError(error);
  }
}

/** It was ended, or ended and deleted, meanwhile. */
const isOver = (error: unknown): boolean =>
  error instanceof Problem && (error.kind === 'session_already_completed' || error.kind === 'session_not_found');
