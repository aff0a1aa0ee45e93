import type { Command } from './command.ts';

/** All commands: what the first page of help shows, and where the rest is. Only the one that is called is loaded. */
interface Entry {
  /** Two words for a command in a group. */
  name: string;
  summary: string;
  heading: string;
  load: () => Promise<Command>;
}

const server = 'Server';

export const catalogue: readonly Entry[] = [
  {
    name: 'serve',
    summary: 'Run the server in this terminal',
    heading: server,
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
];

export const groups: Record<string, { summary: string; heading: string }> = {};
