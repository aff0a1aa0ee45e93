/** Reader of what opencode keeps: its database, and the tree of files that there was before it. */
import type { ReadingLimits } from '../batch.ts';
import { inPlace, inTurns } from '../file-access.ts';
import { usualLimits } from '../line-files.ts';
import type { Reader } from '../reader.ts';
import { type DatabaseLimits, textsFrom, usageFrom } from './database.ts';
import { allFiles, dataRoots, filesNow, messageAt } from './places.ts';
import { Tree } from './tree.ts';

export function opencodeReader(limits: Partial<ReadingLimits> = {}): Reader {
  const all = { ...usualLimits, ...limits };
  const rows = databaseLimits(all);
  const tree = new Tree(all.inPlace ? inPlace : inTurns, all.maxLineBytes);
  return {
    source: 'opencode',
    roots: dataRoots,
    filesOf: (_directory, surroundings) => filesNow(surroundings),
    allFiles,
    readFrom: (file, cursor) => (messageAt(file) ? tree.readFrom(file, cursor) : usageFrom(file, cursor, rows)),
    textsFrom: (file, cursor) => (messageAt(file) ? tree.textsFrom(file, cursor) : textsFrom(file, cursor, rows)),
  };
}

/** Rows that hold nothing, which cost little but not nothing. */
const mostRows = 20_000;

/** SQLite is read in place: between batches others have their turn, unless there are none. */
function databaseLimits({ inPlace, batchBytes, chunkBytes, maxLineBytes }: ReadingLimits): DatabaseLimits {
  return {
    mostBytes: inPlace ? batchBytes : Math.min(chunkBytes, batchBytes),
    mostRows,
    maxMessageBytes: maxLineBytes,
  };
}
