/** Writes sessions into a journal for tests of journals, and keeps what they should be read as. */
import type { Run, SessionEvent, SessionKind } from '../contract/event.ts';
import type { ActivityStep } from '../session/activity.ts';
import { startedFacts } from '../session/decider-specification.suite.ts';
import { absent, stateShape } from '../session/state.ts';
import type { Phase } from '../session/state.ts';
import type { ActivityReads } from './activity.ts';
import type { Entry, Journal, Receipt } from './journal.ts';
import type { SavedState } from './saved-state.ts';
import { openStatus } from './sessions.ts';
import type { CountChange, SessionReads, SessionSummary } from './sessions.ts';

export type TestedJournal = Journal & SessionReads & ActivityReads;

/** Opens an empty journal, which goes away with the test. */
export type OpenJournal = () => Promise<TestedJournal>;

/** Session number `n`; a greater number is a greater id. */
export const sessionId = (n: number): string => `019a8f5e-7c1b-7000-8000-${n.toString(16).padStart(12, '0')}`;

export const newYear = 1_767_225_600_000;

export const commented = (text: string, at = newYear): SessionEvent => ({
  type: 'commented',
  at,
  data: { id: 'comment', author: 'ada', text },
});

export const receiptOf = (key: string, rest: Partial<Receipt> = {}): Receipt => ({
  caller: 'ada',
  route: 'POST /api/sessions',
  key,
  fingerprint: `hash of ${key}`,
  status: 201,
  body: `{"key":"${key}"}`,
  at: newYear,
  ...rest,
});

/** A saved state that is told apart by its version; journals do not look into it. */
export const savedAt = (version: number, shape = stateShape): SavedState => ({ version, shape, state: absent });

interface Beginning {
  name?: string;
  owner?: string;
  kind?: SessionKind;
  startTime?: number;
  run?: Run;
  wakeAt?: number;
}

type Extras = Pick<Partial<Entry>, 'activity' | 'saved' | 'receipt' | 'expectedVersion'>;

export class Author {
  readonly journal: TestedJournal;
  /** What was appended, as it should be read. */
  readonly summaries = new Map<string, SessionSummary>();

  constructor(journal: TestedJournal) {
    this.journal = journal;
  }

  /** The entry that starts a session; nothing is written. */
  beginning(id: string, { owner = 'ada', kind = 'timer', startTime = newYear, ...rest }: Beginning = {}): Entry {
    const started: SessionEvent = {
      type: 'started',
      at: startTime,
      data: { ...startedFacts, owner, kind, ...(rest.name === undefined ? {} : { name: rest.name }) },
    };
    const { repl: _, ...facts } = startedFacts;
    const summary: SessionSummary = {
      ...facts,
      id,
      owner,
      kind,
      phase: 'active',
      startTime,
      updatedAt: startTime,
      over: false,
      tokensUsed: 0,
      cacheRead: 0,
      checkpoints: 0,
      activeMs: 0,
      since: startTime,
      version: 1,
      ...rest,
    };
    const counts: CountChange[] = [{ owner, kind, status: 'active', by: 1 }];
    const activity: ActivityStep[] = [{ do: 'open', since: startTime }];
    return { session: id, expectedVersion: 0, events: [started], summary, counts, activity };
  }

  /** The entry that adds `events` and makes of the summary what is given; nothing is written. */
  change(id: string, events: readonly SessionEvent[], summaryAfter: Partial<SessionSummary> = {}): Entry {
    const before = this.summaries.get(id);
    if (before === undefined) throw new Error('begin the session first');
    const summary = { ...before, ...summaryAfter, version: before.version + events.length };
    const { owner, kind } = summary;
    const [was, is] = [openStatus(before.phase), openStatus(summary.phase)];
    const counts: CountChange[] =
      was === is
        ? []
        : [
            { owner, kind, status: was, by: -1 },
            { owner, kind, status: is, by: 1 },
          ];
    return { session: id, expectedVersion: before.version, events, summary, counts, activity: [] };
  }

  async append(entry: Entry) {
    const recorded = await this.journal.append(entry);
    this.summaries.set(entry.session, entry.summary);
    return recorded;
  }

  start(id: string, beginning: Beginning = {}, extras: Extras = {}) {
    return this.append({ ...this.beginning(id, beginning), ...extras });
  }

  comment(id: string, text: string, extras: Extras = {}) {
    return this.append({ ...this.change(id, [commented(text)]), ...extras });
  }

  rename(id: string, name: string) {
    return this.append(this.change(id, [{ type: 'renamed', at: newYear, data: { name } }], { name }));
  }

  /** Ends a session, or puts it in another phase. */
  async enter(id: string, phase: Phase) {
    const event: SessionEvent =
      phase === 'paused'
        ? { type: 'paused', at: newYear, data: { reason: 'request' } }
        : phase === 'active'
          ? { type: 'resumed', at: newYear, data: { reason: 'request' } }
          : { type: 'completed', at: newYear, data: { reason: 'request' } };
    return this.append(this.change(id, [event], { phase }));
  }

  async remove(id: string) {
    await this.journal.remove(id, this.summaries.get(id)?.version ?? 0);
    this.summaries.delete(id);
  }
}
