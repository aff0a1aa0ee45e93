import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FolderWatch } from './folder-watch.ts';
import { bornAt } from './line-files.ts';
import type { Cursor, Found, Limit, Sighting, Skipped, SkipReason, Surroundings } from './reader.ts';
import { WatchedFolders } from './watched-folders.ts';

/**
 * Follows all files of one source: what is there is read, oldest first, then what is appended as soon as the system tells.
 *
 *  F1  What was read is handed over together with how far: who keeps both in one transaction reads nothing twice and loses nothing.
 *  F2  One portion is taken at a time, while the next is read. One that was refused is soon read again, with all that was read after
 *      it.
 *  F3  A file that did not change since it was read is not opened.
 *  F4  What cannot be read is told, and tried again when it changes, or at a look.
 *  F5  Where the system tells nothing, a look at all folders finds it; such looks take at most a three-hundredth of the time. Those that
 *      take long are rare also where the system tells of much that came and went.
 */

/** How far a file was read. */
export interface Place {
  cursor: Cursor;
  /** Changes with the file; empty when it is to be read again. */
  stamp: string;
  /** How often each reason was met in it since its beginning. */
  skipped: Partial<Record<SkipReason, number>>;
}

/** What one call of a reader brings: usage with all about it, or texts. */
export interface Piece<T> {
  items: readonly T[];
  sightings?: readonly Sighting[];
  limits?: readonly Limit[];
  skipped: readonly Skipped[];
  cursor: Cursor;
  status: 'end' | 'more' | 'vanished' | 'unreadable';
  restarted: boolean;
}

/** The part of a reader that is followed. */
export interface Followed<T> {
  readonly source: string;
  roots(surroundings: Surroundings): string[];
  allFiles(surroundings: Surroundings): Promise<Found>;
  readFrom(file: string, cursor?: Cursor): Promise<Piece<T>>;
}

export interface Portion<T> {
  source: string;
  items: T[];
  sightings: Sighting[];
  limits: Limit[];
  places: { file: string; place: Place }[];
}

export interface Progress {
  source: string;
  /** Files of the look under way that are done, and all that there are to read. */
  files: number;
  of: number;
  bytes: number;
  ofBytes: number;
}

export interface FollowerParts<T> {
  followed: Followed<T>;
  surroundings: Surroundings;
  known: ReadonlyMap<string, Place>;
  /** Resolves when the portion is kept; F2. */
  take: (portion: Portion<T>) => Promise<void>;
  onProgress: (progress: Progress) => void;
  /** All that was there is read. */
  onSettled: () => void;
  onError: (error: unknown) => void;
  /** A look that finds more to read than this reads nothing and tells; without it, all is read. */
  muchBytes?: number;
  onMuch?: () => void;
  /** Between looks for what nothing tells of; F5. */
  lookMs?: number;
}

/** In one portion. */
const mostItems = 2000;
const mostPlaces = 2000;
const usualLookMs = 15_000;
/** Until what was refused is read again. */
const againMs = 2000;
const busyPart = 1 / 300;
/** Looks that take longer are not taken as soon as the system tells of something, but with pauses so many times as long. */
const shortLookMs = 50;
const pauses = 9;

interface ToRead {
  file: string;
  stamp: string;
  /** That are new, as far as sizes tell. */
  bytes: number;
  bornAt: number;
}

