/**
 * Where Copilot CLI keeps its sessions: `session-state/<id>/events.jsonl`, earlier `session-state/<id>.jsonl`, before
 * that one document each in `history-session-state`; and where it exports telemetry to when it is asked to.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Found, Skipped, Surroundings } from '../reader.ts';
import { troubleOf } from '../trouble.ts';

const sessions = 'session-state';
const documents = 'history-session-state';
const exports = 'otel';

/** Below `$COPILOT_HOME` when set. */
export function copilotRoots({ home, env }: Surroundings): string[] {
  const folder = resolve(env['COPILOT_HOME'] || join(home, '.copilot'));
  return [sessions, documents, exports].map((name) => join(folder, name));
}

/** Which directory a session worked in stands in its file only. */
export async function allSessions(surroundings: Surroundings): Promise<Found> {
  const walk = new Walk();
  const [states, histories, telemetry] = copilotRoots(surroundings) as [string, string, string];
  for (const id of await walk.foldersIn(states, /\.jsonl$/)) await walk.foldersIn(join(states, id), /^events\.jsonl$/);
  await walk.foldersIn(histories, /\.json$/);
  await walk.foldersIn(telemetry, /\.jsonl$/);
  await walk.file(surroundings.env['COPILOT_OTEL_FILE_EXPORTER_PATH']);
  return { files: [...new Set(walk.files)].toSorted(), skipped: walk.skipped };
}

class Walk {
  readonly files: string[] = [];
  readonly skipped: Skipped[] = [];

  /** Names of the folders in a folder; takes its files whose name fits. */
  async foldersIn(folder: string, takes: RegExp): Promise<string[]> {
    const entries = await this.#entries(folder);
    const files = entries.filter((entry) => !entry.isDirectory() && takes.test(entry.name));
    this.files.push(...files.map(({ name }) => join(folder, name)));
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  /** A file that may not be there yet. */
  async file(path: string | undefined): Promise<void> {
    if (!path) return;
    try {
      await stat(path);
      this.files.push(resolve(path));
    } catch (error) {
      this.#trouble(path, error);
    }
  }

  async #entries(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      this.#trouble(folder, error);
      return [];
    }
  }

  #trouble(file: string, error: unknown): void {
    const reason = troubleOf(error);
    if (reason !== 'vanished') this.skipped.push({ file, offset: 0, reason });
  }
}

export function isDocument(file: string): boolean {
  return file.endsWith('.json');
}

/** The id of the session that a file is named for, or lies in the folder of. */
export function idNamedBy(file: string): string {
  const name = basename(file).replace(/\.jsonl?\b.*$/, '');
  return name === 'events' ? basename(dirname(file)) : name.replace(/^session_(.+?)(?:_\d+)?$/, '$1');
}
