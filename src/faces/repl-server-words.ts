import { Problem } from '../contract/problem.ts';
import type { FaceParts } from './http/parts.ts';

/** What is said of the server itself; the owner's to ask. */
export interface ServerWords {
  status: () => Promise<string>;
  stop: () => Promise<string>;
}

export const serverWords = ({ server, repl, clock, askToStop }: FaceParts): ServerWords => ({
  status: async () => {
    const { pool, count } = repl.manager;
    return [
      `process   ${process.pid}`,
      `address   ${server.url}`,
      `version   ${server.version}`,
      `uptime    ${lengthOf(clock.now() - server.startedAt)}`,
      `sessions  ${pool.size()} in memory, ${count} in all`,
    ].join('\n');
  },
  stop: async () => {
    askToStop();
    return 'the server stops; what was answered is on disk';
  },
});

/** Throws where the caller is not the owner: they have none then. */
export const ofOwner = (server: ServerWords | undefined): ServerWords => {
  if (server) return server;
  throw new Problem('forbidden', 'only the server’s owner may do this');
};

const lengthOf = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return told.slice(0, 2).join(' ') || '0 s';
};
