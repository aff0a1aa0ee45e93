import { sep } from 'node:path';
import type { SessionReads, SessionSummary } from '../journal/sessions.ts';
import type { Existing } from '../session/state.ts';
import type { Runner } from './runner.ts';

interface Window {
  session: string;
  owner: string;
  directory: string;
  startTime: number;
  endTime: number;
}

/**
 * Which run of `stint run` an agent's response belongs to: the earliest started one that was open in its directory when it began.
 * The run's session has its tokens too, and over all sessions they count there.
 */
export class RunOwners {
  readonly #windows = new Map<string, Window>();
  readonly #stops: readonly (() => void)[];

  private constructor(runner: Runner) {
    this.#stops = [
      runner.onPublished(({ session, state }) => this.#note(session, state)),
      // What is told from then on counts where it is told: there is no other session that has it.
      runner.onRemoved((session) => this.#windows.delete(session)),
    ];
  }

  static async open(runner: Runner, sessions: SessionReads): Promise<RunOwners> {
    const owners = new RunOwners(runner);
    for (const summary of [...(await sessions.runsEndedSince(0)), ...(await sessions.openRuns())]) owners.#add(summary);
    return owners;
  }

  /** `owner`: of the agent's session. A run has nothing of what other users' agents do. */
  ownerOf(owner: string, directory: string, beganAt: number): string | undefined {
    let found: Window | undefined;
    for (const window of this.#windows.values()) {
      if (
        window.owner !== owner ||
        window.startTime > beganAt ||
        beganAt >= window.endTime ||
        !isWithin(window.directory, directory)
      )
        continue;
      if (found === undefined || window.startTime < found.startTime) found = window;
    }
    return found?.session;
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #note(session: string, state: Existing): void {
    const { run, owner, startTime } = state.facts;
    if (run === undefined) return;
    const endTime = 'endTime' in state ? state.endTime : Infinity;
    this.#windows.set(session, { session, owner, directory: run.directory, startTime, endTime });
  }

  #add({ id, run, owner, startTime, endTime = Infinity }: SessionSummary): void {
    if (run !== undefined) this.#windows.set(id, { session: id, owner, directory: run.directory, startTime, endTime });
  }
}

const isWithin = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
