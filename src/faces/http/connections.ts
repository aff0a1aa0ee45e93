import { readFileSync } from 'node:fs';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

/** Who connects and does not ask: how long they may take, and how many there may be. */

/** Headers that are not all there by then are refused; connections are looked at this often, ms. */
export const connectionTimes = { headersTimeout: 10_000, connectionsCheckingInterval: 1000 };

/** Descriptors that are left for files: the database, its log, the log files, transcripts and what watches them. */
const leastForFiles = 96;
const partForFiles = 1 / 8;
const tellMs = 60_000;

/** Leaves descriptors for files. A connection too many is closed at once; those that are there keep theirs. */
export const limitConnections = (
  { server }: FastifyInstance,
  log: FastifyBaseLogger,
  openFiles = mostOpenFiles(),
): void => {
  if (openFiles === undefined) return;
  server.maxConnections = mostConnections(openFiles);
  let toldAt = -Infinity;
  server.on('drop', () => {
    const now = performance.now();
    if (now - toldAt < tellMs) return;
    toldAt = now;
    log.warn(
      { connections: server.maxConnections, openFiles },
      'connections are refused: the limit of open files is near',
    );
  });
};

export const mostConnections = (openFiles: number): number =>
  Math.max(1, openFiles - Math.max(leastForFiles, Math.floor(openFiles * partForFiles)));

/** What this process may have open; undefined where the system does not tell. */
const mostOpenFiles = (): number | undefined => {
  try {
    const most = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return most === undefined ? undefined : Number(most);
  } catch {
    return undefined;
  }
};
