import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { User } from '../../access/credentials.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { invalid } from '../../contract/problem.ts';
import type { LimitReading } from '../../contract/usage.ts';
import { limitReportsRequest, limitsTakenSchema, usageWindowsSchema } from '../../contract/windows.ts';
import type { LimitReport } from '../../contract/windows.ts';
import { historyMs, windowsOf } from '../../ledger/windows.ts';
import { isOwner, mayChange } from '../rights.ts';
import { toWindow } from '../windows-view.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** How the limits of agents' providers stand, and what agents report of them. */

const tags = ['usage'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const minuteMs = 60_000;
/** By so much a clock may be ahead of ours, and an end be rounded. */
const aheadMs = 5 * minuteMs;

export const windowsRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { usage, limits, clock } = parts;
  // What is told again is kept once anyway: receipts need no disk.
  const once = secretOnce(parts);

  routes.get(
    '/api/usage/windows',
    {
      schema: {
        tags,
        operationId: 'getUsageWindows',
        summary: 'How the five-hour and weekly limits of each agent stand, and where they are heading',
        description: 'Of your own usage; a viewer is shown the owner’s. Each percentage says what it is based on.',
        querystring: noQuery,
        response: { 200: usageWindowsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const owner = accountOf(parts, callerOf(request).user);
      const now = clock.now();
      const since = now - historyMs;
      const [cells, readings] = await Promise.all([
        usage.cells({ by: ['source'], edges: 'slots', from: since, owner }),
        limits.history(owner, since),
      ]);
      const windows = windowsOf({ cells, since, readings, now }).map(toWindow);
      return sendAnswer(reply, answerOf(200, { now: new Date(now).toISOString(), windows }));
    },
  );

  routes.post(
    '/api/usage/limits',
    {
      schema: {
        tags,
        operationId: 'reportLimits',
        summary: 'Report how far limits are used, as the provider told it',
        description: 'What a status line reports. The same told again is kept once.',
        body: limitReportsRequest,
        querystring: noQuery,
        response: { 200: limitsTakenSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        const readings = readingsOf(request.body.limits, clock.now());
        await limits.take(callerOf(request).user.id, readings);
        return answerOf(200, { taken: readings.length });
      });
      return sendAnswer(reply, answer);
    },
  );
};

/** Whose usage and limits they are. */
const accountOf = ({ users }: FaceParts, user: User): string =>
  mayChange(user) ? user.id : (users.all().find(isOwner)?.id ?? user.id);

/** Throws `invalid_request` for what can't be so. */
const readingsOf = (reports: readonly LimitReport[], now: number): LimitReading[] => {
  const readings = reports.map(({ source, windowMinutes, usedPercent, resetsAt, at }) => ({
    source,
    windowMinutes,
    usedPercent,
    ...(resetsAt === undefined ? {} : { resetsAt: Date.parse(resetsAt) }),
    at: at === undefined ? now : Date.parse(at),
  }));
  const wrong = readings.flatMap((reading, i) => wrongWith(reading, now, `limits.${i}`));
  if (wrong.length > 0) throw invalid(wrong);
  return readings;
};

const wrongWith = ({ windowMinutes, resetsAt = 0, at }: LimitReading, now: number, path: string) => [
  ...(at > now + aheadMs ? [{ path: `${path}.at`, message: 'lies in the future' }] : []),
  ...(resetsAt > at + windowMinutes * minuteMs + aheadMs
    ? [{ path: `${path}.resetsAt`, message: 'is further off than the window is long' }]
    : []),
];
