import { setImmediate as turn } from 'node:timers/promises';
import type { Recorded } from '../../contract/event.ts';
import { imageOf, textOf } from '../../contract/repl.ts';
import type { ReplCheckpoint, ReplEntry } from '../../contract/repl.ts';
import type { Journal } from '../../journal/journal.ts';
import type { KeptCheckpoint, ReplReads } from '../../journal/repl-reads.ts';
import type { Receipt } from './repl-command.ts';

/** A REPL session's own journal, read from the session's events. */

/** Events at once; one may have a megabyte of output. */
const [pageLimit, pageBytes] = [256, 256 * 1024];

interface Part {
  /** Only entries after this one. */
  after?: number;
  /** Only entries up to this one. */
  until?: number;
  limit?: number;
  /** Stops after about so many characters of what was printed; there is always one entry. */
  chars?: number;
}

export type ReplJournal = Journal & ReplReads;

export const entriesOf = async (
  journal: ReplJournal,
  session: string,
  { after = -1, until = Infinity, limit = Infinity, chars = Infinity }: Part = {},
): Promise<ReplEntry[]> => {
  const found: ReplEntry[] = [];
  let length = 0;
  for await (const entry of forward(journal, session, after)) {
    if (entry.seq > until || found.length >= limit || length > chars) break;
    found.push(entry);
    length += charsIn(entry);
  }
  return found;
};

/** The last ones, oldest first; no more than about so many characters, but always one. */
export const lastEntries = async (
  journal: ReplJournal,
  session: string,
  { limit, chars }: { limit: number; chars: number },
): Promise<ReplEntry[]> => {
  const found: ReplEntry[] = [];
  let length = 0;
  for await (const entry of backward(journal, session)) {
    length += charsIn(entry);
    if (found.length >= limit || (found.length > 0 && length > chars)) break;
    found.unshift(entry);
  }
  return found;
};

/** About as long as it is in JSON. */
export const charsIn = (entry: ReplEntry): number => 150 + textOf(entry).length;

export type AnnotatedCheckpoint = Omit<KeptCheckpoint, 'event'>;

/** The last one at or before an entry. */
export const lastCheckpoint = (reads: ReplReads, session: string, seq: number): Promise<ReplCheckpoint | undefined> =>
  reads.checkpointAt(session, seq);

const checkpointsAtOnce = 500;

/** Of a session up to an entry, newest first; `isAnnotated`: those that something is said of. */
export const checkpointsOf = async (
  reads: ReplReads,
  session: string,
  {
    limit = Infinity,
    until = Infinity,
    isAnnotated = false,
  }: { limit?: number; until?: number; isAnnotated?: boolean } = {},
): Promise<KeptCheckpoint[]> => {
  const found: KeptCheckpoint[] = [];
  for (let before = Math.min(until + 1, Number.MAX_SAFE_INTEGER); ;) {
    const wanted = Math.min(checkpointsAtOnce, limit - found.length);
    const page = await reads.checkpoints(session, { before, limit: wanted, isAnnotated });
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < wanted || found.length >= limit) return found;
    before = last.seq;
    await turn();
  }
};

const charsInEvent = 128 * 1024;

/** Entries as they are recorded where there are many: each event has about 128 KiB of them, or one that is larger. */
export const inEvents = (entries: Iterable<ReplEntry>): ReplEntry[][] => {
  const all: ReplEntry[][] = [];
  let chars = Infinity;
  for (const entry of entries) {
    const own = charsIn(entry);
    if (chars + own > charsInEvent) {
      all.push([]);
      chars = 0;
    }
    all.at(-1)?.push(entry);
    chars += own;
  }
  return all;
};

interface Asked {
  /** The number that the code's request has. */
  request: number;
  /** Hash of what it asks. */
  of: string;
  /** The state that it is a part of. */
  image: number;
}

/** What was answered to a request on the way to a state; undefined where it was not answered. */
export const receiptFor = async (journal: Journal, session: string, asked: Asked): Promise<Receipt | undefined> => {
  const answers = new Map<string, Receipt>();
  for await (const entry of lineage(journal, session, asked.image)) {
    if (entry.type === 'llm_resp') answers.set(entry.receiptKey, { isAnswer: !entry.isError, text: entry.response });
    if (entry.type === 'llm_req' && entry.request === asked.request && entry.of === asked.of)
      return answers.get(entry.receiptKey);
  }
  return undefined;
};

/** The entries that led to a state, newest first: what was left by going back is left out, as its images are younger. */
async function* lineage(journal: Journal, session: string, image: number): AsyncGenerator<ReplEntry> {
  let at = image;
  let isLeft = false;
  for await (const entry of backward(journal, session)) {
    if (entry.type === 'checkpoint') {
      const own = imageOf(entry.stateId);
      isLeft = own > at;
      if (!isLeft) at = own;
    }
    if (!isLeft) yield entry;
  }
}

/** The entries after one; what comes before it is not read. */
export async function* forward(journal: ReplJournal, session: string, after = -1): AsyncGenerator<ReplEntry> {
  const place = after < 0 ? undefined : await journal.checkpointAt(session, after);
  for (let read = (place?.event ?? 0) - 1; ;) {
    const page = await journal.read(session, { ...pages, after: read });
    for (const event of page) for (const entry of entriesIn(event)) if (entry.seq > after) yield entry;
    const last = page.at(-1);
    if (last === undefined) return;
    read = last.seq;
    // Others have their turn.
    await turn();
  }
}

async function* backward(journal: Journal, session: string): AsyncGenerator<ReplEntry> {
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const page = await journal.read(session, { ...pages, before, latest: true });
    for (const event of page.toReversed()) yield* entriesIn(event).toReversed();
    const first = page[0];
    if (first === undefined) return;
    before = first.seq;
    await turn();
  }
}

const pages = { limit: pageLimit, bytes: pageBytes, types: ['repl_recorded'] } as const;

const entriesIn = (event: Recorded): readonly ReplEntry[] => (event.type === 'repl_recorded' ? event.data.entries : []);
