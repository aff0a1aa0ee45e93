/**
 * Where Gemini CLI keeps its chats: `tmp/<project>/chats/session-<time>-<id>.jsonl`, those of subagents in a folder
 * with the name of their parent's session; older ones are `.json`. The project is a short name or the SHA-256 of its
 * directory.
 */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fieldsOf } from '../fields.ts';
import type { Found, Skipped, Surroundings } from '../reader.ts';
import { troubleOf } from '../trouble.ts';

/** Below `$GEMINI_CLI_HOME` when set, else the home directory. */
export function projectsRoot({ home, env }: Surroundings): string {
  return join(env['GEMINI_CLI_HOME'] || home, '.gemini', 'tmp');
}

const chats = 'chats';
const sessionName = /^session-.*\.jsonl?$/;
const agentName = /\.jsonl?$/;

/** Projects cannot all be told from the names of their folders, so that the chats of one directory are among all. */
export async function allChats(surroundings: Surroundings): Promise<Found> {
  const walk = new Walk();
  const root = projectsRoot(surroundings);
  for (const project of await walk.foldersIn(root)) {
    const folder = join(root, project, chats);
    for (const parent of await walk.foldersIn(folder, sessionName)) {
      await walk.foldersIn(join(folder, parent), agentName);
    }
  }
  return { files: walk.files.toSorted(), skipped: walk.skipped };
}

class Walk {
  readonly files: string[] = [];
  readonly skipped: Skipped[] = [];

  /** Names of the folders in a folder; takes its files whose name fits. */
  async foldersIn(folder: string, takes?: RegExp): Promise<string[]> {
    const entries = await this.#entries(folder);
    const files = entries.filter((entry) => takes?.test(entry.name));
    this.files.push(...files.map(({ name }) => join(folder, name)));
    return entries.filter((entry) => entry.isDirectory() && !files.includes(entry)).map(({ name }) => name);
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

/** What a file's path says of the chat in it. */
export interface Holder {
  /** The chat's id by the file's name: of a subagent whole, of a session its first characters after the time. */
  named: string;
  /** The session that a subagent works for. */
  parent?: string;
}

export function holderOf(file: string): Holder {
  const named = basename(file).replace(/\.jsonl?\b.*$/, '');
  const folder = dirname(file);
  const isAgent = basename(folder) !== chats && basename(dirname(folder)) === chats;
  return isAgent ? { named, parent: basename(folder) } : { named };
}

export function isDocument(file: string): boolean {
  return file.endsWith('.json');
}

/**
 * The directory of the project that a chat belongs to, where it is written down beside its chats or in the list of
 * all.
 */
export async function directoryOf(file: string): Promise<string | undefined> {
  const folder = dirname(file);
  const project = dirname(holderOf(file).parent === undefined ? folder : dirname(folder));
  const own = (await smallFile(join(project, '.project_root')))?.trim();
  return own || directoryNamed(basename(project), await smallFile(join(dirname(dirname(project)), 'projects.json')));
}

/** The list has the short name of each directory; a folder of an early version is named by the hash of one. */
function directoryNamed(project: string, list: string | undefined): string | undefined {
  const directories = Object.entries(fieldsOf(fieldsOf(parsed(list))?.['projects']) ?? {});
  return directories.find(([directory, name]) => name === project || hashOf(directory) === project)?.[0];
}

function hashOf(directory: string): string {
  return createHash('sha256').update(directory).digest('hex');
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

const mostBytes = 1 << 20;

/** Undefined for what is no file of a few lines, or cannot be read: nothing hangs on it. */
async function smallFile(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() && found.size <= mostBytes ? await readFile(path, 'utf8') : undefined;
  } catch (error) {
    troubleOf(error);
    return undefined;
  }
}
