import type { User } from './credentials.ts';

/** The store's port for the users of a server and their teams. Names and e-mails are told apart whatever their case. */

export interface UserChange {
  name?: string | undefined;
  /** null: none any more. */
  email?: string | null | undefined;
  role?: 'member' | 'viewer' | undefined;
}

export interface Team {
  name: string;
  /** By name. */
  members: { id: string; name: string }[];
}

export interface UserRows {
  /** Newest first. */
  all(): User[];
  get(id: string): User | undefined;
  /** What of these another user has already. */
  taken(
    wanted: { name?: string | undefined; email?: string | null | undefined },
    by?: string,
  ): 'name' | 'email' | undefined;
  /** False when the name or the e-mail is taken. */
  add(user: User): Promise<boolean>;
  /** False when there is no such user, or the name or the e-mail is taken. */
  change(id: string, change: UserChange): Promise<boolean>;
  /** The user goes with their tokens, hooks and places in teams. False when there is no such user, or it is the owner. */
  remove(id: string): Promise<boolean>;
  /** By name. */
  teams(): Team[];
  /** A team that is not there comes to be. False when there is no such user. */
  join(team: string, user: string): Promise<boolean>;
  /** False when the user is not in it. */
  leave(team: string, user: string): Promise<boolean>;
}
