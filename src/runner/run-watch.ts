import type { Run } from '../contract/event.ts';
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
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: RunWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.look();
    }, lookMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async look(): Promise<void> {
    const { sessions, runner, onError } = this.#parts;
    try {
      for (const { id, run } of await sessions.openRuns()) {
        if (!this.#isLost(run)) continue;
        await runner.execute(id, [{ type: 'complete', reason: 'run_lost' }], () => ({ status: 200, body: '' }));
      }
    } catch (error) {
      onError(error);
    }
  }

  #isLost(run: Run | undefined): boolean {
    return run?.pid !== undefined && !this.#parts.isRunning(run.pid, run.pidStartedAt);
  }
}
