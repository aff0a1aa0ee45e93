import { statSync } from 'node:fs';

/** Cheap enough to be done for ever: two look-ups of a name. */
const usualLookMs = 2000;

/**
 * Notices when the files of the database are no longer where they were: deleted, moved, or replaced under the server. What is
 * written from then on is in files that nobody finds again.
 */
export class FileWatch {
  readonly #files: readonly string[];
  readonly #known = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  readonly #onChange: (isThere: boolean) => void;
  #isThere = true;

  /** `onChange` hears when they go, and when the very same files are back. */
  constructor(file: string, onChange: (isThere: boolean) => void, lookMs = usualLookMs) {
    this.#files = [file, `${file}-wal`];
    this.#onChange = onChange;
    this.look();
    this.#timer = setInterval(() => this.look(), lookMs);
    this.#timer.unref();
  }

  /** Looks at once. */
  look(): void {
    const isThere = this.#files.every((file) => this.#isSame(file));
    if (isThere === this.#isThere) return;
    this.#isThere = isThere;
    this.#onChange(isThere);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #isSame(file: string): boolean {
    const found = identityOf(file);
    const known = this.#known.get(file);
    if (known === undefined && found !== undefined) this.#known.set(file, found);
    return known === undefined || found === known;
  }
}

/** Device and inode; undefined when there is no such file. */
const identityOf = (file: string): string | undefined => {
  try {
    const found = statSync(file, { throwIfNoEntry: false, bigint: true });
    return found && `${found.dev}:${found.ino}`;
  } catch {
    // A folder above it was made unreadable, or the disk went away.
    return undefined;
  }
};
