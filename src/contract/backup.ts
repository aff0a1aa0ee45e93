import { z } from 'zod';
import { time } from './fields.ts';

/** Whole copies of the data. */

export const backupSchema = z
  .object({
    name: z.string().meta({ example: 'stint-2026-11-20T22-18-27.123Z.db' }),
    bytes: z.int(),
    createdAt: time,
    position: z.int().meta({ description: 'What was acknowledged up to this position is in it' }),
    scheduled: z.boolean().meta({ description: 'Made by the schedule, which also removes it when it is old' }),
  })
  .meta({ id: 'Backup' });

export const backupListSchema = z.object({ backups: z.array(backupSchema) }).meta({ id: 'BackupList' });

export const backupParams = z.object({ name: z.string() });
