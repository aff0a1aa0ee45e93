import type { TokenRow } from '../../access/credentials.ts';
import type { UserInTeams } from '../../access/users.ts';

/** Users and tokens as they are shown: of a token all but what would prove it. */

export const toUser = ({ id, name, email, role, teams, createdAt }: UserInTeams) => ({
  id,
  name,
  ...(email === undefined ? {} : { email }),
  role,
  teams,
  createdAt,
});

export const toToken = ({ id, name, kind, host, createdAt, expiresAt }: TokenRow) => ({
  id,
  name,
  kind,
  ...(host ? { host } : {}),
  createdAt,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
