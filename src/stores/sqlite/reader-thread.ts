import { parentPort, workerData } from 'node:worker_threads';
import { Problem } from '../../contract/problem.ts';
import { openForReading } from './reading.ts';
import { newReads } from './read.ts';
import type { Reads } from './read.ts';

/** A read that may take longer than the event loop should wait, as it travels to the reader thread. */
export interface ReadRequest {
  id: number;
  name: keyof Reads;
  args: unknown[];
}

export type ReadAnswer =
  | { id: number; value: unknown }
  | { id: number; problem: { message: string; details: unknown } };

const reads = newReads(openForReading((workerData as { file: string }).file));

const perform = ({ id, name, args }: ReadRequest): ReadAnswer => {
  try {
    const read = reads[name] as (...args: unknown[]) => unknown;
    return { id, value: read(...args) };
  } catch (error) {
    const details = error instanceof Problem ? error.details : undefined;
    return { id, problem: { message: (error as Error).message, details } };
  }
};

parentPort?.on('message', (request: ReadRequest) => parentPort?.postMessage(perform(request)));
