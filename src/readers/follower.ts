import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FolderWatch } from './folder-watch.ts';
import { bornAt } from './line-files.ts';
import type { Cursor, Found, Limit, Sighting, Skipped, SkipReason, Surroundings } from './reader.ts';

/**
 * Follows all files of one source: what is there is read, oldest first, then what is appended as soon as the system tells.
 *
 *  F1  What was read is handed over together with how far: who keeps both in one transaction reads nothing twice and loses nothing.
 *  F2  One portion is taken at a time, while the next is read. One that was refused is read again at the next look, with all that
 *      was read after it.
 *  F3  A file that did not change since it was read is not opened.
 *  F4  What cannot be read is told, and tried again when it changes, or at a look.
 *  F5  Where the system tells nothing, a look at all folders finds it; looks take at most a fiftieth of the time.
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
}

const mostItems = 2000;
/** Between looks for what nothing tells of. */
const lookMs = 5000;
const busyPart = 1 / 50;

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
  readonly #watch = new FolderWatch((file) => this.#hear(file));
  readonly #changed = new Set<string>();
  #listed: ReadonlySet<string> = new Set();
  /** Handed over and not yet taken: places, and when it is (F2). */
  readonly #ahead = new Map<string, Place>();
  #taking: Promise<void> = Promise.resolve();
  #wantsAll = true;
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

  #hear(path: string | undefined): void {
    // A database's log is told of under a name of its own.
    const file = path?.replace(/-(wal|shm|journal)$/, '');
    if (file === undefined || !this.#listed.has(file)) this.#wantsAll = true;
    else this.#changed.add(file);
    this.#wake();
  }

  #wake(): void {
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    this.#done = this.#readAll().finally(() => (this.#isReading = false));
  }

  async #readAll(): Promise<void> {
    clearTimeout(this.#timer);
    let tookMs = 0;
    try {
      while (!this.#isClosed && (this.#wantsAll || this.#changed.size > 0)) {
        const begunAt = performance.now();
        const isLook = this.#wantsAll;
        const files = await this.#toRead();
        if (this.#isMuch(files)) return this.#parts.onMuch?.();
        await this.#read(files);
        if (isLook) tookMs = performance.now() - begunAt;
      }
      this.#parts.onSettled();
    } catch (error) {
      this.#taking = Promise.resolve();
      this.#parts.onError(error);
    }
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#look(), Math.max(lookMs, tookMs / busyPart)).unref();
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
    if (!this.#wantsAll) return this.#stamped(changed);
    this.#wantsAll = false;
    const { followed, surroundings } = this.#parts;
    const { files, skipped } = await followed.allFiles(surroundings);
    this.#listed = new Set(files);
    this.#watch.watch(new Set([...followed.roots(surroundings), ...files.map((file) => dirname(file))]));
    await this.#tellFolders(skipped);
    return this.#stamped(files);
  }

  /** F3; oldest first, so that a response is met first in the session that had it first. */
  async #stamped(files: readonly string[]): Promise<ToRead[]> {
    const found: ToRead[] = [];
    for (let i = 0; i < files.length; i += statsAtOnce) {
      const some = files.slice(i, i + statsAtOnce);
      const each = await Promise.all(some.map((file) => this.#stampOf(file)));
      found.push(...each.filter(({ file, stamp }) => stamp === '' || this.#places.get(file)?.stamp !== stamp));
    }
    return found.toSorted((a, b) => a.bornAt - b.bornAt);
  }

  async #stampOf(file: string): Promise<ToRead> {
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined) return { file, stamp: '', bytes: 0, bornAt: 0 };
    const log = file.endsWith('.db') ? await stat(`${file}-wal`).catch(() => undefined) : undefined;
    const stamp = [stats, ...(log ? [log] : [])].map(stampIn).join(' ');
    return { file, stamp, bytes: stats.size - this.#sizeRead(file, stats), bornAt: bornAt(stats) };
  }

  /** How large the file was when it was read to its end; 0 for another one of that name, and for one that shrank. */
  #sizeRead(file: string, { ino, size }: Stats): number {
    const [inode, read] = (this.#places.get(file)?.stamp ?? '').split(' ').map(Number);
    return inode === ino && read !== undefined && read <= size ? read : 0;
  }

  async #read(files: readonly ToRead[]): Promise<void> {
    const { source } = this.#parts.followed;
    const ofBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let portion = this.#newPortion();
    let bytes = 0;
    for (const [i, toRead] of files.entries()) {
      for (let more = true; more;) {
        if (this.#isClosed) return;
        more = await this.#readOn(toRead, portion);
        if (portion.items.length < mostItems) continue;
        await this.#hand(portion);
        portion = this.#newPortion();
      }
      bytes += toRead.bytes;
      if (files.length > 1) this.#parts.onProgress({ source, files: i + 1, of: files.length, bytes, ofBytes });
    }
    await this.#hand(portion);
    await this.#taking;
  }

  /** Whether more of the file is to be read. */
  async #readOn({ file, stamp }: ToRead, portion: Portion<T>): Promise<boolean> {
    const known =
      portion.places.findLast((one) => one.file === file)?.place ?? this.#ahead.get(file) ?? this.#places.get(file);
    const piece = await this.#parts.followed.readFrom(file, known?.cursor);
    if (piece.status === 'vanished') return false;
    portion.items.push(...piece.items);
    portion.sightings.push(...(piece.sightings ?? []));
    portion.limits.push(...(piece.limits ?? []));
    const skipped = { ...(piece.restarted || piece.status === 'unreadable' ? {} : known?.skipped) };
    for (const { reason } of piece.skipped) skipped[reason] = (skipped[reason] ?? 0) + 1;
    const isDone = piece.status === 'end';
    portion.places.push({ file, place: { cursor: piece.cursor, stamp: isDone ? stamp : '', skipped } });
    return piece.status === 'more';
  }

  #newPortion(): Portion<T> {
    return { source: this.#parts.followed.source, items: [], sightings: [], limits: [], places: [] };
  }

  /** F1. What is told again and again, such as a file that cannot be read, is told once. */
  async #hand(portion: Portion<T>): Promise<void> {
    portion.places = portion.places.filter(
      ({ file, place }, i, all) =>
        all.findLastIndex((one) => one.file === file) === i && !isSame(this.#places.get(file), place),
    );
    if (portion.places.length === 0 && portion.items.length === 0) return;
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
    const portion = this.#newPortion();
    const wrong = new Map(skipped.map(({ file, reason }) => [file, reason]));
    for (const [file, reason] of wrong) {
      portion.places.push({ file, place: { cursor: null, stamp: folderStamp, skipped: { [reason]: 1 } } });
    }
    for (const [file, { stamp }] of this.#places) {
      if (stamp === folderStamp && !wrong.has(file))
        portion.places.push({ file, place: { cursor: null, stamp: folderStamp, skipped: {} } });
    }
    await this.#hand(portion);
  }
}

const statsAtOnce = 256;
const folderStamp = 'folder';

const stampIn = ({ ino, size, mtimeMs }: Stats): string => `${ino} ${size} ${mtimeMs}`;

const isSame = (a: Place | undefined, b: Place): boolean => JSON.stringify(a) === JSON.stringify(b);
