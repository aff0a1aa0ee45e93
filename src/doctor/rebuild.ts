import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { summarize } from '../projections/summary.ts';
import { openForWriting } from '../stores/sqlite/connection.ts';
import { rebuild } from '../stores/sqlite/audit-rebuild.ts';
import type { Rebuilt } from '../stores/sqlite/audit-rebuild.ts';
import { databaseName } from '../stores/sqlite/restore.ts';
import type { OnProgress } from './data.ts';
import { holdFolder } from './hold.ts';
import { Refused } from './refused.ts';

/** Folds all read models again from the journal, under the folder's lock and in one transaction. */
export const rebuildReadModels = (folder: string, onProgress: OnProgress): Rebuilt => {
  const held = holdFolder(folder);
  try {
    const file = join(folder, databaseName);
    if (!existsSync(file)) throw new Refused('no_data', `there is no data in ${folder}`);
    const db = openForWriting(file);
    try {
      return rebuild(db, summarize, onProgress);
    } finally {
      db.close();
    }
  } finally {
    held.release();
  }
};
