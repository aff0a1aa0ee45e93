import type { ReplEntry } from './repl.ts';
import type { SessionEvent } from './session-server.ts';

/** Of a session that began then, Unix ms: the first line of its journal. */
export const headerOf = ({ id, startTime }: { id: string; startTime: number }): SessionEvent => ({
  type: 'session',
  version: 1,
  id,
  created: new Date(startTime).toISOString(),
});

/** In the document's shape: its fields, and what stint knows beside. */
export const toReplEvent = (entry: ReplEntry) => ({ ...entry, timestamp: new Date(entry.timestamp).toISOString() });
