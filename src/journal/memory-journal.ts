import type { Recorded } from '../contract/event.ts';
import { Problem } from '../contract/problem.ts';
import type { Activity, ActivityQuery, ActivityReads } from './activity.ts';
import type { AllPage, Entry, History, Journal, Receipt, ReceiptName, SessionPage } from './journal.ts';
import { Listeners } from './listeners.ts';
import { MemoryActivity } from './memory-activity.ts';
import type { SavedState } from './saved-state.ts';
import { openStatus } from './sessions.ts';
import type { ListPlace, SessionCount, SessionList, SessionQuery, SessionReads, SessionSummary } from './sessions.ts';

interface Kept {
  events: Recorded[];
  summary: SessionSummary;
  saved?: SavedState;
}

/** A journal without a disk: the rules of the port in their plainest form, for tests that need no store. */
export class MemoryJournal implements Journal, SessionReads, ActivityReads {
  readonly #sessions = new Map<string, Kept>();
  readonly #all: Recorded[] = [];
  #position = 0;
  readonly #activity = new MemoryActivity();
  readonly #receipts = new Map<string, Receipt>();
  readonly #listeners = new Listeners<readonly Recorded[]>();

  // As in every store, what goes wrong is the promise's.
  async append(entry: Entry): Promise<readonly Recorded[]> {
    const { session, expectedVersion, receipt } = entry;
    const kept = this.#sessions.get(session);
    const version = kept?.events.length ?? 0;
    if (version !== expectedVersion) throw conflict();
    const recorded = structuredClone(entry.events).map((event, i): Recorded => ({
      position: ++this.#position,
      session,
      seq: version + i,
      ...event,
    }));
    this.#sessions.set(session, {
      events: [...(kept?.events ?? []), ...recorded],
      summary: structuredClone(entry.summary),
      ...saved(entry.saved ?? kept?.saved),
    });
    this.#all.push(...recorded);
    this.#activity.take(session, entry.summary.owner, entry.activity);
    if (receipt) this.#receipts.set(nameKey(receipt), receipt);
    this.#listeners.tell(recorded);
    return recorded;
  }

  load(session: string): Promise<History | undefined> {
    const kept = this.#sessions.get(session);
    if (!kept) return Promise.resolve(undefined);
    const from = kept.saved?.version ?? 0;
    return Promise.resolve({ ...saved(kept.saved), events: kept.events.slice(from) });
  }

  read(session: string, page: SessionPage): Promise<readonly Recorded[]> {
    const { after = -1, before = Infinity, limit, bytes = Infinity, types, latest = false } = page;
    const events = this.#sessions.get(session)?.events ?? [];
    const met = events.filter(
      ({ seq, type }) => seq > after && seq < before && (types === undefined || types.includes(type)),
    );
    const near = (latest ? met.toReversed() : met).slice(0, limit);
    let length = 0;
    const end = near.findIndex(({ data }, i) => (length += JSON.stringify(data).length) > bytes && i > 0);
    const found = end === -1 ? near : near.slice(0, end);
    return Promise.resolve(latest ? found.toReversed() : found);
  }

  readAll({ after, limit, types }: AllPage): Promise<readonly Recorded[]> {
    const met = this.#all.filter(({ position, type }) => position > after && (types?.includes(type) ?? true));
    return Promise.resolve(met.slice(0, limit));
  }

  lastPosition(): Promise<number> {
    return Promise.resolve(this.#position);
  }

  receipt(name: ReceiptName): Promise<Receipt | undefined> {
    return Promise.resolve(this.#receipts.get(nameKey(name)));
  }

  forgetReceipts(before: number): Promise<void> {
    for (const [key, { at }] of this.#receipts) if (at < before) this.#receipts.delete(key);
    return Promise.resolve();
  }

  remove(session: string, expectedVersion: number): Promise<void> {
    if (this.#sessions.get(session)?.events.length !== expectedVersion) return Promise.reject(conflict());
    this.#sessions.delete(session);
    this.#activity.remove(session);
    const left = this.#all.filter((event) => event.session !== session);
    this.#all.splice(0, this.#all.length, ...left);
    return Promise.resolve();
  }

  onCommitted(listener: (events: readonly Recorded[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  health(): { state: 'writable' } {
    return { state: 'writable' };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get(id: string): SessionSummary | undefined {
    return this.#sessions.get(id)?.summary;
  }

  list(query: SessionQuery): Promise<SessionList> {
    const { limit, offset = 0, after } = query;
    const matching = this.#summaries().filter((summary) => matches(summary, query));
    const rest = after === undefined ? matching : matching.filter((summary) => newestFirst(after, summary) < 0);
    const sessions = rest.slice(offset, offset + limit);
    return Promise.resolve({ sessions, total: matching.length, more: rest.length > offset + limit });
  }

  counts(): Promise<readonly SessionCount[]> {
    const counts = new Map<string, SessionCount>();
    for (const { kind, phase } of this.#summaries()) {
      const status = openStatus(phase);
      const count = (counts.get(`${kind} ${status}`)?.count ?? 0) + 1;
      counts.set(`${kind} ${status}`, { kind, status, count });
    }
    return Promise.resolve([...counts.values()]);
  }

  waking(time: number, limit: number): Promise<readonly SessionSummary[]> {
    const due = this.#summaries().filter(({ wakeAt }) => wakeAt !== undefined && wakeAt <= time);
    return Promise.resolve(due.toSorted((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0)).slice(0, limit));
  }

  nextWake(): Promise<number | undefined> {
    const times = this.#summaries().flatMap(({ wakeAt }) => wakeAt ?? []);
    return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
  }

  openRuns(): Promise<readonly SessionSummary[]> {
    return Promise.resolve(this.#summaries().filter(({ run, phase }) => run && openStatus(phase) !== 'completed'));
  }

  runsEndedSince(time: number): Promise<readonly SessionSummary[]> {
    return Promise.resolve(
      this.#summaries().filter(({ run, endTime }) => run && endTime !== undefined && endTime >= time),
    );
  }

  activity(query: ActivityQuery): Promise<Activity> {
    return Promise.resolve(this.#activity.read(query));
  }

  #summaries(): SessionSummary[] {
    return [...this.#sessions.values()].map(({ summary }) => summary).toSorted(newestFirst);
  }
}

const conflict = (): Problem => new Problem('write_conflict', 'the session was changed meanwhile; try again');

const saved = (state: SavedState | undefined): { saved?: SavedState } => (state === undefined ? {} : { saved: state });

const nameKey = ({ caller, route, key }: ReceiptName): string => JSON.stringify([caller, route, key]);

const newestFirst = (a: ListPlace, b: ListPlace): number =>
  b.startTime - a.startTime || (a.id === b.id ? 0 : a.id < b.id ? 1 : -1);

const matches = (summary: SessionSummary, { status, kind, owner, nameContains }: SessionQuery): boolean =>
  (status === undefined || openStatus(summary.phase) === status) &&
  (kind === undefined || summary.kind === kind) &&
  (owner === undefined || summary.owner === owner) &&
  (nameContains === undefined || (summary.name ?? '').toLowerCase().includes(nameContains.toLowerCase()));
