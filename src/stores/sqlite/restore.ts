import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileTime } from './backup-name.ts';
import { renameDurably, sync } from './durable.ts';

/**
 * Puts another database in the place of the one in a data folder. Whoever does any of this holds the folder's lock.
 *
 *  R1  Until the marker has its name, nothing of the present data is touched; what was staged is swept.
 *  R2  Once it has, the restore is done: who locks the folder next brings it to its end before the data is opened.
 *  R3  Every step may be repeated, and as long as the staged database has not its place, what is there is the old one: all of it
 *      is moved aside first, so that a new database never stands beside an old log.
 */
export interface StagedRestore {
  /** Names of folders in the data folder. */
  staged: string;
  aside: string;
}

export const databaseName = 'stint.db';
const logSuffixes = ['-wal', '-shm'] as const;
const markerName = 'restore.json';
const stagedPattern = /^restoring-.*\.part$/;

/** Copies a database with its log into the data folder; changes nothing else (R1). */
export const stageRestore = (folder: string, source: string, now: number): StagedRestore => {
  const place = {
    staged: `restoring-${fileTime(now)}.part`,
    aside: freeName(folder, `before-restore-${fileTime(now)}`),
  };
  sweepStaged(folder);
  mkdirSync(join(folder, place.staged), { mode: 0o700 });
  const staged = stagedDatabase(folder, place);
  copyFileSync(source, staged);
  if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${staged}-wal`);
  for (const file of [staged, `${staged}-wal`]) if (existsSync(file)) chmodSync(file, 0o600);
  return place;
};

export const stagedDatabase = (folder: string, { staged }: StagedRestore): string => join(folder, staged, databaseName);

/** Restores what was staged. The database has no log any more: it was closed after it was looked at. */
export const commitRestore = (folder: string, place: StagedRestore): void => {
  sync(stagedDatabase(folder, place));
  sync(join(folder, place.staged));
  const temporary = join(folder, `${markerName}.part`);
  writeFileSync(temporary, JSON.stringify(place), { mode: 0o600, flush: true });
  renameDurably(temporary, join(folder, markerName));
  finishRestore(folder);
};

/** Brings a restore to its end that was committed (R2); undefined when there is none. */
export const finishRestore = (folder: string): StagedRestore | undefined => {
  const place = unfinishedRestore(folder);
  if (place === undefined) return undefined;
  const staged = stagedDatabase(folder, place);
  if (existsSync(staged)) {
    moveAside(folder, place);
    renameDurably(staged, join(folder, databaseName));
  }
  rmSync(join(folder, place.staged), { recursive: true, force: true });
  rmSync(join(folder, markerName));
  sync(folder);
  return place;
};

/** A restore that was committed and not brought to its end. */
export const unfinishedRestore = (folder: string): StagedRestore | undefined => {
  const marker = join(folder, markerName);
  if (!existsSync(marker)) return undefined;
  const place = placeIn(readFileSync(marker, 'utf8'));
  if (place) return place;
  throw new Error(`${marker} can’t be read: move it and the folders restoring-… beside it away, and restore again`);
};

/** Names alone, whatever somebody wrote there; undefined where that is nothing of ours. */
const placeIn = (text: string): StagedRestore | undefined => {
  try {
    const { staged, aside } = JSON.parse(text) as StagedRestore;
    return { staged: basename(staged), aside: basename(aside) };
  } catch {
    return undefined;
  }
};

/** Removes what restores have left that were not committed. */
export const sweepStaged = (folder: string): void => {
  for (const name of stagedNames(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  rmSync(join(folder, `${markerName}.part`), { force: true });
};

export const stagedNames = (folder: string): string[] => {
  const committed = unfinishedRestore(folder)?.staged;
  return readdirSync(folder).filter((name) => stagedPattern.test(name) && name !== committed);
};

/** In any order: what a kill leaves of the old data, the next attempt moves (R3). */
const moveAside = (folder: string, { aside }: StagedRestore): void => {
  mkdirSync(join(folder, aside), { recursive: true, mode: 0o700 });
  for (const name of [databaseName, ...logSuffixes.map((suffix) => databaseName + suffix)]) {
    if (existsSync(join(folder, name))) renameDurably(join(folder, name), join(folder, aside, name));
  }
};

const freeName = (folder: string, name: string): string => {
  let free = name;
  for (let n = 2; existsSync(join(folder, free)); n++) free = `${name}-${n}`;
  return free;
};
