import { Problem } from '../../contract/problem.ts';
import { AccessMode } from '../../contract/session-server.ts';
import type { Clock } from '../clock.ts';

/** Who works on a session: one of a user's clients. */
export interface LeaseClient {
  user: string;
  /** As the client names itself. */
  client: string;
}

interface Lease extends LeaseClient {
  mode: AccessMode;
  /** Unix ms. */
  until: number;
  /** What of its own is under way. */
  uses: number;
}

/** How long a client has a lease after it was last used, ms. */
export const leaseMs = 30_000;
/** Of a session. Those that were not given back are gone when their time is over. */
const mostLeases = 1000;

/**
 * Leases of REPL sessions, in memory: a restart of the server frees all.
 *
 *  A1  At most one client of a session holds a lease to write; who holds it keeps others from writing.
 *  A2  A lease ends 30 s after its last use, and never while what its client does is under way.
 *  A3  A lease to read keeps its own client from writing, and nobody else.
 */
export class ReplLeases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, Map<string, Lease>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives or renews it; who had one of the other kind has this one then. Throws `session_locked` where another client writes. */
  take(session: string, { user, client }: LeaseClient, mode: AccessMode): void {
    const key = keyOf({ user, client });
    if (mode === AccessMode.ReadWrite) this.#checkWriter(session, key);
    const all = this.#live(session);
    const before = all.get(key);
    if (before === undefined && all.size >= mostLeases)
      throw new Problem('overloaded', `the session has ${mostLeases} leases; try again when some of them are over`);
    const lease = before ?? { user, client, mode, until: 0, uses: 0 };
    lease.mode = mode;
    lease.until = this.#clock.now() + leaseMs;
    all.set(key, lease);
    this.#leases.set(session, all);
  }

  /** Gives it back, if there is one. */
  free(session: string, who: LeaseClient): void {
    const all = this.#leases.get(session);
    all?.delete(keyOf(who));
    if (all?.size === 0) this.#leases.delete(session);
  }

  /** Runs what writes. Throws where the client may not; a lease of its own is renewed when that has ended. */
  async write<T>(session: string, { user, client }: Partial<LeaseClient>, run: () => Promise<T>): Promise<T> {
    const key = user === undefined || client === undefined ? undefined : keyOf({ user, client });
    this.#checkWriter(session, key);
    const own = key === undefined ? undefined : this.#live(session).get(key);
    if (own?.mode === AccessMode.ReadOnly)
      throw new Problem(
        'forbidden',
        `the client '${own.client}' holds a lease to read: give it back, or ask for ${AccessMode.ReadWrite}`,
      );
    if (own === undefined) return run();
    own.uses += 1;
    try {
      return await run();
    } finally {
      own.uses -= 1;
      own.until = this.#clock.now() + leaseMs;
    }
  }

  /** Of a session that is gone. */
  drop(session: string): void {
    this.#leases.delete(session);
  }

  /** A1. */
  #checkWriter(session: string, key: string | undefined): void {
    for (const [other, { client, mode, until, uses }] of this.#live(session)) {
      if (mode !== AccessMode.ReadWrite || other === key) continue;
      const end = new Date(uses > 0 ? this.#clock.now() + leaseMs : until).toISOString();
      throw new Problem('session_locked', `the client '${client}' writes, until ${end} at the least; try again then`, {
        details: { client, until: end },
      });
    }
  }

  /** A2. */
  #live(session: string): Map<string, Lease> {
    const all = this.#leases.get(session) ?? new Map<string, Lease>();
    const now = this.#clock.now();
    for (const [key, lease] of all) {
      // Where the clock was set back it would last longer.
      lease.until = Math.min(lease.until, now + leaseMs);
      if (lease.uses === 0 && lease.until <= now) all.delete(key);
    }
    if (all.size === 0) this.#leases.delete(session);
    return all;
  }
}

const keyOf = ({ user, client }: LeaseClient): string => JSON.stringify([user, client]);
