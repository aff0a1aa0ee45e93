import { setTimeout as passing } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ReadFile } from '../contract/usage.ts';
import type { SearchIndex, SearchState } from '../journal/search.ts';
import { Follow } from '../readers/follow.ts';
import type { Place, Portion, Progress } from '../readers/follower.ts';
import type { Cursor, Surroundings, Utterance } from '../readers/reader.ts';
import { sourceNames } from '../readers/sources.ts';
import { SqliteTexts } from '../stores/sqlite/search.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import type { Core } from './core.ts';

/** Prompts and answers of every agent's sessions on this machine, to be searched. */
export interface Search extends SearchIndex {
  stop: () => Promise<void>;
}

export interface SearchOptions {
  /** When it is not, what was indexed before is forgotten. */
  isOn: boolean;
  /** New texts are read too; else there is only what was indexed before. */
  isRead: boolean;
  surroundings: Surroundings;
  /** Nothing is read before: usage comes first. */
  after: Promise<void>;
}

const sweepMs = 30_000;

export const startSearch = async (
  { owner }: Pick<Core, 'owner'>,
  { store, log }: { store: SqliteStore; log: Logger },
  { isOn, isRead, surroundings, after }: SearchOptions,
): Promise<Search> => {
  const texts = new SqliteTexts(store);
  const onError = (error: unknown) => log.error({ err: error }, 'what was said could not be indexed');
  if (!isOn) {
    await forget(texts, log, onError);
    return { find: async () => ({ texts: [], total: 0 }), state: () => ({ is: 'off' }), stop: async () => {} };
  }
  const reading = isRead ? new TextReading({ texts, owner: owner.id, surroundings, log, onError }) : undefined;
  const sweep = () => texts.sweepTexts().catch(onError);
  // What was being forgotten goes before anything is kept again.
  const begun = Promise.all([sweep(), after]).then(() => reading?.start());
  begun.catch(onError);
  const timer = setInterval(() => void sweep(), sweepMs).unref();
  return {
    find: (query) => texts.find(query),
    state: () => reading?.state() ?? { is: 'ready' },
    stop: async () => {
      clearInterval(timer);
      await reading?.stop();
    },
  };
};

const forget = async (texts: SqliteTexts, log: Logger, onError: (error: unknown) => void): Promise<void> => {
  const { hadSome, gone } = await texts.forgetTexts();
  if (!hadSome) return;
  log.info('the search is switched off: what was indexed for it is deleted');
  gone.catch(onError);
};

interface ReadingParts {
  texts: SqliteTexts;
  /** Whose sessions they are. */
  owner: string;
  surroundings: Surroundings;
  log: Logger;
  onError: (error: unknown) => void;
}

/** About as much as is indexed in the time that an append may wait. */
const charsAtOnce = 16_384;
const textsAtOnce = 100;

/**
 * Follows what is said. A portion is kept slice by slice, and how far its files were read with the last of them: one that is
 * read again after a crash is kept once all the same. Between slices as much time is left to others as the slice took.
 */
class TextReading {
  readonly #parts: ReadingParts;
  readonly #progress = new Map<string, Progress>();
  readonly #unsettled = new Set(sourceNames);
  readonly #stopping = new AbortController();
  #follow: Follow<'texts'> | undefined;

  constructor(parts: ReadingParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { texts, surroundings, onError } = this.#parts;
    const known: Record<string, [string, Place][]> = {};
    for (const name of sourceNames) known[name] = (await texts.textPlaces(name)).map(placeIn);
    if (this.#stopping.signal.aborted) return;
    this.#follow = new Follow({
      wants: 'texts',
      names: sourceNames,
      surroundings,
      known,
      take: (portion) => this.#take(portion),
      onProgress: (at) => this.#progress.set(at.source, at),
      onSettled: (source) => this.#settle(source),
      // What is cut short by a stop is read again.
      onError: (error) => this.#stopping.signal.aborted || onError(error),
    });
  }

  state(): SearchState {
    const under = [...this.#progress.values()];
    if (under.length === 0 && this.#unsettled.size === 0) return { is: 'ready' };
    const sum = (each: (progress: Progress) => number) => under.reduce((total, one) => total + each(one), 0);
    return { is: 'reading', files: sum(({ files }) => files), of: sum(({ of }) => of) };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#follow?.stop();
  }

  async #take({ source, items, places }: Portion<Utterance>): Promise<void> {
    const { texts, owner } = this.#parts;
    const slices = slicesOf(items);
    const files = places.map(({ file, place }) => fileOf(source, file, place));
    for (const [i, slice] of slices.entries()) {
      const from = performance.now();
      await texts.keepTexts(owner, slice, i === slices.length - 1 ? files : []);
      if (i === slices.length - 1) break;
      await passing(performance.now() - from, undefined, { signal: this.#stopping.signal });
    }
  }

  #settle(source: string): void {
    const last = this.#progress.get(source);
    this.#progress.delete(source);
    const isFirst = this.#unsettled.delete(source);
    if (isFirst && last !== undefined)
      this.#parts.log.info({ source, files: last.of }, 'what was said in an agent’s sessions is indexed');
  }
}

/** At least one, for what there is besides. */
const slicesOf = (items: readonly Utterance[]): Utterance[][] => {
  const slices: Utterance[][] = [[]];
  let slice = slices[0]!;
  let chars = 0;
  for (const item of items) {
    const isFull = chars + item.text.length > charsAtOnce || slice.length === textsAtOnce;
    if (isFull && slice.length > 0) {
      slices.push((slice = []));
      chars = 0;
    }
    slice.push(item);
    chars += item.text.length;
  }
  return slices;
};

const fileOf = (source: string, file: string, { cursor, stamp, skipped }: Place): ReadFile => ({
  source,
  file,
  cursor: JSON.stringify(cursor),
  stamp,
  skipped,
});

const placeIn = ({ file, cursor, stamp, skipped }: ReadFile): [string, Place] => [
  file,
  { cursor: JSON.parse(cursor) as Cursor, stamp, skipped },
];

const usualLookMs = 200;

/** Resolves at the first look at which it is so. */
export const onceSo = async (isSo: () => boolean, lookMs = usualLookMs): Promise<void> => {
  while (!isSo()) await passing(lookMs, undefined, { ref: false });
};
