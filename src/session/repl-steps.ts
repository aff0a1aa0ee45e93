import type { SessionEvent } from '../contract/event.ts';
import { imageOf } from '../contract/repl.ts';
import type { CheckpointReason, ReplAnnotation } from '../contract/repl.ts';

/**
 * How the index of a REPL session changes with an event: where its checkpoints are and what is said of them, its snapshots, and what it
 * was forked from. Times are Unix ms.
 */
export type ReplStep =
  /** `event`: the `seq` of the event that the entry is in. */
  | {
      do: 'checkpoint';
      seq: number;
      image: number;
      reason: CheckpointReason;
      label?: string | undefined;
      at: number;
      event: number;
    }
  | ({ do: 'annotate'; seq: number; created: number } & ReplAnnotation)
  | { do: 'remove_annotation'; seq: number }
  | {
      do: 'keep_snapshot';
      id: string;
      seq: number;
      image: number;
      description: string;
      tags: readonly string[];
      created: number;
    }
  | { do: 'remove_snapshot'; id: string }
  | { do: 'fork'; of: string; seq: number };

/** `seq`: the event's in the session. */
export const replStepsOf = (event: SessionEvent, seq: number): ReplStep[] => {
  switch (event.type) {
    case 'started': {
      const from = event.data.repl?.forkedFrom;
      return from === undefined ? [] : [{ do: 'fork', of: from.session, seq: from.seq }];
    }
    case 'repl_recorded':
      return event.data.entries.flatMap((entry): ReplStep[] => {
        if (entry.type !== 'checkpoint') return [];
        const { reason, label, timestamp, stateId } = entry;
        return [
          { do: 'checkpoint', seq: entry.seq, image: imageOf(stateId), reason, label, at: timestamp, event: seq },
        ];
      });
    case 'repl_annotated':
      return [{ do: 'annotate', ...event.data, created: event.data.created ?? event.at }];
    case 'repl_annotation_removed':
      return [{ do: 'remove_annotation', seq: event.data.seq }];
    case 'repl_snapshot_taken':
      return [{ do: 'keep_snapshot', ...event.data, created: event.data.created ?? event.at }];
    case 'repl_snapshot_removed':
      return [{ do: 'remove_snapshot', id: event.data.id }];
    default:
      return [];
  }
};
