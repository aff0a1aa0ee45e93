import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Run } from '../contract/event.ts';
import type { SessionReads, SessionSummary } from '../journal/sessions.ts';
import type { RunWindow } from '../ledger/directory-usage.ts';
import type { Surroundings } from '../readers/reader.ts';
import { RunDirectory } from './run-directory.ts';
import type { RunDirectoryParts, RunPlace } from './run-directory.ts';
import type { Published } from './runner.ts';

export interface RunUsageParts extends RunDirectoryParts {
  sessions: SessionReads;
  surroundings: Surroundings;
}

/** How often directories are looked at when nothing tells that they changed, ms. */
const lookMs = 1000;
/** How long after its end a run's usage is still looked for, ms. */
const lateMs = 60_000;

/**
 * Reads the usage of runs from what their agents leave on disk, while they work and until a little after. A file is read on
 * from where it was read to; after a restart from its beginning, and what the journal has already is not recorded again.
 */
export class RunUsage {
  readonly #parts: RunUsageParts;
  readonly #directories = new Map<string, RunDirectory>();
  /** Where each run is followed, by session. */
  readonly #entered = new Map<string, Promise<RunDirectory>>();
  #timer: NodeJS.Timeout | undefined;
  #opened: Promise<void> | undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(parts: RunUsageParts) {
    this.#parts = parts;
  }

  /**
   * Finds out which runs there are. To be called before anything can end one: a run whose time was up while no server ran
   * still has what it left until then.
   */
  open(): Promise<void> {
    this.#opened ??= this.#enterKnown();
    return this.#opened;
  }

  /** Begins to look, and goes on until {@link stop}. */
  async start(): Promise<void> {
    await this.open();
    this.#timer = setInterval(() => this.#lookEverywhere(), lookMs);
    for (const directory of this.#directories.values()) void directory.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.allSettled(this.#entered.values());
    await Promise.all([...this.#directories.values()].map((directory) => directory.close()));
  }

  async #enterKnown(): Promise<void> {
    const { runner, sessions, clock } = this.#parts;
    this.#unsubscribe = [
      runner.onPublished((published) => this.#hear(published)),
      runner.onEnding(async (session) => (await this.#entered.get(session))?.look()),
    ];
    const wanted = [...(await sessions.openRuns()), ...(await sessions.runsEndedSince(clock.now() - lateMs))];
    if (wanted.length === 0) return;
    const beside = await sessions.runsEndedSince(Math.min(...wanted.map(({ startTime }) => startTime)));
    const all = new Map([...wanted, ...beside].map((summary) => [summary.id, summary]));
    const placed = await Promise.all([...all.values()].flatMap((summary) => this.#placed(summary) ?? []));
    const wantedIds = new Set(wanted.map(({ id }) => id));
    for (const runs of Map.groupBy(placed, ({ name }) => name).values()) {
      const starts = runs.filter(({ window }) => wantedIds.has(window.session)).map(({ window }) => window.startTime);
      if (starts.length > 0) await this.#enterRuns(runs, Math.min(...starts));
    }
  }

  /** Those that were open at `since` or later: who was open beside a run may own what is found. */
  async #enterRuns(runs: readonly PlacedRun[], since: number): Promise<void> {
    for (const { window, place } of runs) {
      if ((window.endTime ?? Infinity) >= since) await this.#enter(window, since, Promise.resolve(place));
    }
  }

  #hear({ session, state, events }: Published): void {
    const { run, startTime } = state.facts;
    if (run === undefined) return;
    if (events.some(({ type }) => type === 'started' || type === 'reopened')) {
      const entered = this.#enter({ session, startTime }, startTime, this.#placeOf(run));
      entered.then((directory) => directory.look()).catch(this.#parts.onError);
    }
    for (const { type, at } of events) {
      if (type === 'clock_adjusted' && at < startTime) this.#setBack(session, at);
    }
    if (!('endTime' in state)) return;
    const { endTime } = state;
    this.#entered
      .get(session)
      ?.then((directory) => directory.enter({ session, startTime, endTime }))
      .catch(this.#parts.onError);
  }

  #setBack(session: string, to: number): void {
    this.#entered
      .get(session)
      ?.then((directory) => directory.setBack(session, to))
      .catch(this.#parts.onError);
  }

  #enter(window: RunWindow, since: number, place: Promise<RunPlace>): Promise<RunDirectory> {
    const entered = place.then((found) => {
      const name = this.#nameOf(found);
      const directory = this.#directories.get(name) ?? new RunDirectory(found, since, this.#parts);
      this.#directories.set(name, directory);
      directory.enter(window);
      return directory;
    });
    this.#entered.set(window.session, entered);
    return entered;
  }

  #placed({ id, run, startTime, endTime }: SessionSummary): Promise<PlacedRun> | undefined {
    if (run === undefined) return undefined;
    const window = { session: id, startTime, ...(endTime === undefined ? {} : { endTime }) };
    return this.#placeOf(run).then((place) => ({ window, place, name: this.#nameOf(place) }));
  }

  async #placeOf(run: Run): Promise<RunPlace> {
    const directory = resolve(run.directory);
    const realDirectory = await realpath(directory).catch(() => directory);
    return { directory, realDirectory, surroundings: this.#surroundingsOf(run) };
  }

  /** The usual ones also where a run names the usual place, so that its runs share their files with the others. */
  #surroundingsOf({ agentConfigDir }: Run): Surroundings {
    const { surroundings, reader } = this.#parts;
    if (agentConfigDir === undefined) return surroundings;
    const own = { ...surroundings, env: { ...surroundings.env, CLAUDE_CONFIG_DIR: agentConfigDir } };
    const usual = reader.roots(surroundings);
    return reader.roots(own).every((root) => usual.includes(root)) ? surroundings : own;
  }

  #nameOf({ realDirectory, surroundings }: RunPlace): string {
    return JSON.stringify([realDirectory, this.#parts.reader.roots(surroundings)]);
  }

  #lookEverywhere(): void {
    const longAgo = this.#parts.clock.now() - lateMs;
    for (const [name, directory] of this.#directories) {
      if (directory.isOverSince(longAgo)) this.#leave(name, directory);
      else directory.lookAgain();
    }
  }

  #leave(name: string, directory: RunDirectory): void {
    this.#directories.delete(name);
    for (const session of directory.sessions) this.#entered.delete(session);
    directory.close().catch(this.#parts.onError);
  }
}

interface PlacedRun {
  window: RunWindow;
  place: RunPlace;
  name: string;
}
