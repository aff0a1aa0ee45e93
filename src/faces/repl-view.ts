import type { AnnotatedCheckpoint } from '../runner/repl/repl-journal.ts';
import { metadataOf } from '../runner/repl/repl-directory.ts';
import type { ReplSummary } from '../runner/repl/repl-directory.ts';
import { toAnnotation } from './repl-notes-view.ts';

/** REPL sessions in the words of the repl contract. */

export { headerOf, toReplEvent } from '../contract/repl-event.ts';
export type { ReplSummary } from '../runner/repl/repl-directory.ts';

export const toReplSession = (summary: ReplSummary) => {
  const metadata = metadataOf(summary);
  const { created, lastAccessed } = metadata;
  return { ...metadata, created: created.toISOString(), lastAccessed: lastAccessed.toISOString() };
};

export const toReplMetrics = ({ updatedAt, repl }: ReplSummary) => ({
  commandCount: repl.commands,
  averageExecutionTime: repl.commands === 0 ? 0 : repl.tookMs / repl.commands,
  peakMemoryUsage: repl.peakMemory,
  lastAccessed: isoOf(updatedAt),
  sessionSize: repl.size,
});

export const toReplCheckpoint = ({ seq, stateId, reason, label, timestamp, annotation }: AnnotatedCheckpoint) => ({
  seq,
  stateId,
  reason,
  ...(label !== undefined && { label }),
  timestamp: isoOf(timestamp),
  ...(annotation && { annotation: toAnnotation(seq, annotation) }),
});

const isoOf = (time: number): string => new Date(time).toISOString();
