import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { teamListSchema, teamMemberParams, userSchema } from '../../contract/users.ts';
import type { FaceParts } from './parts.ts';
import { toUser } from './user-view.ts';

/** Teams: users by a common name. The owner's to keep. */

const tags = ['access'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const config = { callers: 'owner' } as const;

export const teamsRoutes =
  ({ users }: FaceParts) =>
  async (app: FastifyInstance) => {
    const routes = app.withTypeProvider<ZodTypeProvider>();

    routes.get(
      '/api/teams',
      {
        config,
        schema: {
          tags,
          operationId: 'listTeams',
          summary: 'Teams by name, with their members; the owner’s to see',
          querystring: noQuery,
          response: { 200: teamListSchema, ...refusals },
        },
      },
      async () => ({ teams: users.teams() }),
    );

    routes.put(
      '/api/teams/:team/members/:userId',
      {
        config,
        schema: {
          tags,
          operationId: 'joinTeam',
          summary: 'Put a user in a team',
          description: 'A team comes to be with its first member. Who is in it already stays.',
          params: teamMemberParams,
          body: z.strictObject({}).nullish(),
          querystring: noQuery,
          response: { 200: userSchema, ...refusals },
        },
      },
      async (request) => toUser(await users.join(request.params.team, request.params.userId)),
    );

    routes.delete(
      '/api/teams/:team/members/:userId',
      {
        config,
        schema: {
          tags,
          operationId: 'leaveTeam',
          summary: 'Take a user out of a team',
          description: 'A team whose last member leaves is gone.',
          params: teamMemberParams,
          querystring: noQuery,
          response: { 204: z.null().describe('Not in it any more'), ...refusals },
        },
      },
      async (request, reply) => {
        await users.leave(request.params.team, request.params.userId);
        return reply.code(204).send(null);
      },
    );
  };
