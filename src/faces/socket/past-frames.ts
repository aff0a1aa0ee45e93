import type { Recorded } from '../../contract/event.ts';
import { projectionOf } from '../../session/projection.ts';
import type { FaceParts } from '../http/parts.ts';
import { maySee } from '../rights.ts';
import { frameOf } from './frames.ts';
import type { EventFrame } from './frames.ts';
import { everySession } from './hub.ts';
import type { Subscription } from './subscription.ts';
import { TimeLine } from './time-line.ts';

/**
 * Frames of what happened while a subscriber was away: as they were told then, but for the projection, which is today's and only
 * told where it costs no read.
 */
export class PastFrames {
  readonly #parts: FaceParts;
  readonly #subscription: Subscription;
  readonly #timeLines = new Map<string, TimeLine>();
  readonly #isTold = new Map<string, boolean>();

  constructor(parts: FaceParts, subscription: Subscription) {
    this.#parts = parts;
    this.#subscription = subscription;
  }

  /** Undefined where the contract has no frame for it, or the subscriber is not told. To be asked in the journal's order. */
  async frameOf(event: Recorded): Promise<EventFrame | undefined> {
    const { session } = event;
    if (!(await this.#tells(session))) return undefined;
    const { runner, clock, journal } = this.#parts;
    const timeLine = this.#timeLines.get(session) ?? new TimeLine(journal);
    this.#timeLines.set(session, timeLine);
    await timeLine.pass(event);
    const projectedTotal = () => {
      const state = runner.inMemory(session);
      return state && projectionOf(state, clock.now()).projectedTotal;
    };
    return frameOf(event, { timer: () => timeLine.timer(), projectedTotal });
  }

  /** Of all sessions, those that the caller may see and has not named besides. */
  async #tells(session: string): Promise<boolean> {
    const { subscriber } = this.#subscription;
    if (this.#subscription.session !== everySession) return true;
    if (subscriber.named.has(session)) return false;
    const known = this.#isTold.get(session);
    if (known !== undefined) return known;
    const summary = await this.#parts.sessions.get(session);
    const isTold = summary !== undefined && maySee(subscriber.caller.user, summary);
    this.#isTold.set(session, isTold);
    return isTold;
  }
}
