/**
 * Where Codex keeps its rollouts: `sessions/YYYY/MM/DD/rollout-….jsonl`, later `archived_sessions/`, and either as
 * `.jsonl.zst`.
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Found, Skipped, Surroundings } from '../reader.ts';
import { troubleOf } from '../trouble.ts';

/** Below `$CODEX_HOME` when set, else `~/.codex`. */
export function sessionRoots({ home, env }: Surroundings): string[] {
  const folder = env['CODEX_HOME'] || join(home, '.codex');
  return ['sessions', 'archived_sessions'].map((name) => join(folder, name));
}

/** Sessions are kept by day and not by directory, so that those of one directory are among all. */
export async function allRollouts(surroundings: Surroundings): Promise<Found> {
  const walk = new Walk();
  for (const root of sessionRoots(surroundings)) await walk.folder(root, 0);
  return { files: walk.files.toSorted(), skipped: walk.skipped };
}

const archived = '.zst';

export function isArchive(file: string): boolean {
  return file.endsWith(archived);
}

const rolloutName = /^rollout-.*\.jsonl(?:\.zst)?$/;
/** Year, month and day, and some more; a bind mount of a folder into itself ends here. */
const deepest = 6;

class Walk {
  readonly files: string[] = [];
  readonly skipped: Skipped[] = [];

  /** One folder after the other: there is one for each day. */
  async folder(folder: string, depth: number): Promise<void> {
    const entries = await this.#entries(folder);
    this.#take(folder, new Set(entries.map(({ name }) => name)));
    if (depth === deepest) return;
    for (const entry of entries) if (entry.isDirectory()) await this.folder(join(folder, entry.name), depth + 1);
  }

  /** While a file is being packed both stand there; the packed one may not be whole yet. */
  #take(folder: string, names: ReadonlySet<string>): void {
    for (const name of names) {
      if (!rolloutName.test(name)) continue;
      if (isArchive(name) && names.has(name.slice(0, -archived.length))) continue;
      this.files.push(join(folder, name));
    }
  }

  async #entries(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      const reason = troubleOf(error);
      if (reason !== 'vanished') this.skipped.push({ file: folder, offset: 0, reason });
      return [];
    }
  }
}

const idInName = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The thread's id as the file's name has it. */
export function threadNamedBy(file: string): string {
  const name = basename(file);
  return idInName.exec(name)?.[0] ?? name.replace(/\.jsonl(?:\.zst)?$/, '');
}
