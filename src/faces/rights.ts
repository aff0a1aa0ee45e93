import type { User } from '../access/credentials.ts';

/**
 * Who may see and change which session: the owner every one, a member their own; a viewer sees every one and changes none.
 */

/** What of a session decides it. */
interface Owned {
  owner: string;
}

const seesAll = ({ role }: User): boolean => role === 'owner' || role === 'viewer';

export const maySee = (user: User, { owner }: Owned): boolean => seesAll(user) || owner === user.id;

/** Of a session that they may see. */
export const mayChange = ({ role }: User): boolean => role !== 'viewer';

/** Narrows a question about many sessions to those that the user may see. */
export const seenBy = (user: User): { owner?: string } => (seesAll(user) ? {} : { owner: user.id });
