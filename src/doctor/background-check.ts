import { Worker } from 'node:worker_threads';
import type { AuditStep } from '../stores/sqlite/audit.ts';
import { workerEnv, workerUrl } from '../worker-url.ts';
import { toFinding } from './data.ts';
import type { Finding } from './finding.ts';

/** How a look at all data goes, or went. `failed`: it could not be brought to its end. */
export interface CheckState {
  state: 'running' | 'well' | 'found' | 'failed';
  /** Sessions looked at so far, and about how many there are. */
  done: number;
  of: number;
  /** How many things are wrong. */
  faults: number;
}

export interface CheckParts {
  /** The database. */
  file: string;
  onFinding: (finding: Finding) => void;
  /** Told once, unless it is stopped before. */
  onEnd: (state: CheckState) => void;
}

/** Looks through the journal after an unclean stop, in a thread of its own and at low cost; the server is usable meanwhile. */
export class BackgroundCheck {
  readonly #parts: CheckParts;
  readonly #worker: Worker;
  #state: CheckState = { state: 'running', done: 0, of: 0, faults: 0 };

  constructor(parts: CheckParts) {
    this.#parts = parts;
    const { file } = parts;
    this.#worker = new Worker(workerUrl(import.meta.url, './check-thread'), { workerData: { file }, env: workerEnv() });
    this.#worker.unref();
    this.#worker.on('message', (message: AuditStep | 'done') => {
      if (message === 'done') this.#end(this.#state.faults === 0 ? 'well' : 'found');
      else this.#hear(message);
    });
    this.#worker.on('error', () => this.#end('failed'));
  }

  get state(): CheckState {
    return this.#state;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #hear({ findings, done, of }: AuditStep): void {
    this.#state = { ...this.#state, done, of, faults: this.#state.faults + findings.length };
    for (const finding of findings) this.#parts.onFinding(toFinding(finding));
  }

  #end(state: CheckState['state']): void {
    if (this.#state.state !== 'running') return;
    const done = state === 'failed' ? this.#state.done : this.#state.of;
    this.#state = { ...this.#state, state, done };
    this.#parts.onEnd(this.#state);
  }
}
