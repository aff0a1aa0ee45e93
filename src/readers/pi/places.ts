/**
 * Where pi keeps its sessions: `--<directory>--/<time>_<id>.jsonl`, and without the folder where the user chose the
 * place. Extensions keep those of subagents in folders below.
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Found, Skipped, Surroundings } from '../reader.ts';
import { troubleOf } from '../trouble.ts';

/** `$PI_CODING_AGENT_SESSION_DIR` holds new sessions when it is set; earlier ones stay where they were. */
export function sessionRoots({ home, env }: Surroundings): string[] {
  const inHome = (path: string) => resolve(path.replace(/^~(?=$|[/\\])/, () => home));
  const usual = join(inHome(env['PI_CODING_AGENT_DIR'] || join(home, '.pi', 'agent')), 'sessions');
  const chosen = env['PI_CODING_AGENT_SESSION_DIR'];
  return chosen ? [...new Set([usual, inHome(chosen)])] : [usual];
}

export function allSessions(surroundings: Surroundings): Promise<Found> {
  return sessionsIn(surroundings, () => true);
}

/** What lies in no folder of a directory may be of any. */
export function sessionsOf(directory: string, surroundings: Surroundings): Promise<Found> {
  const own = folderOf(directory);
  return sessionsIn(surroundings, (folder) => folder === own || !/^--.*--$/.test(folder));
}

function folderOf(directory: string): string {
  return `--${directory.replace(/^[/\\]/, '').replace(/[/\\:]/g, '-')}--`;
}

async function sessionsIn(surroundings: Surroundings, enters: (folder: string) => boolean): Promise<Found> {
  const found: Found = { files: [], skipped: [] };
  for (const root of sessionRoots(surroundings)) await walk(root, enters, found, deepest);
  return { files: [...new Set(found.files)].toSorted(), skipped: found.skipped };
}

/** Deeper than subagents of subagents are kept. */
const deepest = 6;

/** Links to folders are not followed, so that none leads in circles. */
async function walk(folder: string, enters: (name: string) => boolean, found: Found, levels: number): Promise<void> {
  for (const entry of await entriesOf(folder, found.skipped)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && levels > 0 && enters(entry.name)) await walk(path, () => true, found, levels - 1);
    if (!entry.isDirectory() && entry.name.endsWith('.jsonl')) found.files.push(path);
  }
}

async function entriesOf(folder: string, skipped: Skipped[]): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const reason = troubleOf(error);
    if (reason !== 'vanished') skipped.push({ file: folder, offset: 0, reason });
    return [];
  }
}

/** The id of the session that a file is named for. */
export function idNamedBy(file: string): string {
  return basename(file.replaceAll('\\', '/'))
    .replace(/\.jsonl\b.*$/, '')
    .replace(/^.*_/, '');
}
