import { stat } from 'node:fs/promises';
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { DirectoryUsage } from '../ledger/directory-usage.ts';
import type { Advance, RunWindow } from '../ledger/directory-usage.ts';
import { countedTokens } from '../session/budget.ts';
import type { Run } from '../contract/event.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionReads, SessionSummary } from '../journal/sessions.ts';
import type { Cursor, Reader, Surroundings } from '../readers/reader.ts';
import type { Clock } from './clock.ts';
import type { Intent, Published, Runner } from './runner.ts';

export interface RunUsageParts {
  runner: Runner;
  journal: Journal;
  sessions: SessionReads;
  clock: Clock;
  reader: Reader;
  surroundings: Surroundings;
  onError: (error: unknown) => void;
}

/** How often a directory is looked at when nothing tells that it changed, ms. */
const lookMs = 1000;
/** How long after its end a run's usage is still looked for, ms. */
const lateMs = 60_000;
/** A file that was last changed so long before a run began has nothing of the run, ms. */
const staleMs = 60_000;
const page = 500;

/**
 * Reads the usage of runs from what their agents leave on disk, while they work and until a little after. A file is read on
 * from where it was read to; after a restart from its beginning, and what the journal has already is not recorded again.
 */
export class RunUsage {
  readonly #parts: RunUsageParts;
  readonly #places = new Map<string, Place>();
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(parts: RunUsageParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { runner, sessions } = this.#parts;
    this.#unsubscribe = [
      runner.onPublished((published) => this.#hear(published)),
      runner.onEnding((session) => this.#placeOf(session)?.look() ?? Promise.resolve()),
    ];
    await this.#openAll(await sessions.openRuns());
    this.#timer = setInterval(() => this.#lookEverywhere(), lookMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await Promise.all([...this.#places.values()].map((place) => place.close()));
  }

  /** After a restart: the runs that are open, and those beside which they were open, which may own what is found. */
  async #openAll(open: readonly SessionSummary[]): Promise<void> {
    const { sessions, clock } = this.#parts;
    const since = Math.min(clock.now() - lateMs, ...open.map(({ startTime }) => startTime));
    const known = [...(await sessions.runsEndedSince(since)), ...open];
    const places = new Set<Place>();
    for (const { id, run, startTime, endTime } of known) {
      if (run) places.add(await this.#enter(run, { session: id, startTime, ...(endTime === undefined ? {} : { endTime }) }));
    }
    for (const place of places) await place.look();
  }

  #hear({ session, state, events }: Published): void {
    const { run, startTime } = state.facts;
    if (run === undefined) return;
    if ('endTime' in state) this.#placeOf(session)?.usage.open({ session, startTime, endTime: state.endTime });
    else if (events.some(({ type }) => type === 'started' || type === 'reopened')) {
      this.#open(run, { session, startTime }).catch(this.#parts.onError);
    }
  }

  async #open(run: Run, window: RunWindow): Promise<void> {
    const place = await this.#enter(run, window);
    await place.look();
  }

  async #enter(run: Run, window: RunWindow): Promise<Place> {
    const name = JSON.stringify([run.directory, run.agentConfigDir]);
    const place = this.#places.get(name) ?? new Place(run, this.#parts);
    this.#places.set(name, place);
    await place.noteRecorded(window.session);
    place.usage.open(window);
    return place;
  }

  #placeOf(session: string): Place | undefined {
    return [...this.#places.values()].find(({ usage }) => usage.windows.some((window) => window.session === session));
  }

  #lookEverywhere(): void {
    const longAgo = this.#parts.clock.now() - lateMs;
    for (const [name, place] of this.#places) {
      const over = place.usage.windows.every(({ endTime = Infinity }) => endTime < longAgo);
      if (!over) void place.look();
      else {
        this.#places.delete(name);
        void place.close();
      }
    }
  }
}

/** One directory in which commands run, and what agents leave on disk about it. */
class Place {
  readonly usage: DirectoryUsage;
  readonly #run: Run;
  readonly #parts: RunUsageParts;
  readonly #read = new Map<string, { cursor: Cursor; stamp: string }>();
  readonly #watchers = new Map<string, FSWatcher>();
  #looking: Promise<void> | undefined;
  #wanted = false;
  #closed = false;

