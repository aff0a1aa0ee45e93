/** The routes of usage alone, over responses in memory and callers that a test names. */
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { Caller } from '../../access/access.ts';
import type { Role } from '../../contract/access.ts';
import type { SkippedUsage } from '../../contract/usage.ts';
import type { UsageStatus } from '../../contract/usage-status.ts';
import { readsOf } from '../../ledger/report/reads.suite.ts';
import type { Used } from '../../ledger/report/reads.suite.ts';
import { onError } from './problems.ts';
import { usageRoutes } from './usage-routes.ts';
import { usageStatusRoutes } from './usage-status-routes.ts';

const userOf = (id: string, role: Role): Caller => ({
  user: { id, name: id, role, createdAt: 0 },
  token: { id, user: id, name: '', kind: 'api', host: false, hash: '', createdAt: 0 },
});

/** By the header `x-test-caller`; the owner without one. */
export const callers = {
  owner: userOf('ann', 'owner'),
  member: userOf('bo', 'member'),
  viewer: userOf('vi', 'viewer'),
};

export interface UsageThere {
  used: readonly Used[];
  skipped: readonly SkippedUsage[];
  folders: readonly string[];
  now: number;
  /** Off when absent. */
  reading?: () => UsageStatus;
}

export const usageApp = async ({
  used,
  skipped,
  folders,
  now,
  reading = () => ({ state: 'off', sources: [] }),
}: UsageThere): Promise<FastifyInstance> => {
  const app = Fastify();
  const clock = { now: () => now };
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(onError);
  app.decorate('clock', clock);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    request.caller = callers[(request.headers['x-test-caller'] ?? 'owner') as keyof typeof callers];
  });
  const parts = {
    usage: readsOf(used),
    clock,
    skippedUsage: async () => skipped,
    usageFolders: () => folders,
    usageReading: reading,
  };
  for (const routes of [usageRoutes, usageStatusRoutes]) await app.register(routes(parts));
  return app;
};
