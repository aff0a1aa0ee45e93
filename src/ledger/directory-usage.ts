import { sep } from 'node:path';
import type { TokenParts } from '../contract/event.ts';
import type { UsageRecord } from '../readers/reader.ts';
import { joinCopy } from '../readers/responses.ts';

/**
 * Whose usage is it? The runs in one directory, the responses that agents have left there, and what of them was recorded.
 *
 *  U1  A response belongs to the earliest started run that was open when it began, and to none when there was none.
 *  U2  A response counts once, however many copies of it are found, at the value that its copies have together. When a copy
 *      comes to light that makes it worth less, or another run's, what was recorded is taken back.
 *  U3  What was recorded before is known from the journal, so that reading the same files again records nothing. Copies that
 *      are gone by then take nothing back.
 *  U4  What began before `since` is left alone, since who was open then is not known here any more; only from a run that was
 *      started after it is it taken back.
 *  U5  When the clock was set back to before an open run's start, what the agents stamp from then on looks older than the run.
 *      It is the run's if it was not known when the clock was set, or was recorded for the run.
 */

/** A run and the time in which it was open, Unix ms. */
export interface RunWindow {
  session: string;
  startTime: number;
  endTime?: number;
}

type Parts = Required<TokenParts>;

/** What is to be recorded of a response: as much as was not yet. */
export interface Advance {
  session: string;
  response: string;
  /** Negative where an earlier advance is taken back. */
  parts: Parts;
  model: string;
  beganAt: number;
  at: number;
  /** Made by a subagent. */
  subagent: boolean;
}

/** A response as its copies have it so far. */
interface Held {
  /** Merged copies: more than one where only the request tells responses apart. */
  records: readonly UsageRecord[];
  beganAt: number;
  request: string | undefined;
  /** Copies with different requests were met, which a copy without one makes a single response again. */
  severalRequests: boolean;
}

export class DirectoryUsage {
  readonly #names: readonly string[];
  readonly #since: number;
  /** Earliest started first. */
  #windows: readonly RunWindow[] = [];
  /** The agent's own sessions that were seen at work in this directory. */
  readonly #agentSessions = new Set<string>();
  readonly #held = new Map<string, Held>();
  /** Responses that began before `since`; no more is known of them. */
  readonly #past = new Set<string>();
  /** What the clock was set back to during a run, by session: a time before its start (U5). */
  readonly #setBackTo = new Map<string, number>();
  /** For each run during which the clock was set back in this object's life, the responses that were known by then (U5). */
  readonly #knownThen = new Map<string, ReadonlySet<string>>();
  /** What was recorded, by response and session. */
  readonly #recorded = new Map<string, Map<string, Parts>>();
  /** Responses of which something came in since they were last looked at. */
  readonly #touched = new Set<string>();

  /** `names`: absolute paths that all lead to the directory. `since`: every run that was open then or later is told of. */
  constructor(names: readonly string[], since: number) {
    this.#names = names;
    this.#since = since;
  }

  get windows(): readonly RunWindow[] {
    return this.#windows;
  }

