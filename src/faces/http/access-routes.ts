import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { TokenRow } from '../../access/credentials.ts';
import {
  meSchema,
  newTokenRequest,
  newTokenSchema,
  signedInSchema,
  signInLinkSchema,
  signInRequest,
  ticketSchema,
  tokenListSchema,
} from '../../contract/access.ts';
import { errorSchema } from '../../contract/fields.ts';
import { Problem } from '../../contract/problem.ts';
import { callerOf } from './guard.ts';
import type { FaceParts } from './parts.ts';

/** Who one is, tokens, tickets for sockets, and the sign-in of a browser. */

const tags = ['access'];
const refusals = { '4XX': errorSchema, '5XX': errorSchema };
const emptyBody = z.strictObject({}).nullish();
const signInsPerMinute = 20;

export const accessRoutes = (parts: FaceParts) => async (app: FastifyInstance) => {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const { access } = parts;

  routes.get(
    '/api/me',
    { schema: { tags, operationId: 'getMe', summary: 'Who you are', response: { 200: meSchema, ...refusals } } },
    async (request) => {
      const { user, token } = callerOf(request);
      const { id, name, role } = user;
      const expiry = token.expiresAt === undefined ? {} : { expiresAt: token.expiresAt };
      return { id, name, role, token: { id: token.id, name: token.name, ...expiry } };
    },
  );

  routes.post(
    '/api/ws-ticket',
    {
      schema: {
        tags,
        operationId: 'issueTicket',
        summary: 'A ticket that opens one socket',
        body: emptyBody,
        response: { 201: ticketSchema, ...refusals },
      },
    },
    async (request, reply) => reply.code(201).send(access.issueTicket(callerOf(request))),
  );

  routes.get(
    '/api/tokens',
    {
      schema: {
        tags,
        operationId: 'listTokensOfCaller',
        summary: 'Your tokens, newest first',
        response: { 200: tokenListSchema, ...refusals },
      },
    },
    async (request) => ({ tokens: access.tokensOf(callerOf(request)).map(toToken) }),
  );

  routes.post(
    '/api/tokens',
    {
      schema: {
        tags,
        operationId: 'createToken',
        summary: 'A new token of yours',
        body: newTokenRequest,
        response: { 201: newTokenSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { token, row } = await access.createToken(callerOf(request), request.body);
      return reply.code(201).send({ ...toToken(row), token });
    },
  );

  routes.delete(
    '/api/tokens/:id',
    {
      schema: {
        tags,
        operationId: 'revokeToken',
        summary: 'Revoke a token of yours',
        description: 'Its sockets are closed at once.',
        params: z.object({ id: z.string() }),
        response: { 204: z.null().describe('Revoked'), ...refusals },
      },
    },
    async (request, reply) => {
      const revoked = await access.revokeToken(callerOf(request), request.params.id);
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
        body: emptyBody,
        response: { 201: signInLinkSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { code, expiresAt } = access.issueSignInCode(callerOf(request).user);
      return reply.code(201).send({ url: `${parts.server.url}/sign-in#${code}`, expiresAt });
    },
  );

  routes.post(
    '/api/sign-in',
    {
      config: { token: 'none', rateLimit: { max: signInsPerMinute, timeWindow: '1 minute' } },
      schema: {
        tags,
        operationId: 'signIn',
        summary: 'Turn the code of a sign-in link into a token',
        security: [],
        body: signInRequest,
        response: { 201: signedInSchema, ...refusals },
      },
    },
    async (request, reply) => reply.code(201).send(await access.signIn(request.body.code)),
  );
};

const toToken = ({ id, name, kind, createdAt, expiresAt }: TokenRow) => ({
  id,
  name,
  kind,
  createdAt,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
