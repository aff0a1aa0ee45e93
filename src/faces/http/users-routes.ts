import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  newTokenRequest,
  newTokenSchema,
  signInLinkRequest,
  signInLinkSchema,
  tokenListSchema,
} from '../../contract/access.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { Problem } from '../../contract/problem.ts';
import {
  changeUserRequest,
  newUserRequest,
  tokenOfUserParams,
  userListSchema,
  userParams,
  userSchema,
} from '../../contract/users.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { toToken, toUser } from './user-view.ts';

/** The users of the server, their tokens and sign-in links: the owner's to keep. */

const tags = ['access'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const config = { callers: 'owner' } as const;

export const usersRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { access, users } = parts;
  const once = secretOnce(parts);

  routes.get(
    '/api/users',
    {
      config,
      schema: {
        tags,
        operationId: 'listUsers',
        summary: 'The server’s users, newest first; the owner’s to see',
        querystring: noQuery,
        response: { 200: userListSchema, ...refusals },
      },
    },
    async () => ({ users: users.all().map(toUser) }),
  );

  routes.post(
    '/api/users',
    {
      config,
      schema: {
        tags,
        operationId: 'addUser',
        summary: 'Add a user: a member, unless told otherwise',
        description: 'Names and e-mails are told apart whatever their case.',
        body: newUserRequest,
        querystring: noQuery,
        response: { 201: userSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const add = async () => answerOf(201, toUser(await users.add(request.body)));
      return sendAnswer(reply, await once(request, add));
    },
  );

  routes.patch(
    '/api/users/:id',
    {
      config,
      schema: {
        tags,
        operationId: 'changeUser',
        summary: 'Change a user’s name, e-mail or role',
        description:
          'With a new role the user’s sockets and event streams are closed; they open again with its rights.',
        params: userParams,
        body: changeUserRequest,
        querystring: noQuery,
        response: { 200: userSchema, ...refusals },
      },
    },
    async (request) => toUser(await users.change(request.params.id, request.body)),
  );

  routes.delete(
    '/api/users/:id',
    {
      config,
      schema: {
        tags,
        operationId: 'removeUser',
        summary: 'Remove a user with their tokens and hooks',
        description: 'Their sockets and event streams are closed; their sessions stay, the owner’s to see and change.',
        params: userParams,
        querystring: noQuery,
        response: { 204: z.null().describe('Removed'), ...refusals },
      },
    },
    async (request, reply) => {
      await users.remove(request.params.id);
      return reply.code(204).send(null);
    },
  );

  routes.get(
    '/api/users/:id/tokens',
    {
      config,
      schema: {
        tags,
        operationId: 'listTokensOfUser',
        summary: 'A user’s tokens, newest first',
        params: userParams,
        querystring: noQuery,
        response: { 200: tokenListSchema, ...refusals },
      },
    },
    async (request) => ({ tokens: access.tokensOf(users.get(request.params.id)).map(toToken) }),
  );

  routes.post(
    '/api/users/:id/tokens',
    {
      config,
      schema: {
        tags,
        operationId: 'createTokenForUser',
        summary: 'A new token of a user’s, to be handed on',
        params: userParams,
        body: newTokenRequest,
        querystring: noQuery,
        response: { 201: newTokenSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        const user = users.get(request.params.id);
        const { token, row } = await access.createToken(callerOf(request), request.body, user);
        return answerOf(201, { ...toToken(row), token });
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.delete(
    '/api/users/:id/tokens/:tokenId',
    {
      config,
      schema: {
        tags,
        operationId: 'revokeTokenOfUser',
        summary: 'Revoke a token of a user’s',
        description: 'Its sockets and event streams are closed.',
        params: tokenOfUserParams,
        querystring: noQuery,
        response: { 204: z.null().describe('Revoked'), ...refusals },
      },
    },
    async (request, reply) => {
      const { id, tokenId } = request.params;
      if (!(await access.revokeToken(users.get(id), tokenId))) {
        throw new Problem('not_found', 'the user has no such token');
      }
      return reply.code(204).send(null);
    },
  );

  routes.post(
    '/api/users/:id/sign-in-links',
    {
      config,
      schema: {
        tags,
        operationId: 'createSignInLinkForUser',
        summary: 'A link that signs a browser of a user’s in, once',
        params: userParams,
        body: signInLinkRequest,
        querystring: noQuery,
        response: { 201: signInLinkSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => {
        const user = users.get(request.params.id);
        const { code, expiresAt } = access.issueSignInCode(user, callerOf(request).token, request.body?.host);
        return answerOf(201, { url: `${parts.server.publicUrl}/sign-in#${code}`, expiresAt });
      });
      return sendAnswer(reply, answer);
    },
  );
};
