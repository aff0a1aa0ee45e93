import { z } from 'zod';
import { replParams } from './repl-calls.ts';
import { AccessMode } from './session-server.ts';

/** Leases of the repl contract: who works on a session. */

export const longestClientId = 200;
const clientId = z
  .string()
  .min(1)
  .max(longestClientId)
  .meta({ description: 'As it names itself in `X-Client-Id`', example: 'laptop' });

export const accessRequest = z
  .strictObject({
    clientId,
    mode: z.enum(AccessMode).meta({ description: '`readwrite`: no other client writes meanwhile' }),
  })
  .meta({ id: 'AccessRequest' });

export const accessParams = replParams.extend({ clientId });
