import type { Credential, User } from '../access/credentials.ts';
import { Problem } from '../contract/problem.ts';
import type { HookDoc } from '../hooks/hook.ts';

/**
 * Who may do what. The owner sees and changes all. A member has sessions of their own, and what is another's is not there for
 * them. A viewer sees every session and changes nothing. What touches the host takes the owner, or a token with that right.
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

export const isOwner = ({ role }: User): boolean => role === 'owner';

/** Starting or typing into what runs on the server's machine, as the server's own user. */
export const mayTouchHost = ({ user, token }: Credential): boolean =>
  isOwner(user) || (user.role === 'member' && token.host);

/** Throws `forbidden` where the caller may not start what runs on the host. */
export const checkHost = (caller: Credential): void => {
  if (mayTouchHost(caller)) return;
  throw new Problem(
    'forbidden',
    'this token may not start what runs on the server’s machine; ask the owner for one that may: stint token create NAME --for USER --host',
  );
};

/** Throws `forbidden` where the caller would give a right that they have not themselves. */
export const checkGrant = (caller: Credential, { host = false }: { host?: boolean | undefined }): void => {
  if (host) checkHost(caller);
};

/** Who may call a route: the owner alone; everyone; by default everyone where it only reads, else those who may change things. */
export type Callers = 'owner' | 'everyone' | 'usual';

const readingMethods = ['GET', 'HEAD'];

/** Throws `forbidden` where a route is not for the user. */
export const checkCall = (user: User, callers: Callers, method: string): void => {
  if (callers === 'owner' && !isOwner(user)) {
    throw new Problem('forbidden', 'only the server’s owner may do this');
  }
  if (callers === 'usual' && !mayChange(user) && !readingMethods.includes(method)) throw changesNothing();
};

export const changesNothing = (): Problem => new Problem('forbidden', 'you are a viewer: you may look, not change');

export const mayHaveHooks = ({ role }: User): boolean => role !== 'viewer';

/** Commands run as the server's own user. */
export const mayRunCommands = ({ role }: User): boolean => role === 'owner';

/** Of the server's own machine and network. */
export const mayAllowPrivate = ({ role }: User): boolean => role === 'owner';

/** Whether a hook of a user's, as they are now, may hear of a session. */
export const mayHear = (user: User, { doc }: { doc: HookDoc }, session: Owned): boolean =>
  mayHaveHooks(user) &&
  maySee(user, session) &&
  (doc.kind === 'command' ? mayRunCommands(user) : !doc.allowPrivate || mayAllowPrivate(user));
