import { join } from 'node:path';
import type { Logger } from 'pino';
import { Problem } from '../contract/problem.ts';
import { readServerFile } from '../place.ts';
import { databaseName, finishRestore, sweepStaged } from '../stores/sqlite/restore.ts';
import { SqliteStore } from '../stores/sqlite/store.ts';
import type { TornLog } from '../stores/sqlite/torn-log.ts';
import { StartError } from './start-error.ts';

/** The data of a folder, opened by who holds the folder's lock. */
export interface OpenedData {
  store: SqliteStore;
  /** What an unclean end left, in sentences. */
  recovered: readonly string[];
  /** The last server did not stop as it should: all data is looked at in the background. */
  isUnclean: boolean;
}

/** Finishes a restore that was interrupted, and opens the store. */
export const openData = async (folder: string, log: Logger): Promise<OpenedData> => {
  const restored = finishRestore(folder);
  sweepStaged(folder);
  const store = await SqliteStore.open(join(folder, databaseName)).catch((error: unknown) => {
    throw new StartError(`the data in ${folder} can't be opened: ${(error as Error).message}`);
  });
  store.onAstray = (is) => {
    if (is)
      log.error({ folder }, 'the data folder was deleted, moved or replaced: nothing is written until it is back');
    else log.warn({ folder }, 'the data folder is back: the server writes again');
  };
  const isUnclean = readServerFile(folder) !== undefined || store.torn !== undefined;
  const recovered = [...recovery(folder, store.torn), ...(restored ? [restoreFinished(restored.aside)] : [])];
  for (const sentence of recovered) log.warn(sentence);
  return { store, recovered, isUnclean };
};

/** The store's refusal, or the system's: no mistake of the program's. */
export const isOfDisk = (error: unknown): error is Error =>
  error instanceof Problem || (error instanceof Error && 'syscall' in error);

const recovery = (folder: string, torn: TornLog | undefined): string[] => {
  const unclean = readServerFile(folder) ? ['the last server did not stop cleanly'] : [];
  if (torn === undefined)
    return unclean.map((sentence) => `${sentence}; all that it acknowledged was read back from the disk`);
  const lost =
    torn.transactions <= 1
      ? 'they belong to a commit that was not finished, and so not acknowledged, unless the disk lost what it said it had written'
      : `up to ${torn.transactions} commits are lost with them: the disk did not keep what it said it had written`;
  return [...unclean, `the last ${torn.bytes} bytes of the write-ahead log were torn and are left out; ${lost}`];
};

const restoreFinished = (aside: string): string =>
  `a restore that was interrupted was brought to its end; the data before it is in ${aside}, in the data folder`;
