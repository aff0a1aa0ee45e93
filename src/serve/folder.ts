import { ensureFolder, lockFile, lockHolder, readServerFile } from '../place.ts';
import { lock } from '../stores/sqlite/lock.ts';
import { FolderInUseError, StartError } from './start-error.ts';

/** Makes the folder and makes it ours alone, for the life of the process. */
export const takeFolder = (folder: string): { release: () => void } => {
  try {
    ensureFolder(folder);
    const held = lock(lockFile(folder));
    if (held) return held;
  } catch (error) {
    throw new StartError(
      `the data folder ${folder} can't be written: ${(error as Error).message}; choose another with --data`,
    );
  }
  throw new FolderInUseError(inUse(folder));
};

/** Whose the folder is, as far as that is known, and what to do. */
const inUse = (folder: string): string => {
  const other = readServerFile(folder);
  if (other) {
    const where = `${other.url} (process ${other.pid})`;
    return `another stint server at ${where} is using ${folder}; stop it with: stint stop, or choose another --data`;
  }
  const pid = lockHolder(folder);
  const who = pid === undefined ? 'another stint server' : `another stint server (process ${pid})`;
  return (
    `${who} is using ${folder} and its server.json is not there: it is starting or stopping, or the file was deleted. ` +
    `Try again in a moment; ${pid === undefined ? 'end that process' : 'stop it with: stint stop'}, or choose another --data`
  );
};
