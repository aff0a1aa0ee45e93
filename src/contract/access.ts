import { z } from 'zod';
import { shortText, time } from './fields.ts';
import { idSchema } from './ids.ts';

/** Who may use the server: users, tokens, the sign-in code, tickets for sockets. */

export const roles = ['owner', 'member', 'viewer'] as const;
export type Role = (typeof roles)[number];

export const meSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    role: z.enum(roles),
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
  })
  .meta({ id: 'NewToken' });

export const newTokenSchema = tokenSchema
  .extend({ token: z.string().meta({ description: 'Shown once; kept only as a hash' }) })
  .meta({ id: 'CreatedToken' });

export const tokenListSchema = z.object({ tokens: z.array(tokenSchema) }).meta({ id: 'TokenList' });

export const signInLinkSchema = z
  .object({ url: z.string().meta({ description: 'Signs one browser in, once' }), expiresAt: time })
  .meta({ id: 'SignInLink' });

export const signInRequest = z.strictObject({ code: z.string().min(1).max(200) }).meta({ id: 'SignIn' });

export const signedInSchema = z.object({ token: z.string(), expiresAt: time }).meta({ id: 'SignedIn' });
