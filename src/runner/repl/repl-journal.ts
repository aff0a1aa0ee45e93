import type { Recorded } from '../../contract/event.ts';
import { imageOf } from '../../contract/repl.ts';
import type { ReplEntry } from '../../contract/repl.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Receipt } from './repl-command.ts';

/** A REPL session's own journal, read from the session's events. */

/** A row may have a megabyte of output. */
const pageLimit = 32;

interface Part {
  /** Only entries after this one. */
  after?: number;
  /** Only entries up to this one. */
  until?: number;
  limit?: number;
  /** Stops after about so many characters of what was printed; there is always one entry. */
  chars?: number;
}

export const entriesOf = async (
  journal: Journal,
  session: string,
  { after = -1, until = Infinity, limit = Infinity, chars = Infinity }: Part = {},
): Promise<ReplEntry[]> => {
  const found: ReplEntry[] = [];
  let length = 0;
  for await (const entry of forward(journal, session)) {
    if (entry.seq > until || found.length >= limit || length > chars) break;
    if (entry.seq <= after) continue;
    found.push(entry);
    length += entry.type === 'output' ? entry.value.length : 100;
  }
  return found;
};

export type Checkpoint = Extract<ReplEntry, { type: 'checkpoint' }>;

/** The last one at or before an entry. */
export const lastCheckpoint = async (
  journal: Journal,
  session: string,
  seq: number,
): Promise<Checkpoint | undefined> => {
  for await (const entry of backward(journal, session))
    if (entry.type === 'checkpoint' && entry.seq <= seq) return entry;
  return undefined;
};

/** All of a session, newest first. */
export const checkpointsOf = async (journal: Journal, session: string): Promise<Checkpoint[]> => {
  const all = await entriesOf(journal, session);
  return all.filter((entry) => entry.type === 'checkpoint').toReversed();
};

/** How often a model was asked the very same, by the hash of that. */
export const requestsIn = async (journal: Journal, session: string): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  for await (const entry of forward(journal, session))
    if (entry.type === 'llm_req') counts.set(entry.of, (counts.get(entry.of) ?? 0) + 1);
  return counts;
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

export async function* forward(journal: Journal, session: string): AsyncGenerator<ReplEntry> {
  for (let after = -1; ;) {
    const page = await journal.read(session, { after, limit: pageLimit, types: ['repl_recorded'] });
    for (const event of page) yield* entriesIn(event);
    const last = page.at(-1);
    if (last === undefined || page.length < pageLimit) return;
    after = last.seq;
  }
}

async function* backward(journal: Journal, session: string): AsyncGenerator<ReplEntry> {
  for (let before = Number.MAX_SAFE_INTEGER; ;) {
    const page = await journal.read(session, { before, limit: pageLimit, types: ['repl_recorded'], latest: true });
    for (const event of page.toReversed()) yield* entriesIn(event).toReversed();
    const first = page[0];
    if (first === undefined || page.length < pageLimit) return;
    before = first.seq;
  }
}

const entriesIn = (event: Recorded): readonly ReplEntry[] => (event.type === 'repl_recorded' ? event.data.entries : []);
