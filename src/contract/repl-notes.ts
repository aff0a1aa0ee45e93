import { z } from 'zod';
import { shortText } from './fields.ts';

/** What people say of states of a REPL session: the parts that several calls have. */

export const [longestDescription, mostTags, longestTag] = [2000, 20, 100];

export const noteDescription = z.string().max(longestDescription).meta({ example: 'all rows are loaded' });
export const noteTags = z
  .array(z.string().min(1).max(longestTag))
  .max(mostTags)
  .meta({ example: ['clean'] });

/** Absent is empty. */
export const annotationRequest = z
  .strictObject({
    label: shortText.or(z.literal('')).optional(),
    description: noteDescription.optional(),
    tags: noteTags.optional(),
  })
  .meta({ id: 'AnnotateReplCheckpoint', description: 'What is absent is empty' });

export const annotationSchema = z
  .object({
    checkpointSeq: z.int().min(0).meta({ description: 'Of the checkpoint' }),
    label: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    created: z.string().meta({ description: 'ISO 8601', example: '2026-11-20T12:00:00.000Z' }),
  })
  .meta({ id: 'ReplAnnotation' });
