import { z } from 'zod';

/** Building blocks of requests that the contracts share. */

export const millisecondsPerDay = 86_400_000;
export const longestDurationMs = 366 * millisecondsPerDay;

/** A count from `min`: a whole number that JSON carries exactly. */
export const count = (min: number) => z.int().min(min);

/** Unix ms. */
export const time = z.int().min(0).meta({ description: 'Unix time, ms', example: 1_790_000_000_000 });

/** A duration as asked for: over 0, at most 366 days, kept in whole ms. */
export const duration = z
  .number()
  .gt(0)
  .max(longestDurationMs)
  .meta({ description: 'Milliseconds, at most 366 days; kept in whole ms', example: 18_000_000 });

export const shortText = z.string().min(1).max(200);

/** USD as a decimal string, down to pico-dollars. */
export const usd = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,12})?$/)
  .meta({ description: 'US dollars, decimal', example: '0.0033' });

/** What the caller keeps here comes back as it was given. */
export const callersOwn = z.record(z.string(), z.unknown());

/** A whole number in a query: digits only. */
export const queryCount = (min: number, max: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be digits only')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ description, type: 'integer', minimum: min, maximum: max, pattern: undefined });

/** A query of which nothing is known. */
export const noQuery = z.strictObject({});

/** What every refusal looks like. `details` of an `invalid_request` is `[{path, message}]`. */
export const errorSchema = z
  .object({
    error: z.string().meta({ description: 'What is wrong, in one snake_case word', example: 'session_not_found' }),
    message: z.string().meta({ description: 'The same for a person, with what to do next' }),
    code: z.int().meta({ description: 'HTTP status', example: 404 }),
    details: z.unknown().optional(),
  })
  .meta({ id: 'ApiError', description: 'Refused' });

export type ApiError = z.infer<typeof errorSchema>;
