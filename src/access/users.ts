import { Problem } from '../contract/problem.ts';
import type { User } from './credentials.ts';
import type { Team, UserChange, UserRows } from './user-rows.ts';

export interface UsersParts {
  rows: UserRows;
  /** Unix ms. */
  now: () => number;
  newId: () => string;
  /** Called with the user as they are now, or were. */
  onUser: (done: 'added' | 'changed' | 'removed', user: User) => void;
  /** Called when somebody may no longer what they might: what they hold open is looked at. */
  onRightsChanged: () => void;
}

export interface UserInTeams extends User {
  /** By name. */
  teams: string[];
}

/** The users of a server, and their teams. */
export class Users {
  readonly #parts: UsersParts;

  constructor(parts: UsersParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  all(): UserInTeams[] {
    const teams = teamsByUser(this.teams());
    return this.#parts.rows.all().map((user) => ({ ...user, teams: teams.get(user.id) ?? [] }));
  }

  /** Throws `not_found` where there is none. */
  get(id: string): UserInTeams {
    const user = this.#parts.rows.get(id);
    if (user === undefined) throw unknownUser();
    return { ...user, teams: teamsByUser(this.teams()).get(id) ?? [] };
  }

  /** Throws `user_name_taken` or `email_taken`. */
  async add({ name, email, role = 'member' }: NewUser): Promise<UserInTeams> {
    const { rows, newId, now, onUser } = this.#parts;
    const user: User = { id: newId(), name, role, createdAt: now(), ...(email === undefined ? {} : { email }) };
    if (!(await rows.add(user))) throw this.#takenFrom({ name, email });
    onUser('added', user);
    return { ...user, teams: [] };
  }

  /** Throws `owner_required` where the owner would lose the role, besides what {@link add} and {@link get} throw. */
  async change(id: string, change: UserChange): Promise<UserInTeams> {
    const { rows, onRightsChanged, onUser } = this.#parts;
    const { role } = this.get(id);
    if (role === 'owner' && change.role !== undefined) throw ownerStays('the owner keeps that role');
    if (!(await rows.change(id, change))) throw rows.get(id) ? this.#takenFrom(change, id) : unknownUser();
    if (change.role !== undefined) onRightsChanged();
    const changed = this.get(id);
    onUser('changed', changed);
    return changed;
  }

  /** The user's tokens and hooks go too; their sessions stay, the owner's to see. Throws `owner_required` for the owner. */
  async remove(id: string): Promise<void> {
    const { rows, onRightsChanged, onUser } = this.#parts;
    const user = this.get(id);
    if (user.role === 'owner') throw ownerStays('the owner can’t be removed');
    if (!(await rows.remove(id))) throw unknownUser();
    onRightsChanged();
    onUser('removed', user);
  }

  /** By name. */
  teams(): Team[] {
    return this.#parts.rows.teams();
  }

  /** A team that is not there comes to be; who is in it already stays. */
  async join(team: string, user: string): Promise<UserInTeams> {
    if (!(await this.#parts.rows.join(team, user))) throw unknownUser();
    return this.get(user);
  }

  /** A team whose last member leaves is gone. */
  async leave(team: string, user: string): Promise<void> {
    if (!(await this.#parts.rows.leave(team, user)))
      throw new Problem('not_found', 'there is no such member of that team');
  }

  #takenFrom(wanted: Pick<UserChange, 'name' | 'email'>, by?: string): Problem {
    return this.#parts.rows.taken(wanted, by) === 'email'
      ? new Problem('email_taken', 'another user has that e-mail address')
      : new Problem('user_name_taken', 'another user has that name; upper and lower case count as the same');
  }
}

interface NewUser {
  name: string;
  email?: string | undefined;
  role?: 'member' | 'viewer' | undefined;
}

/** Names of teams by the ids of their members. */
const teamsByUser = (teams: readonly Team[]): Map<string, string[]> => {
  const met = new Map<string, string[]>();
  for (const { name, members } of teams) {
    for (const { id } of members) met.set(id, [...(met.get(id) ?? []), name]);
  }
  return met;
};

const unknownUser = (): Problem => new Problem('not_found', 'there is no such user');

const ownerStays = (why: string): Problem =>
  new Problem('owner_required', `${why}: a server has exactly one owner, who can always see and change everything`);
