import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { errorSchema } from '../../contract/fields.ts';
import { usageReportKinds, usageReportQuery, usageReportSchemas } from '../../contract/usage-report.ts';
import type { UsageReportKind } from '../../contract/usage-report.ts';
import { readReport } from '../../ledger/report.ts';
import type { ReportOptions } from '../../ledger/report.ts';
import { isOwner, seenBy } from '../rights.ts';
import { knownTimeZone } from './analytics-routes.ts';
import { answerOf, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** Usage of every agent, as reports. */

type Parts = Pick<FaceParts, 'usage' | 'skippedUsage' | 'usageFolders' | 'clock'>;
type Query = z.infer<typeof usageReportQuery>;

const tags = ['usage'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };

const summaries: Record<UsageReportKind, string> = {
  daily: 'What agents used, day by day',
  weekly: 'What agents used, week by week',
  monthly: 'What agents used, month by month',
  blocks: 'What agents used, in blocks of five hours',
  sessions: 'What agents used, session by session',
  models: 'What agents used, model by model',
  projects: 'What agents used, directory by directory',
};

export const usageRoutes = (parts: Parts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  for (const kind of usageReportKinds) {
    routes.get(
      `/api/usage/${kind}`,
      {
        schema: {
          tags,
          operationId: `getUsage${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
          summary: summaries[kind],
          description:
            'Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.',
          querystring: usageReportQuery,
          response: { 200: usageReportSchemas[kind], ...refusals },
        },
      },
      async (request, reply) => {
        const options = await optionsOf(parts, request, request.query);
        return sendAnswer(reply, answerOf(200, await readReport(kind, options, parts.usage)));
      },
    );
  }
};

const optionsOf = async (
  { clock, skippedUsage, usageFolders }: Parts,
  request: FastifyRequest,
  { tz = 'UTC', breakdown, ...query }: Query,
): Promise<ReportOptions> => {
  const { user } = callerOf(request);
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as Partial<Record<keyof typeof query, string>>),
    timeZone: knownTimeZone(tz),
    breakdown: breakdown === 'true',
    ...seenBy(user),
    now: clock.now(),
    // Names of files on the server's machine.
    ...(isOwner(user) ? { skipped: await skippedUsage(), lookedIn: usageFolders() } : {}),
  };
};
