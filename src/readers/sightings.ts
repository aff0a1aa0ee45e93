/** Gathers what a part of a file tells of the sessions in it. */
import type { Sighting, UsageRecord } from './reader.ts';

type Seen = Omit<Sighting, 'from' | 'until'> & { at: number };

export class Sightings {
  readonly #held = new Map<string, Sighting>();

  see({ at, ...seen }: Seen): void {
    const name = `${seen.sessionId}\0${seen.agentId ?? ''}`;
    const held = this.#held.get(name);
    if (held === undefined) return void this.#held.set(name, { ...seen, from: at, until: at });
    held.from = Math.min(held.from, at);
    held.until = Math.max(held.until, at);
    held.title ??= seen.title!;
    held.cwd ??= seen.cwd!;
    held.gitBranch ??= seen.gitBranch!;
    if (held.title === undefined) delete held.title;
    if (held.cwd === undefined) delete held.cwd;
    if (held.gitBranch === undefined) delete held.gitBranch;
  }

  seeRecord({ source, sessionId, agentId, cwd, gitBranch, beganAt }: UsageRecord): void {
    this.see({
      source,
      sessionId,
      at: beganAt,
      ...(agentId !== undefined && { agentId }),
      ...(cwd !== undefined && { cwd }),
      ...(gitBranch !== undefined && { gitBranch }),
    });
  }

  all(): Sighting[] {
    return [...this.#held.values()];
  }
}
