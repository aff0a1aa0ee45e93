import { randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import { newAppender } from '../src/stores/sqlite/append.ts';
import type { PackedEntry } from '../src/stores/sqlite/append.ts';
import { openForWriting } from '../src/stores/sqlite/connection.ts';
import { newLogKeeper } from '../src/stores/sqlite/log-keeper.ts';
import { Author, reportCommand, startCommand } from './journal.ts';
import { scratchFolder } from './scratch.ts';

const appends = 30_000;

/**
 * The very statements of appends, run in one thread without HTTP: the writer's own appender and log keeper, fed with what the
 * server would have made of the same reports, in transactions of the same sizes. Returns appends a second.
 */
export const statementsAlone = async (sessions: number, batchSizes: readonly number[]): Promise<number> => {
  const file = join(scratchFolder(), 'stint.db');
  const db = openForWriting(file);
  const appender = newAppender(db);
  const log = newLogKeeper(db, file);
  const authors = Array.from({ length: sessions }, () => new Author());
  const at = Date.now();
  const owner = randomUUIDv7();
  appender.append(authors.map((author, i) => author.entry([startCommand(owner, `bench ${i}`)], at)));
  const batches = made(authors, batchSizes, at);

  const from = performance.now();
  for (const batch of batches) {
    appender.append(batch);
    log.look();
    // The copier's answer comes in as it does in the writer thread: between two transactions.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const elapsedMs = performance.now() - from;
  await log.close();
  db.close();
  return (appends * 1000) / elapsedMs;
};

const made = (authors: readonly Author[], batchSizes: readonly number[], from: number): PackedEntry[][] => {
  const batches: PackedEntry[][] = [];
  for (let n = 0, i = 0; n < appends; i++) {
    const size = Math.min(batchSizes[i % batchSizes.length] ?? 1, appends - n);
    const entries = Array.from({ length: size }, (_, k) =>
      // About as many in a millisecond as a server takes.
      (authors[(n + k) % authors.length] as Author).entry([reportCommand], from + Math.floor((n + k) / 10)),
    );
    batches.push(entries);
    n += size;
  }
  return batches;
};
