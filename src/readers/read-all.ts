import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerEnv, workerUrl } from '../worker-url.ts';
import { type Columns, fromColumns } from './columns.ts';
import { type FileOf, type ReadFiles, readFiles } from './read-files.ts';
import type { Surroundings } from './reader.ts';
import { sourceNames, sources } from './sources.ts';

/** Everything that agents have left on this machine, read once; for processes that do nothing else. */

export interface ReadAll extends ReadFiles {
  /** Folders that were looked into. */
  folders: string[];
}

/**
 * From so many bytes on there is a second thread. To start, to warm up and to hand over takes it as much as reading a quarter of this;
 * with less to read, one thread is done soon enough, at half the cost.
 */
const manyBytes = 2 ** 30;

export async function readAll(surroundings: Surroundings, only?: string, bytesForTwo = manyBytes): Promise<ReadAll> {
  const names = sourceNames.filter((name) => only === undefined || name === only);
  const readers = names.map((name) => sources[name]!.usage({}));
  const found = await Promise.all(readers.map((reader) => reader.allFiles(surroundings)));
  const files = found.flatMap((of, i) => of.files.map((file): FileOf => ({ source: names[i]!, file })));
  const unread = found.flatMap((of, i) => of.skipped.map((one) => ({ ...one, source: names[i]! })));
  const folders = readers.flatMap((reader) => reader.roots(surroundings));
  const read = await readInTwo(files, bytesForTwo);
  return { ...read, skipped: [...unread, ...read.skipped], folders };
}

async function readInTwo(files: readonly FileOf[], bytesForTwo: number): Promise<ReadFiles> {
  const [here, there] = await halves(files, bytesForTwo);
  if (there.length === 0) return readFiles(here);
  const worker = new Worker(workerUrl(import.meta.url, './read-thread'), {
    workerData: there,
    env: workerEnv(),
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  });
  const other = once(worker, 'message') as Promise<[{ columns: Columns; skipped: ReadFiles['skipped'] }]>;
  // Awaited only later; a failure until then is not lost.
  other.catch(() => undefined);
  const read = await readFiles(here);
  const [{ columns, skipped }] = await other;
  read.responses.addAll(fromColumns(columns));
  return { responses: read.responses, skipped: [...read.skipped, ...skipped] };
}

/** By size, so that both are done at about the same time. All on one side where there is little. */
async function halves(files: readonly FileOf[], bytesForTwo: number): Promise<[FileOf[], FileOf[]]> {
  const sizes = await Promise.all(
    files.map(async (one) => ({
      one,
      bytes: await stat(one.file).then(
        ({ size }) => size,
        () => 0,
      ),
    })),
  );
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (all < bytesForTwo) return [[...files], []];
  const sides: [FileOf[], FileOf[]] = [[], []];
  // The worker has to start and to hand over.
  const weights = [0, all * 0.04];
  for (const { one, bytes } of sizes.toSorted((a, b) => b.bytes - a.bytes)) {
    const side = weights[0]! <= weights[1]! ? 0 : 1;
    sides[side].push(one);
    weights[side]! += bytes;
  }
  return sides;
}
