import { parentPort, workerData } from 'node:worker_threads';
import { toColumns } from './columns.ts';
import { type FileOf, readFiles } from './read-files.ts';

/** A second thread that reads. */
const { responses, skipped } = await readFiles(workerData as FileOf[]);
const columns = toColumns(responses);
parentPort?.postMessage({ columns, skipped }, [columns.numbers.buffer]);
