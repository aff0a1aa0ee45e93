import { sep } from 'node:path';
import type { TokenParts } from '../contract/event.ts';
import type { UsageParts, UsageRecord } from '../readers/reader.ts';
import { joinCopy } from '../readers/responses.ts';

/**
 * Whose usage is it? The runs in one directory, the responses that agents have left there, and what of them was recorded.
 *
 *  U1  A response belongs to the earliest started run that was open when it began, and to none when there was none.
 *  U2  A response counts once, however many copies of it are found, at the value that its copies have together.
 *  U3  What was recorded before is known from the journal, so that reading the same files again records nothing.
 */

/** A run and the time in which it was open, Unix ms. */
export interface RunWindow {
  session: string;
  startTime: number;
  endTime?: number;
}

/** What is to be recorded of a response: as much as was not yet. */
export interface Advance {
  session: string;
  response: string;
  parts: Required<TokenParts>;
  model: string;
  beganAt: number;
  at: number;
  /** Made by a subagent. */
  subagent: boolean;
}

const partNames = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const;

export class DirectoryUsage {
  readonly #directory: string;
  readonly #windows = new Map<string, RunWindow>();
  /** Merged copies, by response: more than one where only the request tells responses apart. */
  readonly #held = new Map<string, readonly UsageRecord[]>();
  /** What was recorded, by session and response. */
  readonly #recorded = new Map<string, Required<TokenParts>>();
  /** Responses of which something came in since they were last looked at. */
  readonly #touched = new Set<string>();

  /** `directory`: absolute path in which the runs' commands run. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  get windows(): readonly RunWindow[] {
    return [...this.#windows.values()];
  }

  open(window: RunWindow): void {
    this.#windows.set(window.session, window);
  }

  /** U3: a row that the journal has already. */
  noteRecorded(session: string, response: string, parts: TokenParts): void {
    const name = nameOf(session, response);
    this.#recorded.set(name, added(this.#recorded.get(name) ?? nothing, parts));
  }

  /** Takes in copies as a reader found them. */
  add(copies: Iterable<UsageRecord>): void {
    for (const copy of copies) {
      // Directories that the agent cannot tell apart share their files.
      if (copy.cwd !== undefined && !isWithin(this.#directory, copy.cwd)) continue;
      const response = responseOf(copy);
      const held = this.#held.get(response) ?? [];
      const { merged, replaced } = joinCopy(held, copy);
      this.#held.set(response, [...held.filter((record) => !replaced.includes(record)), merged]);
      this.#touched.add(response);
    }
  }

  /** What is to be recorded now; it counts as recorded from here on. */
  takeAdvances(): Advance[] {
    const advances = [...this.#touched].flatMap((response) => this.#advanceOf(response) ?? []);
    this.#touched.clear();
    for (const { session, response, parts } of advances) this.noteRecorded(session, response, parts);
    return advances;
  }

  /** Something could not be recorded after all: it will be asked for again. */
  giveBack({ session, response, parts }: Advance): void {
    this.noteRecorded(session, response, negated(parts));
    this.#touched.add(response);
  }

  #advanceOf(response: string): Advance | undefined {
    const records = this.#held.get(response) ?? [];
    const last = records.at(-1);
    const beganAt = Math.min(...records.map((record) => record.beganAt));
    const session = this.#ownerAt(beganAt)?.session;
    if (last === undefined || session === undefined) return undefined;
    const whole = records.reduce((sum, record) => added(sum, record.parts), nothing);
    const parts = added(whole, negated(this.#recorded.get(nameOf(session, response)) ?? nothing));
    if (partNames.every((name) => parts[name] === 0)) return undefined;
    const { model, at, sidechain } = last;
    return { session, response, parts, model, beganAt, at, subagent: sidechain };
  }

  /** U1. */
  #ownerAt(time: number): RunWindow | undefined {
    return this.windows
      .filter(({ startTime, endTime }) => startTime <= time && time < (endTime ?? Infinity))
      .toSorted((a, b) => a.startTime - b.startTime || (a.session < b.session ? -1 : 1))[0];
  }
}

const responseOf = ({ source, key }: UsageRecord): string => `${source}:${key}`;

const nameOf = (session: string, response: string): string => `${session} ${response}`;

const isWithin = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);

const nothing: Required<TokenParts> = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

const added = (a: Required<TokenParts>, b: TokenParts | UsageParts): Required<TokenParts> => ({
  input: a.input + (b.input ?? 0),
  output: a.output + (b.output ?? 0),
  cacheRead: a.cacheRead + (b.cacheRead ?? 0),
  cacheWrite5m: a.cacheWrite5m + (b.cacheWrite5m ?? 0),
  cacheWrite1h: a.cacheWrite1h + (b.cacheWrite1h ?? 0),
});

const negated = (parts: Required<TokenParts>): Required<TokenParts> => ({
  input: -parts.input,
  output: -parts.output,
  cacheRead: -parts.cacheRead,
  cacheWrite5m: -parts.cacheWrite5m,
  cacheWrite1h: -parts.cacheWrite1h,
});
