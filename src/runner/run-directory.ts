import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TokenParts } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import type { ProblemKind } from '../contract/problem.ts';
import type { Journal } from '../journal/journal.ts';
import { DirectoryUsage } from '../ledger/directory-usage.ts';
import type { Advance, RunWindow } from '../ledger/directory-usage.ts';
import type { Cursor, Reader, Skipped, Surroundings, UsageRecord } from '../readers/reader.ts';
import { countedTokens } from '../session/budget.ts';
import type { Existing } from '../session/state.ts';
import type { Clock } from './clock.ts';
import { FolderWatch } from '../readers/folder-watch.ts';
import type { Intent, Runner } from './runner.ts';

export interface RunDirectoryParts {
  runner: Runner;
  journal: Journal;
  clock: Clock;
  reader: Reader;
  onError: (error: unknown) => void;
}

/** A directory in which commands run, and where their agents keep what they leave behind. */
export interface RunPlace {
  /** As the run says it. */
  directory: string;
  /** With symbolic links resolved. */
  realDirectory: string;
  surroundings: Surroundings;
}

/** A file that was last changed so long before the runs began has nothing of them, ms. */
const staleMs = 60_000;
/** All files are looked up no more often than takes up this part of the time… */
const busyPart = 1 / 500;
/** …but always after so long, ms. */
const longestRestMs = 5000;
/** Copies or responses that are dealt with in one turn of the event loop, and rows in one commit. */
const slice = 100;

/**
 * Follows what agents leave on disk about one directory, and records the usage that belongs to its runs.
 *
 *  D1  One look at a time; who asks for one waits for a look that began after that.
 *  D2  A full look finds every file; in between, what a watcher names is read. Nothing rests on a watcher alone.
 *  D3  A file is read on from where it was read to, and not at all while it has nothing of the runs.
 *  D4  Nothing is recorded before every file was read and the journal's rows of the runs are known: copies may be anywhere.
 *  D5  What could not be recorded is recorded by a later look.
 */
export class RunDirectory {
  readonly #place: RunPlace;
  /** Files that were last changed before it have nothing of the runs. */
  #since: number;
  readonly #parts: RunDirectoryParts;
  readonly #usage: DirectoryUsage;
  readonly #watch = new FolderWatch((file) => this.#hear(file));
  /** Runs whose rows in the journal are still to be read. */
  readonly #unread = new Set<string>();
  /** All files of the last full look. */
  #listed: ReadonlySet<string> = new Set();
  readonly #read = new Map<string, { cursor: Cursor; stamp: string }>();
  readonly #changed = new Set<string>();
  #wantsAll = false;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<void> | undefined;
  /** Something came: more may follow in a folder that nothing watches yet. */
  #expectsMore = false;
  #restUntil = 0;
  /** Counts runs that began or ended here and looks that failed; and up to which of them all is recorded. */
  #changes = 0;
  #settledUpTo = -1;
  #closed = false;
  readonly #reported = new Set<string>();
  #lastTrouble: string | undefined;

  /** `since`: the start of the first run whose usage is wanted; all runs that were open then or later will be entered. */
  constructor(place: RunPlace, since: number, parts: RunDirectoryParts) {
    this.#place = place;
    this.#since = since;
    this.#parts = parts;
    this.#usage = new DirectoryUsage([place.directory, place.realDirectory], since);
  }

  /** A run is open here, or has ended. */
  enter(window: RunWindow): void {
    const isKnown = this.#usage.windows.some(({ session }) => session === window.session);
    if (!isKnown) this.#unread.add(window.session);
    this.#usage.open(window);
    this.#changes += 1;
  }

  /** The clock was set back to before the start of an open run: what is there by now was stamped before. */
  async setBack(session: string, to: number): Promise<void> {
    this.#since = Math.min(this.#since, to);
    await this.look();
    this.#usage.setBack(session, to);
    this.#changes += 1;
    await this.look();
  }

