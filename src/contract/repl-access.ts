import { z } from 'zod';
import { replParams } from './repl-calls.ts';
import { AccessMode } from './session-server.ts';

/** Leases of the repl contract: who works on a session. */

export const longestClientId = 200;
/** What a header can carry as it is. */
export const clientPattern = /^[!-~](?:[ -~]*[!-~])?$/;
const clientId = z
  .string()
  .max(longestClientId)
  .regex(clientPattern, 'must be letters, digits or signs of ASCII, as in a header')
  .meta({ description: 'As it names itself in `X-Client-Id`', example: 'laptop' });

export const accessRequest = z
  .strictObject({
    clientId,
    mode: z.enum(AccessMode).meta({ description: '`readwrite`: no other client writes meanwhile' }),
  })
  .meta({ id: 'AccessRequest' });

export const accessParams = replParams.extend({ clientId });
