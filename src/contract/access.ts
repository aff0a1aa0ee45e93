import { z } from 'zod';
import { shortText, time } from './fields.ts';
import { idSchema } from './ids.ts';

/** Who one is, and by what: tokens, the sign-in code, tickets for sockets. Other users are in users.ts. */

export const roles = ['owner', 'member', 'viewer'] as const;
export type Role = (typeof roles)[number];

const hostAsked = z
  .boolean()
  .optional()
  .meta({ description: 'With the right to start what runs on the server’s machine, as the server’s own user' });

export const meSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    email: z.string().optional(),
    role: z.enum(roles),
    host: z
      .boolean()
      .meta({ description: 'Whether you may start, with this token, what runs on the server’s machine' }),
    token: z.object({ id: z.string(), name: z.string(), expiresAt: time.optional() }),
  })
  .meta({ id: 'Me' });

export const ticketSchema = z
  .object({ ticket: z.string().meta({ description: 'Good once, as `?ticket=` of a socket' }), expiresAt: time })
  .meta({ id: 'Ticket' });

export const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(['owner', 'env', 'api', 'browser']),
    host: z.literal(true).optional().meta({ description: 'It was given the right to start what runs on the host' }),
    createdAt: time,
    expiresAt: time.optional(),
  })
  .meta({ id: 'Token' });

export const newTokenRequest = z
  .strictObject({
    name: shortText,
    expiresIn: z
      .int()
      .min(1000)
      .max(3660 * 86_400_000)
      .optional()
      .meta({ description: 'ms from now; absent: never' }),
    host: hostAsked,
  })
  .meta({ id: 'NewToken' });

export const newTokenSchema = tokenSchema
  .extend({ token: z.string().meta({ description: 'Shown once; kept only as a hash' }) })
  .meta({ id: 'CreatedToken' });

export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) }).meta({ id: 'TokenList' });

export const signInLinkSchema = z
  .object({ url: z.string().meta({ description: 'Signs one browser in, once' }), expiresAt: time })
  .meta({ id: 'SignInLink' });

export const signInLinkRequest = z.strictObject({ host: hostAsked }).nullish();

export const signInRequest = z.strictObject({ code: z.string().min(1).max(200) }).meta({ id: 'SignIn' });

export const signedInSchema = z.object({ token: z.string(), expiresAt: time }).meta({ id: 'SignedIn' });
