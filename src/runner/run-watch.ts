import type { Run } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import type { SessionReads } from '../journal/sessions.ts';
import type { Runner } from './runner.ts';

export interface RunWatchParts {
  runner: Runner;
  sessions: SessionReads;
  /** Whether the very process still runs, on this machine. */
  isRunning: (pid: number, startedAt: string | undefined) => boolean;
  onError: (error: unknown) => void;
}

const lookMs = 5000;

/** Ends sessions whose `stint run` is gone without having said so: killed, or its machine was restarted. */
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
      for (const { id, run } of await sessions.openRuns()) if (this.#isLost(run)) await this.#end(id);
    } catch (error) {
      onError(error);
    }
  }

  #isLost(run: Run | undefined): boolean {
    return run?.pid !== undefined && !this.#parts.isRunning(run.pid, run.pidStartedAt);
  }

  async #end(session: string): Promise<void> {
    try {
      await this.#parts.runner.execute(session, [{ type: 'complete', reason: 'run_lost' }], () => ({
        status: 200,
        body: '',
      }));
      this.#stuck.delete(session);
    } catch (error) {
      if (isOver(error) || this.#stuck.has(session)) return;
      this.#stuck.add(session);
      this.#parts.onError(error);
    }
  }
}

/** It was ended, or ended and deleted, meanwhile. */
const isOver = (error: unknown): boolean =>
  error instanceof Problem && (error.kind === 'session_already_completed' || error.kind === 'session_not_found');
