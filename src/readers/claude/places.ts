/** Where Claude Code keeps its transcripts: `projects/<slug>/<session>.jsonl` and `projects/<slug>/<session>/subagents/…`. */
import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Found, Skipped, Surroundings } from '../reader.ts';
import { troubleOf } from '../trouble.ts';

/** `$CLAUDE_CONFIG_DIR` when set, else `~/.claude` and the older `~/.config/claude`. */
export function projectRoots({ home, env }: Surroundings): string[] {
  const configured = env['CLAUDE_CONFIG_DIR'];
  const folders = configured ? [configured] : [join(home, '.claude'), join(home, '.config', 'claude')];
  return folders.map((folder) => join(folder, 'projects'));
}

/** The folder name for a working directory. Different directories can share one: `/a/b` and `/a-b`. */
export function slugOf(directory: string): string {
  return directory.replaceAll(/[^A-Za-z0-9-]/g, '-');
}

/** Longer slugs are cut there, and a hash of the directory follows after a dash. */
const longestSlug = 200;

/** Files of sessions that began in `directory`, by its name as given and with symbolic links resolved. */
export async function filesOfDirectory(directory: string, surroundings: Surroundings): Promise<Found> {
  const real = await realpath(directory).catch(() => directory);
  const slugs = new Set([resolve(directory), real].map(slugOf));
  return filesOfProjects(surroundings, (folder) => [...slugs].some((slug) => isFolderOf(slug, folder)));
}

function isFolderOf(slug: string, folder: string): boolean {
  return slug.length <= longestSlug ? folder === slug : folder.startsWith(`${slug.slice(0, longestSlug)}-`);
}

/** Files of the projects whose folder's name passes. */
export async function filesOfProjects(surroundings: Surroundings, passes: (folder: string) => boolean): Promise<Found> {
  const walk = new Walk();
  const roots = await Promise.all(projectRoots(surroundings).map((root) => walk.projects(root, passes)));
  await Promise.all((await withoutAliases(roots.flat())).map((folder) => walk.sessions(folder)));
  return { files: walk.files.toSorted(), skipped: walk.skipped };
}

/** One project may be linked under several names: it keeps the first, at every call, since cursors belong to names. */
async function withoutAliases(folders: string[]): Promise<string[]> {
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => folder)));
  return folders.filter((_, i) => real.indexOf(real[i]!) === i);
}

const subagents = 'subagents';
/** Deep enough for workflows inside workflows; a bind mount of a folder into itself ends here. */
const deepest = 8;

class Walk {
  readonly files: string[] = [];
  readonly skipped: Skipped[] = [];

  /** Folders of projects, linked ones last. */
  async projects(root: string, passes: (folder: string) => boolean): Promise<string[]> {
    const entries = (await this.#entries(root)).filter((entry) => passes(entry.name));
    const folders = [entries.filter((entry) => entry.isDirectory()), entries.filter((entry) => entry.isSymbolicLink())];
    return folders.flatMap((some) => some.map((entry) => join(root, entry.name)).toSorted());
  }

  async sessions(folder: string): Promise<void> {
    const entries = await this.#entries(folder);
    this.#take(folder, entries);
    const sessions = entries.filter((entry) => entry.isDirectory());
    await Promise.all(sessions.map((session) => this.#agents(join(folder, session.name, subagents), 0)));
  }

  async #agents(folder: string, depth: number): Promise<void> {
    const entries = await this.#entries(folder);
    this.#take(folder, entries);
    if (depth === deepest) return;
    const deeper = entries.filter((entry) => entry.isDirectory());
    await Promise.all(deeper.map((entry) => this.#agents(join(folder, entry.name), depth + 1)));
  }

  /** Whatever bears the name: what is no file is for the reader to report. */
  #take(folder: string, entries: Dirent[]): void {
    for (const { name } of entries) if (name.endsWith('.jsonl')) this.files.push(join(folder, name));
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

/** What a file's path says of whose lines it holds. */
export interface Holder {
  sessionId: string;
  agentId?: string;
  sidechain: boolean;
}

const inSubagents = /^.*[\\/]projects[\\/][^\\/]+[\\/]([^\\/]+)[\\/]subagents[\\/]/;

export function holderOf(file: string): Holder {
  const name = basename(file, '.jsonl');
  const parent = inSubagents.exec(file)?.[1];
  const agentId = /^agent-(.+)$/.exec(name)?.[1];
  return { sessionId: parent ?? name, sidechain: parent !== undefined, ...(agentId !== undefined && { agentId }) };
}