export class Follower<T> {
  readonly #parts: FollowerParts<T>;
  readonly #places: Map<string, Place>;
  readonly #watch = new FolderWatch((file, came) => this.#hear(file, came));
  readonly #folders = new WatchedFolders();
  readonly #changed = new Set<string>();
  /** Where something came or went since the last look. */
  readonly #came = new Set<string>();
  #listed: ReadonlySet<string> = new Set();
  /** Handed over and not yet taken: places, and when it is (F2). */
  readonly #ahead = new Map<string, Place>();
  #taking: Promise<void> = Promise.resolve();
  #wantsAll = true;
  #lookTookMs = 0;
  #lookedAt = -Infinity;
  #isReading = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(parts: FollowerParts<T>) {
    this.#parts = parts;
    this.#places = new Map(parts.known);
  }

  start(): void {
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    await this.#done;
    await this.#taking.catch(() => undefined);
  }

  #hear(path: string | undefined, came?: string): void {
    // A database's log is told of under a name of its own.
    const file = path?.replace(/-(wal|shm|journal)$/, '');
    if (came !== undefined) this.#came.add(came);
    if (file === undefined) this.#wantsAll = true;
    // Others than those listed are no files of the source, and what comes is listed at a look.
    else if (this.#listed.has(file)) this.#changed.add(file);
    else return;
    this.#wake();
  }

  #wake(): void {
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    this.#done = this.#readAll().finally(() => (this.#isReading = false));
  }

  async #readAll(): Promise<void> {
    clearTimeout(this.#timer);
    let isRefused = false;
    try {
      while (!this.#isClosed && (this.#mayLook() || this.#changed.size > 0)) {
        const files = await this.#toRead();
        if (this.#isMuch(files)) return this.#parts.onMuch?.();
        await this.#read(files);
      }
      this.#parts.onSettled();
    } catch (error) {
      this.#taking = Promise.resolve();
      isRefused = true;
      // No pause puts off what was refused.
      this.#lookTookMs = 0;
      this.#parts.onError(error);
    }
    if (this.#isClosed) return;
    const untilMs = this.#untilLookMs();
    this.#timer = setTimeout(() => this.#look(), isRefused ? Math.min(againMs, untilMs) : untilMs).unref();
  }

  /** F5. */
  #mayLook(): boolean {
    return this.#wantsAll && performance.now() >= this.#lookedAt + this.#pauseMs();
  }

  #pauseMs(): number {
    return this.#lookTookMs > shortLookMs ? this.#lookTookMs * pauses : 0;
  }

  #untilLookMs(): number {
    const { lookMs = usualLookMs } = this.#parts;
    const pauseMs = this.#wantsAll ? this.#pauseMs() : Math.max(lookMs, this.#lookTookMs / busyPart);
    return Math.max(0, this.#lookedAt + pauseMs - performance.now());
  }

  #isMuch(files: readonly ToRead[]): boolean {
    const { muchBytes = Infinity } = this.#parts;
    return files.reduce((sum, { bytes }) => sum + bytes, 0) > muchBytes;
  }

  #look(): void {
    this.#wantsAll = true;
    this.#wake();
  }

  async #toRead(): Promise<ToRead[]> {
    const changed = [...this.#changed];
    this.#changed.clear();
    if (!this.#mayLook()) return this.#stamped(changed);
    this.#wantsAll = false;
    const begunAt = performance.now();
    const files = await this.#allFiles();
    const found = await this.#stamped(files);
    this.#lookedAt = performance.now();
    this.#lookTookMs = this.#lookedAt - begunAt;
    return found;
  }

  /** Folders that have come are watched before they are looked into: what comes in them later is told. */
  async #allFiles(): Promise<readonly string[]> {
    const { followed, surroundings } = this.#parts;
    const roots = followed.roots(surroundings);
    const came = [...this.#came];
    this.#came.clear();
    await this.#folders.came(came);
    if (came.length > 0) this.#watch.watch(this.#folders.all(roots, [...this.#listed]));
    const { files, skipped } = await followed.allFiles(surroundings);
    this.#listed = new Set(files);
    this.#watch.watch(this.#folders.all(roots, files));
    await this.#tellFolders(skipped);
    return files;
  }

  /** F3. */
  async #stamped(files: readonly string[]): Promise<ToRead[]> {
    const found: ToRead[] = [];
    for (let i = 0; i < files.length; i += statsAtOnce) {
      const some = files.slice(i, i + statsAtOnce);
      const each = await Promise.all(some.map((file) => this.#stampOf(file)));
      found.push(...each.filter(({ file, stamp }) => stamp === '' || this.#places.get(file)?.stamp !== stamp));
    }
    return inOrder(found);
  }

  async #stampOf(file: string): Promise<ToRead> {
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined) return { file, stamp: '', bytes: 0, bornAt: 0 };
    // A database may have any name; its log changes before it does.
    const log = isLines.test(file) ? undefined : await stat(`${file}-wal`).catch(() => undefined);
    const stamp = [stats, ...(log ? [log] : [])].map(stampIn).join(' ');
    return { file, stamp, bytes: stats.size - this.#sizeRead(file, stats), bornAt: bornAt(stats) };
  }

  /**
   * How large the file was when it was read to its end; 0 for another one of that name, and for one that shrank. Of one that could
   * not be read nothing is new.
   */
  #sizeRead(file: string, { ino, size }: Stats): number {
    if (troubles.some((reason) => this.#places.get(file)?.skipped[reason] !== undefined)) return size;
    const [inode, read] = (this.#places.get(file)?.stamp ?? '').split(' ').map(Number);
    return inode === ino && read !== undefined && read <= size ? read : 0;
  }

  async #read(files: readonly ToRead[]): Promise<void> {
    const { source } = this.#parts.followed;
    const ofBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let draft = new Draft<T>();
    let bytes = 0;
    for (const [i, toRead] of files.entries()) {
      for (let more = true; more;) {
        if (this.#isClosed) return;
        more = await this.#readOn(toRead, draft);
        if (!draft.isFull) continue;
        await this.#hand(draft);
        draft = new Draft<T>();
      }
      bytes += toRead.bytes;
      if (files.length > 1) this.#parts.onProgress({ source, files: i + 1, of: files.length, bytes, ofBytes });
    }
    await this.#hand(draft);
    await this.#taking;
  }

  /** Whether more of the file is to be read. */
  async #readOn({ file, stamp }: ToRead, draft: Draft<T>): Promise<boolean> {
    const known = draft.places.get(file) ?? this.#ahead.get(file) ?? this.#places.get(file);
    const piece = await this.#parts.followed.readFrom(file, known?.cursor);
    if (piece.status === 'vanished') return false;
    const skipped = piece.restarted ? {} : { ...known?.skipped };
    for (const reason of troubles) delete skipped[reason];
    for (const { reason } of piece.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
    const isDone = piece.status === 'end';
    draft.add(piece, file, { cursor: piece.cursor, stamp: isDone ? stamp : '', skipped });
    return piece.status === 'more';
  }

  /** F1. What is told again and again, such as a file that cannot be read, is told once. */
  async #hand({ items, sightings, limits, places }: Draft<T>): Promise<void> {
    const portion: Portion<T> = { source: this.#parts.followed.source, items, sightings, limits, places: [] };
    for (const [file, place] of places)
      if (!isSame(this.#places.get(file), place)) portion.places.push({ file, place });
    if (portion.places.length === 0 && items.length === 0) return;
    await this.#taking; // F2
    for (const { file, place } of portion.places) this.#ahead.set(file, place);
    this.#taking = this.#take(portion);
    // Its failure is met where it is awaited.
    this.#taking.catch(() => undefined);
  }

  async #take(portion: Portion<T>): Promise<void> {
    try {
      await this.#parts.take(portion);
    } catch (error) {
      this.#ahead.clear();
      throw error;
    }
    for (const { file, place } of portion.places) {
      this.#places.set(file, place);
      if (this.#ahead.get(file) === place) this.#ahead.delete(file);
    }
  }

  /** Folders have places too, so that what is wrong with them is told once, and no more when it is over. */
  async #tellFolders(skipped: readonly Skipped[]): Promise<void> {
    const draft = new Draft<T>();
    const wrong = new Map(skipped.map(({ file, reason }) => [file, reason]));
    const note = (file: string, skips: Place['skipped']) =>
      draft.places.set(file, { cursor: null, stamp: folderStamp, skipped: skips });
    for (const [file, reason] of wrong) note(file, { [reason]: 1 });
    for (const [file, { stamp }] of this.#places) if (stamp === folderStamp && !wrong.has(file)) note(file, {});
    await this.#hand(draft);
  }
}

/** A portion that is being gathered. */
class Draft<T> {
  readonly items: T[] = [];
  readonly sightings: Sighting[] = [];
  readonly limits: Limit[] = [];
  readonly places = new Map<string, Place>();

  get isFull(): boolean {
    return this.items.length >= mostItems || this.places.size >= mostPlaces;
  }

  add({ items, sightings = [], limits = [] }: Piece<T>, file: string, place: Place): void {
    // One by one: what a piece holds may be more than a call can be given.
    for (const item of items) this.items.push(item);
    for (const sighting of sightings) this.sightings.push(sighting);
    for (const limit of limits) this.limits.push(limit);
    this.places.set(file, place);
  }
}

/**
 * Oldest first, so that a response is met first in the session that had it first. What lies in a folder that is named for a file comes
 * after that file, which tells more of the session: times do not tell where files were copied.
 */
const inOrder = (found: readonly ToRead[]): ToRead[] => {
  const byStem = new Map(found.map((one) => [one.file.replace(/\.[^.]*$/, ''), one]));
  const rankOf = ({ file, bornAt: own }: ToRead): number => {
    for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
      const main = byStem.get(folder);
      if (main !== undefined) return Math.max(own, main.bornAt);
    }
    return own;
  };
  return found
    .map((one) => ({ one, rank: rankOf(one) }))
    .toSorted((a, b) => a.rank - b.rank || a.one.file.length - b.one.file.length)
    .map(({ one }) => one);
};

/** What is wrong only as long as a file cannot be read. */
const troubles = ['unreadable', 'not_a_file', 'symlink_loop'] as const satisfies SkipReason[];

const statsAtOnce = 256;
const isLines = /\.(jsonl?|zst)$/;
const folderStamp = 'folder';

const stampIn = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

const isSame = (a: Place | undefined, b: Place): boolean => JSON.stringify(a) === JSON.stringify(b);
