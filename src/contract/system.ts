import { z } from 'zod';
import { time } from './fields.ts';

export const healthSchema = z
  .object({
    success: z.literal(true),
    data: z.object({
      status: z.enum(['healthy', 'starting', 'draining']),
      version: z.string().optional(),
      uptime_seconds: z.number().optional(),
      services: z.record(z.string(), z.enum(['running', 'idle', 'failed'])).optional(),
    }),
    error: z.null(),
    timestamp: z.number().meta({ description: 'Unix time, s' }),
    status: z.enum(['healthy', 'starting', 'draining']),
  })
  .loose()
  .meta({ id: 'Health' });

export const statusSchema = z
  .object({
    version: z.string(),
    pid: z.int(),
    startedAt: z.int(),
    uptime: z.number().meta({ description: 'ms' }),
    url: z.string(),
    store: z.object({ state: z.enum(['writable', 'full', 'read_only']), reason: z.string().optional() }),
    disk: z
      .object({ database: z.int(), log: z.int(), free: z.int().optional() })
      .meta({ description: 'Bytes: the database, its write-ahead log, and what the disk has left' }),
    sessions: z.object({ active: z.int(), paused: z.int(), completed: z.int() }),
    check: z
      .object({ state: z.enum(['running', 'well', 'found', 'failed']), done: z.int(), of: z.int(), faults: z.int() })
      .optional()
      .meta({
        description: 'The look at all data that follows an unclean stop: sessions done, of how many, and faults',
      }),
    backups: z
      .object({ dueAt: time, failure: z.object({ at: time, message: z.string() }).optional() })
      .optional()
      .meta({
        description: 'The schedule, where there is one: when the next is due, and what the last attempt failed of',
      }),
    recovered: z.array(z.string()).meta({ description: 'What the start found amiss, and what it did about it' }),
  })
  .meta({ id: 'ServerStatus' });
