import type { SessionEvent } from '../contract/session-server.ts';
import type { ReplEntry } from '../contract/repl.ts';
import type { SessionSummary } from '../journal/sessions.ts';
import type { ReplFacts } from '../session/repl.ts';

/** REPL sessions in the words of the repl contract. */

export type ReplSummary = SessionSummary & { repl: ReplFacts };

export const toReplSession = ({ id, name = '', startTime, updatedAt, phase, repl }: ReplSummary) => ({
  id,
  name,
  created: isoOf(startTime),
  lastAccessed: isoOf(updatedAt),
  eventCount: repl.nextSeq,
  checkpointCount: repl.checkpoints,
  size: repl.size,
  language: repl.language,
  accessMode: repl.accessMode,
  status: phase,
  ...(repl.forkedFrom && { forkedFrom: repl.forkedFrom }),
});

export const toReplMetrics = ({ updatedAt, repl }: ReplSummary) => ({
  commandCount: repl.commands,
  averageExecutionTime: repl.commands === 0 ? 0 : repl.tookMs / repl.commands,
  peakMemoryUsage: repl.peakMemory,
  lastAccessed: isoOf(updatedAt),
  sessionSize: repl.size,
});

/** The first line of a journal. */
export const headerOf = ({ id, startTime }: SessionSummary): SessionEvent => ({
  type: 'session',
  version: 1,
  id,
  created: isoOf(startTime),
});

/** In the document's shape: its fields, and what stint knows beside. */
export const toReplEvent = (entry: ReplEntry) => ({ ...entry, timestamp: isoOf(entry.timestamp) });

export const toReplCheckpoint = ({
  seq,
  stateId,
  reason,
  label,
  timestamp,
}: Extract<ReplEntry, { type: 'checkpoint' }>) => ({
  seq,
  stateId,
  reason,
  ...(label !== undefined && { label }),
  timestamp: isoOf(timestamp),
});

const isoOf = (time: number): string => new Date(time).toISOString();
