import { type FSWatcher, watch } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Tells of changes in folders as far as the system does: not on every kind of disk, and not when there are no more watches to
 * be had. Who must know looks regularly all the same.
 */
export class FolderWatch {
  readonly #onChange: (file: string | undefined, came?: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #closed = false;

  /** `onChange` is given the file that was written to; undefined when something came or went, at `came`, or is not told. */
  constructor(onChange: (file: string | undefined, came?: string) => void) {
    this.#onChange = onChange;
  }

  /** Watches these folders, and no others any more. Those that do not exist are passed over. */
  watch(folders: ReadonlySet<string>): void {
    for (const folder of this.#watchers.keys()) if (!folders.has(folder)) this.#leave(folder);
    for (const folder of folders) if (!this.#closed && !this.#watchers.has(folder)) this.#enter(folder);
  }

  close(): void {
    this.#closed = true;
    this.watch(new Set());
  }

  #enter(folder: string): void {
    try {
      const watcher = watch(folder, (event, name) => this.#hear(folder, event, name));
      watcher.on('error', () => this.#leave(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // Not there, or no more watches to be had.
    }
  }

  #hear(folder: string, event: string, name: string | null): void {
    // The folder itself may have gone, and its watcher would never hear of the next one of that name.
    if (event === 'rename' && name === basename(folder)) this.#leave(folder);
    const path = name === null ? undefined : join(folder, name);
    if (event === 'change') this.#onChange(path);
    else this.#onChange(undefined, path);
  }

  #leave(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
