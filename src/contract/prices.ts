import { z } from 'zod';
import { count, usd } from './fields.ts';

/** The prices that responses are reckoned by, and reckoning anew when they have changed. */

const perMillion = z.number().min(0).optional().meta({ description: 'US dollars a million tokens' });

const ownPriceSchema = z
  .object({
    input: perMillion,
    output: perMillion,
    cacheRead: perMillion,
    cacheWrite5m: perMillion,
    cacheWrite1h: perMillion,
    webSearch: z.number().min(0).optional().meta({ description: 'US dollars a thousand' }),
    from: z.iso.date().optional().meta({ description: 'The day, in UTC, from which on it holds' }),
  })
  .meta({
    id: 'OwnPrice',
    description: 'What of a model’s prices is the server’s own; the others are those of the data',
  });

const unpricedModelSchema = z
  .object({
    model: z.string().meta({ description: 'As the agent writes it; empty where none was told' }),
    sources: z.array(z.string()).meta({ description: 'Agents that used it' }),
    unpriced: count(1).meta({ description: 'Responses without a price' }),
    responses: count(1).meta({ description: 'All of its responses' }),
    tokens: count(0).meta({ description: 'Of all of its responses, caches included' }),
  })
  .meta({ id: 'UnpricedModel' });

export const pricesSchema = z
  .object({
    version: z.string().meta({ description: 'Another one wherever a response could have another price' }),
    overrides: z
      .record(z.string(), ownPriceSchema)
      .meta({ description: 'The server’s own prices that are in force, by the model’s id or a pattern with *' }),
    unpriced: z.array(unpricedModelSchema).meta({
      description: 'Models of the sessions that you may see of which responses have no price; most tokens first',
    }),
    file: z.string().optional().meta({ description: 'Where own prices stand; the owner is told' }),
    problem: z.string().optional().meta({ description: 'Why that file can’t be used; the owner is told' }),
  })
  .meta({ id: 'UsagePrices' });

const modelRepricedSchema = z
  .object({ model: z.string(), responses: count(1), before: usd, after: usd })
  .meta({ id: 'ModelRepriced', description: 'A model of which responses cost something else now' });

export const repricedSchema = z
  .object({
    version: z.string(),
    repriced: count(0).meta({ description: 'Responses that had been priced by other prices' }),
    changed: count(0).meta({ description: 'Those of them that cost something else now' }),
    unpriced: count(0).meta({ description: 'Those of them that have no price' }),
    costUsd: z
      .object({ before: usd, after: usd })
      .meta({ description: 'Of all that were priced anew, as far as they had a price' }),
    models: z.array(modelRepricedSchema).max(100).meta({ description: 'Most cost first' }),
  })
  .meta({ id: 'Repriced' });

export type UsagePrices = z.infer<typeof pricesSchema>;
export type RepricedAnswer = z.infer<typeof repricedSchema>;
