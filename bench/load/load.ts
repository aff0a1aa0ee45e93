import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What a load process is to do. Client i asks for path i, again and again; with fewer paths than clients they are shared. */
export interface LoadSpec {
  url: string;
  token: string;
  clients: number;
  method: 'GET' | 'POST';
  paths: readonly string[];
  body?: unknown;
  warmUpMs: number;
  forMs: number;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** How often each status was answered, warm-up included. */
  statuses: Record<string, number>;
  /** Cores that the load process itself kept busy. */
  generatorCpu: number;
}

const loadProcess = fileURLToPath(new URL('../load-process.ts', import.meta.url));

/** Runs the load in a process of its own. Rejects unless every answer had the status `expected`. */
export const load = async (spec: LoadSpec, expected: number): Promise<LoadResult> => {
  const { stdout } = await promisify(execFile)(process.execPath, [loadProcess, JSON.stringify(spec)]);
  const result = JSON.parse(stdout) as LoadResult;
  const statuses = Object.keys(result.statuses);
  if (statuses.length !== 1 || statuses[0] !== String(expected)) {
    throw new Error(`answers were to be ${expected} and were ${JSON.stringify(result.statuses)}`);
  }
  return result;
};

/** How many requests were answered, warm-up included. */
export const answered = ({ statuses }: LoadResult): number => Object.values(statuses).reduce((sum, n) => sum + n, 0);
