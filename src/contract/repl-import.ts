import { z } from 'zod';
import { replLanguages } from './repl.ts';
import { replName, replSessionSchema } from './repl-calls.ts';

/** Import of journals, of the repl contract. */

export const journalType = 'application/x-ndjson';

export const importQuery = z.strictObject({
  name: replName
    .optional()
    .meta({ description: 'When absent, the `name` that the header has, or its `id` where that can be a name' }),
  language: z
    .enum(replLanguages)
    .optional()
    .meta({ description: 'When absent, what the header says; else scheme in the older dialect, and javascript' }),
});

export const importedSchema = replSessionSchema
  .extend({
    imported: z.object({
      events: z.int().meta({ description: 'Of the journal, without the header' }),
      commands: z.int().meta({ description: 'That were run again' }),
      differences: z
        .int()
        .meta({ description: 'Commands that printed or came to something else than the journal says' }),
      differing: z.array(z.int()).meta({ description: '`seq` of the inputs of the first of them, in this session' }),
      passedOver: z
        .record(z.string(), z.int())
        .meta({ description: 'Lines that have no place in a journal, by their type', example: { step: 12 } }),
    }),
  })
  .meta({ id: 'ImportedReplSession' });
