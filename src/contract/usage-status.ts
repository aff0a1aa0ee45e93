import { z } from 'zod';
import { count, queryCount } from './fields.ts';
import { usageSumsSchema } from './usage-report.ts';

/** How far the reading of what agents left has come, and what was used hour by hour. Times are ISO 8601 in UTC. */

const instant = z.iso.datetime({ precision: 3 });

const readingSchema = z
  .object({
    source: z.string().meta({ description: 'The agent', example: 'claude' }),
    files: count(0).meta({ description: 'Done' }),
    of: count(0).meta({ description: 'All that there are to read' }),
    bytes: count(0),
    ofBytes: count(0),
  })
  .meta({ id: 'UsageReading' });

const usageStates = ['reading', 'current', 'off'] as const;

export const usageStatusSchema = z
  .object({
    state: z.enum(usageStates).meta({
      description:
        'reading: what agents left is still being read, totals grow; current: all that was there is read, and what comes is read as ' +
        'it comes; off: this server does not read. To members, who are shown nothing that is read here, it is off.',
    }),
    sources: z
      .array(readingSchema)
      .meta({ description: 'While it reads: the agents of which there is something to read' }),
    readSince: instant.optional().meta({ description: 'When all that was there had been read for the first time' }),
    tookMs: count(0).optional().meta({ description: 'How long that took since the start of the server' }),
  })
  .meta({ id: 'UsageStatus' });

export type UsageStatus = z.infer<typeof usageStatusSchema>;

export const mostHours = 168;

export const usageHoursQuery = z.strictObject({
  hours: queryCount(1, mostHours, 'So many, the last of which holds now (24)').optional(),
});

const hourSchema = z
  .object({ start: instant, ...usageSumsSchema.shape })
  .meta({ id: 'UsageOfHour', description: 'What was used in an hour; empty ones are there, with zeros' });

export const usageHoursSchema = z
  .object({ hours: z.array(hourSchema).meta({ description: 'Oldest first' }) })
  .meta({ id: 'UsageByHour' });

export type UsageHours = z.infer<typeof usageHoursSchema>;