  constructor(run: Run, parts: RunUsageParts) {
    this.usage = new DirectoryUsage(run.directory);
    this.#run = run;
    this.#parts = parts;
  }

  /** Reads what the journal has of a session, so that it is not recorded again. */
  async noteRecorded(session: string): Promise<void> {
    for (let after = -1; ; ) {
      const events = await this.#parts.journal.read(session, { after, limit: page, types: ['tokens_recorded'] });
      for (const event of events) {
        if (event.type !== 'tokens_recorded' || event.data.response === undefined) continue;
        this.usage.noteRecorded(session, event.data.response, event.data);
      }
      if (events.length < page) return;
      after = events.at(-1)?.seq ?? after;
    }
  }

  /** Reads what is new and records it; resolves when all that was there at the call is recorded. One look at a time. */
  look(): Promise<void> {
    this.#wanted = true;
    this.#looking ??= this.#lookWhileWanted();
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    await this.#looking;
  }

  async #lookWhileWanted(): Promise<void> {
    await Promise.resolve();
    while (this.#wanted && !this.#closed) {
      this.#wanted = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#parts.onError(error);
      }
    }
    // Nothing waits between the last question and this: a call in between is not lost.
    this.#looking = undefined;
  }

  async #lookOnce(): Promise<void> {
    const { reader } = this.#parts;
    const { files } = await reader.filesOf(this.#run.directory, this.#surroundings());
    for (const file of files) await this.#readOn(file);
    this.#watch(new Set(files.map((file) => dirname(file))));
    // Only when every file was read: after a restart a response's copies may be spread over them.
    for (const advance of this.usage.takeAdvances()) await this.#record(advance);
  }

  #surroundings(): Surroundings {
    const { surroundings } = this.#parts;
    const { agentConfigDir } = this.#run;
    if (agentConfigDir === undefined) return surroundings;
    return { ...surroundings, env: { ...surroundings.env, CLAUDE_CONFIG_DIR: agentConfigDir } };
  }

  async #readOn(file: string): Promise<void> {
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined || stats.mtimeMs < this.#earliestStart() - staleMs) return;
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    const met = this.#read.get(file);
    if (met?.stamp === stamp) return;
    let cursor = met?.cursor;
    for (;;) {
      const reading = await this.#parts.reader.readFrom(file, cursor);
      this.usage.add(reading.records);
      cursor = reading.cursor;
      if (reading.status !== 'more') break;
    }
    this.#read.set(file, { cursor, stamp });
  }

  #earliestStart(): number {
    return Math.min(...this.usage.windows.map(({ startTime }) => startTime));
  }

  /** Looks again as soon as something changes in the folders; the regular look finds what a watcher cannot see. */
  #watch(folders: ReadonlySet<string>): void {
    for (const folder of folders) {
      if (this.#closed || this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, () => void this.look());
        watcher.on('error', () => this.#unwatch(folder));
        this.#watchers.set(folder, watcher);
      } catch {
        // No more watches to be had: the regular look has to do.
      }
    }
  }

  #unwatch(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  async #record(advance: Advance): Promise<void> {
    const { runner, onError } = this.#parts;
    const { session } = advance;
    try {
      const state = await runner.state(session);
      if (state === undefined) return;
      const tokensUsed = countedTokens(advance.parts, state.facts.budgetCounts);
      await runner.execute(session, [this.#intent(advance, tokensUsed)], () => ({ status: 200, body: '' }));
    } catch (error) {
      this.usage.giveBack(advance);
      onError(error);
    }
  }

  #intent({ parts, model, response, beganAt, at, subagent }: Advance, tokensUsed: number): Intent {
    return {
      type: 'record_tokens',
      source: 'transcript',
      operation: subagent ? 'subagent response' : 'response',
      tokensUsed,
      // A transcript's clock may run ahead of the server's.
      timestamp: Math.min(at, this.#parts.clock.now()),
      model,
      response,
      beganAt,
      ...parts,
    };
  }
}