  get sessions(): string[] {
    return this.#usage.windows.map(({ session }) => session);
  }

  /** Whether all runs had ended by `time` and a look since then has recorded all there was. */
  isOverSince(time: number): boolean {
    return this.#settledUpTo === this.#changes && this.#usage.windows.every(({ endTime = Infinity }) => endTime < time);
  }

  /** A full look; resolves when all that was there at the call is recorded, or could not be. */
  look(): Promise<void> {
    this.#wantsAll = true;
    return this.#soon();
  }

  /** The regular look, for what watchers do not tell. */
  lookAgain(): void {
    if (performance.now() >= this.#restUntil) void this.look();
  }

  /** Ends the look under way early. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await (this.#queued ?? this.#running);
  }

  #hear(file: string | undefined): void {
    if (file === undefined) this.#wantsAll = this.#expectsMore = true;
    else if (this.#listed.has(file)) this.#changed.add(file);
    else return;
    void this.#soon();
  }

  /** D1. */
  #soon(): Promise<void> {
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      this.#running = this.#lookOnce();
      return this.#running;
    });
    return this.#queued;
  }

  async #lookOnce(): Promise<void> {
    if (this.#closed) return;
    const isFull = this.#wantsAll;
    const changed = [...this.#changed];
    const changes = this.#changes;
    this.#wantsAll = false;
    this.#changed.clear();
    try {
      await this.#noteRecorded();
      for (const [file, stamp] of await (isFull ? this.#findAll() : this.#toRead(changed)))
        await this.#readOn(file, stamp);
      await this.#recordAll();
      if (isFull) this.#settle(changes);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** D4. */
  async #noteRecorded(): Promise<void> {
    for (const session of this.#unread) {
      const rows = await this.#rowsOf(session);
      for (const { response, parts } of rows) this.#usage.noteRecorded(session, response, parts);
      this.#unread.delete(session);
    }
  }

  /** All or nothing. A session that is set aside has no rows: nothing more will be recorded for it either. */
  async #rowsOf(session: string): Promise<{ response: string; parts: TokenParts }[]> {
    const rows: { response: string; parts: TokenParts }[] = [];
    const { startTime = 0 } = this.#usage.windows.find((window) => window.session === session) ?? {};
    try {
      for (let after = -1; ; await nextTurn()) {
        const events = await this.#parts.journal.read(session, {
          after,
          limit: slice,
          types: ['tokens_recorded', 'clock_adjusted'],
        });
        for (const event of events) {
          if (event.type === 'tokens_recorded' && event.data.response !== undefined)
            rows.push({ response: event.data.response, parts: event.data });
          if (event.type === 'clock_adjusted' && event.at < startTime) this.#usage.noteSetBack(session, event.at);
        }
        if (events.length < slice) return rows;
        after = events.at(-1)?.seq ?? after;
      }
    } catch (error) {
      if (!isProblem(error, 'journal_damaged')) throw error;
      this.#parts.onError(error);
      return [];
    }
  }

  /** D2. */
  async #findAll(): Promise<[file: string, stamp: string][]> {
    const { reader } = this.#parts;
    const { directory, surroundings } = this.#place;
    const begunAt = performance.now();
    const rests = !this.#expectsMore;
    this.#expectsMore = false;
    const { files, skipped } = await reader.filesOf(directory, surroundings);
    this.#report(skipped);
    this.#listed = new Set(files);
    this.#watch.watch(new Set([...reader.roots(surroundings), ...files.map((file) => dirname(file))]));
    const found = await this.#toRead(files);
    const tookMs = performance.now() - begunAt;
    this.#restUntil = rests ? begunAt + Math.min(tookMs / busyPart, longestRestMs) : 0;
    return found;
  }

  /** D3: those that have changed since they were read, or that cannot be looked up, which the reader then tells of. */
  async #toRead(files: readonly string[]): Promise<[file: string, stamp: string][]> {
    const stats = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
    const isOld = (file: Stats | undefined) => file !== undefined && file.mtimeMs < this.#since - staleMs;
    return files
      .map((file, i): [string, string] => [file, stampOf(stats[i])])
      .filter(([file, stamp], i) => !isOld(stats[i]) && (stamp === '' || this.#read.get(file)?.stamp !== stamp));
  }

  async #readOn(file: string, stamp: string): Promise<void> {
    let cursor = this.#read.get(file)?.cursor;
    while (!this.#closed) {
      const { records, skipped, status, ...reading } = await this.#parts.reader.readFrom(file, cursor);
      ({ cursor } = reading);
      this.#report(skipped);
      await this.#takeIn(records);
      if (status === 'more') continue;
      // What could not be read is read when it can be, and it need not change for that.
      this.#read.set(file, { cursor, stamp: status === 'end' ? stamp : '' });
      if (status === 'vanished') this.#read.delete(file);
      return;
    }
  }

  async #takeIn(records: readonly UsageRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += slice) {
      if (from > 0) await nextTurn();
      this.#usage.add(records.slice(from, from + slice));
    }
  }

  async #recordAll(): Promise<void> {
    const failed: Advance[] = [];
    try {
      while (this.#usage.isWaiting && !this.#closed) {
        await this.#recordSome(failed);
        await nextTurn();
      }
    } finally {
      for (const advance of failed) this.#usage.giveBack(advance);
    }
  }

  /** Adds to `failed` what is to be tried again. */
  async #recordSome(failed: Advance[]): Promise<void> {
    if (this.#unread.size > 0) return this.#noteRecorded();
    // Nothing waits from the question to here: a run that is entered later has its rows read before it is given any.
    const advances = this.#usage.takeAdvances(slice);
    for (const [session, own] of Map.groupBy(advances, (advance) => advance.session)) {
      if (!(await this.#record(session, own))) failed.push(...own);
    }
  }

  /** False when it is to be tried again. */
  async #record(session: string, advances: readonly Advance[]): Promise<boolean> {
    const { runner } = this.#parts;
    try {
      const state = await runner.state(session);
      const taken = advances.filter(({ beganAt }) => takes(state, beganAt));
      if (state === undefined || taken.length === 0) return true;
      const { budgetCounts } = state.facts;
      const intents = taken.map((advance) => this.#intent(advance, countedTokens(advance.parts, budgetCounts)));
      await runner.execute(session, intents, () => ({ status: 200, body: '' }));
      return true;
    } catch (error) {
      if (isProblem(error, 'session_already_completed')) return false;
      this.#fail(error);
      return isProblem(error, 'journal_damaged');
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

  #settle(changes: number): void {
    this.#settledUpTo = changes;
    if (changes === this.#changes) this.#lastTrouble = undefined;
  }

  /** Looks go on, so that the same trouble is told of once, until it is over. */
  #fail(error: unknown): void {
    this.#changes += 1;
    if (this.#lastTrouble === String(error)) return;
    this.#lastTrouble = String(error);
    this.#parts.onError(error);
  }

  /** The first of its kind in a file stands for all. */
  #report(skipped: readonly Skipped[]): void {
    for (const { file, offset, reason } of skipped) {
      const kind = `${reason} ${file}`;
      if (this.#reported.has(kind)) continue;
      this.#reported.add(kind);
      this.#parts.onError(new Error(`usage in ${file} at byte ${offset} is not counted: ${reason}`));
    }
  }
}

/** Changes with the file; empty when it cannot be looked up. */
const stampOf = (file: Stats | undefined): string => (file ? `${file.ino} ${file.size} ${file.mtimeMs}` : '');

/** Not when it was deleted, nor when it had ended by then, as a clock may have it that was ahead. */
const takes = (state: Existing | undefined, beganAt: number): boolean =>
  state !== undefined && (!('endTime' in state) || beganAt < state.endTime);

const isProblem = (error: unknown, kind: ProblemKind): boolean => error instanceof Problem && error.kind === kind;
