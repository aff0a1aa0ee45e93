import { z } from 'zod';
import { commentKinds } from './event.ts';
import { queryCount, shortText } from './fields.ts';
import { idSchema } from './ids.ts';

/** Comments on a session of any kind, and how the research contract refuses. Times are ISO 8601, UTC. */

const longestComment = 10_000;

const isoTime = z.string().meta({ format: 'date-time', example: '2026-11-20T10:30:00.000Z' });

export const commentType = z.enum(commentKinds);

export const commentRequest = z
  .strictObject({
    content: z.string().max(longestComment).regex(/\S/, 'must say something'),
    comment_type: commentType.optional().meta({ description: 'note when absent' }),
    reference_point: shortText
      .optional()
      .meta({ description: 'What in the session it is about; comments on one point are a thread' }),
  })
  .meta({ id: 'NewComment' });

export const commentSchema = z
  .object({
    comment_id: idSchema,
    session_id: idSchema,
    content: z.string(),
    comment_type: commentType,
    reference_point: z.string().optional(),
    author: z.object({
      user_id: z.string(),
      name: z.string().optional().meta({ description: 'As they were called then' }),
    }),
    created_at: isoTime,
  })
  .meta({ id: 'Comment' });

export const commentThreadsSchema = z
  .object({
    session_id: idSchema,
    threads: z.array(
      z.object({
        reference_point: z.string().optional().meta({ description: 'Absent for comments on the session as a whole' }),
        comments: z.array(commentSchema).meta({ description: 'Oldest first' }),
      }),
    ),
    cursor: z.string().optional().meta({ description: 'Leads to older comments; absent at the end' }),
  })
  .meta({ id: 'CommentThreads', description: 'The thread with the newest comment first' });

export const commentsQuery = z.strictObject({
  limit: queryCount(1, 200, 'At most this many comments, the newest (50)').optional(),
  cursor: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'From the answer before: continues with older ones' }),
});

/** What every refusal of this contract looks like. */
export const researchErrorSchema = z
  .object({
    error: z.string().meta({ description: 'What is wrong, in one snake_case word', example: 'session_not_found' }),
    message: z.string().meta({ description: 'The same for a person' }),
    code: z.int().meta({ description: 'HTTP status', example: 404 }),
    timestamp: isoTime,
    details: z.unknown().optional(),
  })
  .meta({ id: 'ResearchError', description: 'Refused' });
