import { readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/**
 * Which folders are watched: those that files lie in, all on the way there from the roots, and those that have just come, in which
 * the first file is still to appear.
 */
export class WatchedFolders {
  readonly #fresh = new Set<string>();

  /** Something came at these paths. Resolves when all folders among it are known, with those in them. */
  async came(paths: Iterable<string>): Promise<void> {
    for (const path of paths) await this.#enter(path, 0);
    for (const folder of this.#fresh) {
      if (this.#fresh.size <= mostFresh) return;
      this.#fresh.delete(folder);
    }
  }

  all(roots: readonly string[], files: readonly string[]): Set<string> {
    const folders = new Set<string>([...roots, ...this.#fresh]);
    for (const file of files) {
      const root = roots.find((one) => file.startsWith(one + sep)) ?? dirname(file);
      for (let folder = dirname(file); folder.length >= root.length && !folders.has(folder); folder = dirname(folder))
        folders.add(folder);
    }
    return folders;
  }

  async #enter(path: string, depth: number): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
    // Not a folder, or it has gone again.
    if (entries === undefined) return void this.#fresh.delete(path);
    this.#fresh.delete(path);
    this.#fresh.add(path);
    if (depth === deepest) return;
    for (const entry of entries) if (entry.isDirectory()) await this.#enter(join(path, entry.name), depth + 1);
  }
}

/** The latest; what comes in older ones a look finds. */
const mostFresh = 1000;
const deepest = 4;