  /** A run was started, or has ended. */
  open(window: RunWindow): void {
    const others = this.#windows.filter(({ session }) => session !== window.session);
    const isNew = others.length === this.#windows.length;
    this.#windows = [...others, window].toSorted(earliestFirst);
    if (!isNew) return;
    // What was found before the run was known.
    for (const [response, { beganAt }] of this.#held) if (beganAt >= window.startTime) this.#touched.add(response);
  }

  /** U5: the clock was just set back `to` a time before the run's start, and all that was written before was added. */
  setBack(session: string, to: number): void {
    this.noteSetBack(session, to);
    const known = [...this.#held.keys()].concat([...(this.#knownThen.get(session) ?? [])]);
    this.#knownThen.set(session, new Set(known));
  }

  /** U5: it was set back before this object was made; what of that time was not recorded cannot be told from older usage. */
  noteSetBack(session: string, to: number): void {
    this.#setBackTo.set(session, Math.min(to, this.#setBackTo.get(session) ?? Infinity));
  }

  /** U3: a row that the journal has already. */
  noteRecorded(session: string, response: string, parts: TokenParts): void {
    const recorded = this.#recorded.get(response) ?? new Map<string, Parts>();
    this.#recorded.set(response, recorded.set(session, added(recorded.get(session) ?? nothing, parts)));
  }

  /** Takes in copies as a reader found them. */
  add(copies: Iterable<UsageRecord>): void {
    for (const copy of copies) if (this.#isOurs(copy)) this.#join(copy);
  }

  /** Whether there is something that may have to be recorded. */
  get isWaiting(): boolean {
    return this.#touched.size > 0;
  }

  /** What is to be recorded of at most so many responses; it counts as recorded from here on. */
  takeAdvances(mostResponses = Infinity): Advance[] {
    const responses = this.#touched.values().take(mostResponses).toArray();
    const advances = responses.flatMap((response) => this.#advancesOf(response));
    for (const response of responses) this.#touched.delete(response);
    for (const { session, response, parts } of advances) this.noteRecorded(session, response, parts);
    return advances;
  }

  /** Something could not be recorded after all: it will be asked for again. */
  giveBack({ session, response, parts }: Advance): void {
    this.noteRecorded(session, response, negated(parts));
    this.#touched.add(response);
  }

  /** Directories that the agent cannot tell apart share their files. An agent that was at work here may change to any other. */
  #isOurs({ cwd, sessionId }: UsageRecord): boolean {
    if (cwd !== undefined && !this.#names.some((name) => isWithin(name, cwd)))
      return this.#agentSessions.has(sessionId);
    this.#agentSessions.add(sessionId);
    return true;
  }

  #join(copy: UsageRecord): void {
    const response = `${copy.source}:${copy.key}`;
    if (this.#past.has(response)) return;
    const held = this.#held.get(response);
    const isPast = copy.beganAt < this.#since && this.#ownerAgain(response, copy.beganAt) === undefined;
    if (isPast && !this.#isMisplaced(response, copy.beganAt)) return this.#leave(response);
    const next = held === undefined ? heldOf(copy) : joined(held, copy);
    if (next === held) return;
    this.#held.set(response, next);
    this.#touched.add(response);
  }

  /** Whether something was recorded for a run that was started only after the response began. */
  #isMisplaced(response: string, beganAt: number): boolean {
    const recorded = this.#recorded.get(response);
    return (
      recorded !== undefined &&
      this.#windows.some(({ session, startTime }) => startTime > beganAt && recorded.has(session))
    );
  }

  /** U4. */
  #leave(response: string): void {
    this.#past.add(response);
    this.#held.delete(response);
    this.#touched.delete(response);
  }

  #advancesOf(response: string): Advance[] {
    const held = this.#held.get(response);
    const last = held?.records.at(-1);
    if (held === undefined || last === undefined) return [];
    const { beganAt } = held;
    const recorded = this.#recorded.get(response) ?? new Map<string, Parts>();
    const owner = this.#keeperOf(recorded, beganAt) ?? this.#ownerAt(beganAt) ?? this.#ownerAgain(response, beganAt);
    const due = new Map([...recorded.keys()].map((session) => [session, nothing]));
    if (owner !== undefined) due.set(owner, worth(held, recorded.get(owner)));
    const { model, at, sidechain } = last;
    return [...due].flatMap(([session, whole]) => {
      const parts = added(whole, negated(recorded.get(session) ?? nothing));
      return isNothing(parts) ? [] : [{ session, response, parts, model, beganAt, at, subagent: sidechain }];
    });
  }

  /** U1, U4. */
  #ownerAt(time: number): string | undefined {
    if (time < this.#since) return undefined;
    return this.#windows.find(({ startTime, endTime = Infinity }) => startTime <= time && time < endTime)?.session;
  }

  /** U5. */
  #ownerAgain(response: string, time: number): string | undefined {
    return this.#setBackTo.keys().find((session) => {
      const known = this.#knownThen.get(session);
      const isNew = known !== undefined && !known.has(response);
      return this.#isAgain(session, time) && (isNew || this.#recorded.get(response)?.has(session));
    });
  }

  /** Whether it is a time before the run's start at which the run was open all the same. */
  #isAgain(session: string, time: number): boolean {
    const window = this.#windows.find((one) => one.session === session);
    const to = this.#setBackTo.get(session) ?? Infinity;
    return window !== undefined && to <= time && time < Math.min(window.startTime, window.endTime ?? Infinity);
  }

  /** U3: a run for which the response was recorded and that had ended when it began, as far as the copies still tell. */
  #keeperOf(recorded: ReadonlyMap<string, Parts>, beganAt: number): string | undefined {
    const hasRecorded = (session: string): boolean => !isNothing(recorded.get(session) ?? nothing);
    return this.#windows.find(({ session, endTime = Infinity }) => endTime <= beganAt && hasRecorded(session))?.session;
  }
}

const earliestFirst = (a: RunWindow, b: RunWindow): number =>
  a.startTime - b.startTime || (a.session < b.session ? -1 : 1);

const isWithin = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);

const heldOf = (copy: UsageRecord): Held => ({
  records: [copy],
  beganAt: copy.beganAt,
  request: copy.request,
  severalRequests: false,
});

/** The very `held` when the copy tells nothing new. */
const joined = (held: Held, copy: UsageRecord): Held => {
  const { merged, replaced } = joinCopy(held.records, copy);
  if (replaced.length === 1 && replaced[0] === merged) return held;
  const { request = copy.request } = held;
  return {
    records: [...held.records.filter((record) => !replaced.includes(record)), merged],
    beganAt: Math.min(held.beganAt, copy.beganAt),
    request,
    severalRequests: held.severalRequests || (copy.request !== undefined && copy.request !== request),
  };
};

/** U2, U3: less than was recorded only when that was of several requests, which may turn out to be one. */
const worth = ({ records, severalRequests }: Held, recorded: Parts | undefined): Parts => {
  const whole = records.reduce((sum, { parts }) => added(sum, parts), nothing);
  return recorded !== undefined && !severalRequests && whole.output < recorded.output ? recorded : whole;
};

const nothing: Parts = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

const isNothing = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Parts): boolean =>
  input === 0 && output === 0 && cacheRead === 0 && cacheWrite5m === 0 && cacheWrite1h === 0;

const added = (a: Parts, b: TokenParts): Parts => ({
  input: a.input + (b.input ?? 0),
  output: a.output + (b.output ?? 0),
  cacheRead: a.cacheRead + (b.cacheRead ?? 0),
  cacheWrite5m: a.cacheWrite5m + (b.cacheWrite5m ?? 0),
  cacheWrite1h: a.cacheWrite1h + (b.cacheWrite1h ?? 0),
});

const negated = (parts: Parts): Parts => ({
  input: -parts.input,
  output: -parts.output,
  cacheRead: -parts.cacheRead,
  cacheWrite5m: -parts.cacheWrite5m,
  cacheWrite1h: -parts.cacheWrite1h,
});
