import { z } from 'zod';
import { roles } from './access.ts';
import { time } from './fields.ts';
import { idSchema } from './ids.ts';

/** The users of a server, and their teams: the owner's to keep. */

/** One line that does not begin or end with a space; it is told from others whatever its case. */
const properName = z
  .string()
  .max(100)
  .regex(/^[^\s\p{C}]([^\p{C}]*[^\s\p{C}])?$/u, 'must be one line that neither begins nor ends with a space');

const email = z.email().max(254);
/** There is one owner, made at the first start. */
const givenRole = z.enum(['member', 'viewer']).meta({
  description: 'A member has sessions of their own and sees no others; a viewer sees every session and changes nothing',
});

export const userSchema = z
  .object({
    id: idSchema,
    name: z.string(),
    email: z.string().optional(),
    role: z.enum(roles),
    teams: z.array(z.string()).meta({ description: 'By name' }),
    createdAt: time,
  })
  .meta({ id: 'User' });

export const userListSchema = z.object({ users: z.array(userSchema) }).meta({ id: 'UserList' });

export const newUserRequest = z
  .strictObject({ name: properName, email: email.optional(), role: givenRole.optional() })
  .meta({ id: 'NewUser' });

export const changeUserRequest = z
  .strictObject({
    name: properName.optional(),
    email: email.nullable().optional().meta({ description: 'null: none any more' }),
    role: givenRole.optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'give at least one of name, email, role',
  })
  .meta({ id: 'ChangeUser' });

export const userParams = z.object({ id: z.string() });
export const tokenOfUserParams = z.object({ id: z.string(), tokenId: z.string() });
export const teamMemberParams = z.object({ team: properName, userId: z.string() });

export const teamSchema = z
  .object({
    name: z.string(),
    members: z.array(z.object({ id: idSchema, name: z.string() })).meta({ description: 'By name' }),
  })
  .meta({ id: 'Team', description: 'It is there as long as somebody is in it' });

export const teamListSchema = z.object({ teams: z.array(teamSchema) }).meta({ id: 'TeamList' });
