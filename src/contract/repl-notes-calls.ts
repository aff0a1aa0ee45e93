import { z } from 'zod';
import { queryCount } from './fields.ts';
import { replCheckpointsSchema, replParams } from './repl-calls.ts';
import { noteDescription, noteTags } from './repl-notes.ts';

/** Calls of the repl contract about annotations, snapshots, the timeline and what was said. */

export const checkpointParams = replParams.extend({
  seq: queryCount(0, Number.MAX_SAFE_INTEGER, 'Of the checkpoint, in the session’s journal'),
});
export const snapshotParams = replParams.extend({ id: z.string().max(200).meta({ description: 'The snapshot’s id' }) });

const isoTime = z.string().meta({ description: 'ISO 8601', example: '2026-11-20T12:00:00.000Z' });

export const timelineSchema = replCheckpointsSchema
  .extend({
    forks: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          seq: z.int().min(-1).meta({ description: 'The last event that it has of this session; -1 for none' }),
          created: isoTime,
        }),
      )
      .meta({ description: 'That you may see, newest first; at most 1,000' }),
  })
  .meta({ id: 'ReplTimeline' });

/** Absent is empty. */
export const snapshotRequest = z
  .strictObject({ description: noteDescription.optional(), tags: noteTags.optional() })
  .meta({ id: 'TakeReplSnapshot', description: 'What is absent is empty' });

export const snapshotSchema = z
  .object({
    id: z.string(),
    sessionName: z.string(),
    created: isoTime,
    description: z.string(),
    tags: z.array(z.string()),
    seq: z.int().min(-1).meta({ description: 'The last event before it; -1 for none' }),
  })
  .meta({ id: 'ReplSnapshot' });
export const snapshotsSchema = z
  .object({ snapshots: z.array(snapshotSchema).meta({ description: 'Newest first' }) })
  .meta({ id: 'ReplSnapshotList' });

export const usualMatches = 50;

export const replSearchQuery = z.strictObject({
  q: z.string().min(1).max(500).meta({ description: 'A text; case is ignored', example: 'total' }),
  limit: queryCount(1, 200, `At most so many; ${usualMatches} when absent`).optional(),
  before: queryCount(0, Number.MAX_SAFE_INTEGER, 'Only events before this one').optional(),
});

export const replMatchesSchema = z
  .object({
    matches: z
      .array(
        z.object({
          seq: z.int().min(0).meta({ description: 'Place in the session’s journal' }),
          type: z.enum(['input', 'output', 'error', 'llm_req', 'llm_resp']),
          timestamp: isoTime,
          excerpt: z.string().meta({ description: 'The part that fits, on one line' }),
        }),
      )
      .meta({ description: 'Newest first' }),
    next: z.int().optional().meta({ description: '`before` of the call that goes on; absent where all was looked at' }),
  })
  .meta({ id: 'ReplMatches' });
