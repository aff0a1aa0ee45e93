import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import {
  meSchema,
  newTokenRequest,
  newTokenSchema,
  signedInSchema,
  signInLinkRequest,
  signInLinkSchema,
  signInRequest,
  ticketSchema,
  tokenListSchema,
} from '../../contract/access.ts';
import { errorSchema, noQuery } from '../../contract/fields.ts';
import { Problem } from '../../contract/problem.ts';
import { checkGrant, mayTouchHost } from '../rights.ts';
import { answerOf, secretOnce, sendAnswer } from './answers.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';
import { toToken } from './user-view.ts';

/** Who one is, tokens, tickets for sockets, and the sign-in of a browser. */

const tags = ['access'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const emptyBody = z.strictObject({}).nullish();
/** Anybody may send one. */
const largestSignIn = 4096;

export const accessRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { access } = parts;
  const once = secretOnce(parts);

  routes.get(
    '/api/me',
    {
      schema: {
        tags,
        operationId: 'getMe',
        summary: 'Who you are',
        querystring: noQuery,
        response: { 200: meSchema, ...refusals },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { id, name, email, role } = caller.user;
      const { id: tokenId, name: tokenName, expiresAt } = caller.token;
      return {
        id,
        name,
        ...(email === undefined ? {} : { email }),
        role,
        host: mayTouchHost(caller),
        token: { id: tokenId, name: tokenName, ...(expiresAt === undefined ? {} : { expiresAt }) },
      };
    },
  );

  routes.post(
    '/api/ws-ticket',
    {
      config: { callers: 'everyone' },
      schema: {
        tags,
        operationId: 'issueTicket',
        summary: 'A ticket that opens one socket',
        body: emptyBody,
        querystring: noQuery,
        response: { 201: ticketSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => answerOf(201, access.issueTicket(callerOf(request))));
      return sendAnswer(reply, answer);
    },
  );

  routes.get(
    '/api/tokens',
    {
      schema: {
        tags,
        operationId: 'listTokensOfCaller',
        summary: 'Your tokens, newest first',
        querystring: noQuery,
        response: { 200: tokenListSchema, ...refusals },
      },
    },
    async (request) => ({ tokens: access.tokensOf(callerOf(request).user).map(toToken) }),
  );

  routes.post(
    '/api/tokens',
    {
      schema: {
        tags,
        operationId: 'createToken',
        summary: 'A new token of yours',
        body: newTokenRequest,
        querystring: noQuery,
        response: { 201: newTokenSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      checkGrant(caller, request.body);
      const answer = await once(request, async () => {
        const { token, row } = await access.createToken(caller, request.body);
        return answerOf(201, { ...toToken(row), token });
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.delete(
    '/api/tokens/:id',
    {
      config: { callers: 'everyone' },
      schema: {
        tags,
        operationId: 'revokeToken',
        summary: 'Revoke a token of yours',
        description: 'Its sockets and event streams are closed.',
        params: z.object({ id: z.string() }),
        querystring: noQuery,
        response: { 204: z.null().describe('Revoked'), ...refusals },
      },
    },
    async (request, reply) => {
      const revoked = await access.revokeToken(callerOf(request).user, request.params.id);
      if (!revoked) throw new Problem('not_found', 'you have no such token');
      return reply.code(204).send(null);
    },
  );

  routes.post(
    '/api/sign-in-links',
    {
      schema: {
        tags,
        operationId: 'createSignInLink',
        summary: 'A link that signs one browser in, once',
        body: signInLinkRequest,
        querystring: noQuery,
        response: { 201: signInLinkSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { host } = request.body ?? {};
      checkGrant(caller, { host });
      const answer = await once(request, async () => {
        const { code, expiresAt } = access.issueSignInCode(caller.user, caller.token, host);
        return answerOf(201, { url: `${parts.server.publicUrl}/sign-in#${code}`, expiresAt });
      });
      return sendAnswer(reply, answer);
    },
  );

  routes.post(
    '/api/sign-in',
    {
      config: { token: 'none' },
      bodyLimit: largestSignIn,
      schema: {
        tags,
        operationId: 'signIn',
        summary: 'Turn the code of a sign-in link into a token',
        security: [],
        body: signInRequest,
        querystring: noQuery,
        response: { 201: signedInSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const answer = await once(request, async () => answerOf(201, await access.signIn(request.body.code, request.ip)));
      return sendAnswer(reply, answer);
    },
  );
};
