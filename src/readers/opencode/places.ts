/**
 * Where opencode keeps what it was told: a database for each release channel, `opencode.db` or `opencode-<channel>.db`, and
 * from before that a tree of JSON files, `storage/message/<session>/<message>.json`. What the tree holds was copied into the
 * database, all but sessions without a project; both are read, as both tell a response by the same key.
 */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Found, Skipped, Surroundings } from '../reader.ts';
import { troubleOf } from '../trouble.ts';

/** Below `$XDG_DATA_HOME` when set, else `~/.local/share`; and the folder of `$OPENCODE_DB`. */
export function dataRoots(surroundings: Surroundings): string[] {
  const folder = dataFolder(surroundings);
  const own = ownDatabase(surroundings);
  return own === undefined || dirname(own) === folder ? [folder] : [folder, dirname(own)];
}

function dataFolder({ home, env }: Surroundings): string {
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'opencode');
}

/** A relative one is below the data folder; one in memory is none. */
function ownDatabase(surroundings: Surroundings): string | undefined {
  const { OPENCODE_DB: own } = surroundings.env;
  return own === undefined || own === '' || own === ':memory:' ? undefined : resolve(dataFolder(surroundings), own);
}

const databaseName = /^opencode(?:-[A-Za-z0-9._-]+)?\.db$/;
/** Copies that people and tools put beside it: what is in them is in the database, or was. */
const backupName = /[-_.](?:backup|bak|copy|old|orig|before|snapshot)\b/i;

export async function databases(surroundings: Surroundings): Promise<Found> {
  const walk = new Walk();
  const folder = dataFolder(surroundings);
  const own = ownDatabase(surroundings);
  const names = (await walk.entries(folder)).map(({ name }) => name);
  const found = names.filter((name) => databaseName.test(name) && !backupName.test(name));
  const files = new Set([...found.map((name) => join(folder, name)), ...(await walk.existing(own))]);
  return { files: [...files].toSorted(), skipped: walk.skipped };
}

export async function allFiles(surroundings: Surroundings): Promise<Found> {
  const kept = await databases(surroundings);
  const walk = new Walk();
  await walk.messages(join(dataFolder(surroundings), 'storage', 'message'));
  return { files: [...kept.files, ...walk.files].toSorted(), skipped: [...kept.skipped, ...walk.skipped] };
}

/** Sessions are not kept by directory. Those that work now write to a database; the tree is looked into where there is none. */
export async function filesNow(surroundings: Surroundings): Promise<Found> {
  const kept = await databases(surroundings);
  return kept.files.length > 0 ? kept : allFiles(surroundings);
}

/** Sessions looked into at a time. */
const atOnce = 64;

class Walk {
  readonly files: string[] = [];
  readonly skipped: Skipped[] = [];

  async messages(folder: string): Promise<void> {
    const sessions = (await this.entries(folder)).filter((entry) => entry.isDirectory());
    for (let i = 0; i < sessions.length; i += atOnce) {
      await Promise.all(sessions.slice(i, i + atOnce).map(({ name }) => this.#session(join(folder, name))));
    }
  }

  async #session(folder: string): Promise<void> {
    for (const { name } of await this.entries(folder)) if (name.endsWith('.json')) this.files.push(join(folder, name));
  }

  /** The file itself where it is there, whatever it is. */
  async existing(file: string | undefined): Promise<string[]> {
    if (file === undefined) return [];
    const name = basename(file);
    return (await this.entries(dirname(file))).some((entry) => entry.name === name) ? [file] : [];
  }

  async entries(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      const reason = troubleOf(error);
      if (reason !== 'vanished') this.skipped.push({ file: folder, offset: 0, reason });
      return [];
    }
  }
}

const messagePath = /^(.*[\\/]storage)[\\/]message[\\/]([^\\/]+)[\\/]([^\\/]+)\.json$/;

/** What a file of the tree is called for: opencode itself goes by the path, as what is inside may be older. */
export interface MessagePath {
  storage: string;
  sessionId: string;
  id: string;
}

export function messageAt(file: string): MessagePath | undefined {
  const [, storage, sessionId, id] = messagePath.exec(file) ?? [];
  return storage === undefined ? undefined : { storage, sessionId: sessionId!, id: id! };
}
