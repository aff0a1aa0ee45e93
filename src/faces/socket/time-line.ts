import type { Recorded } from '../../contract/event.ts';
import type { TimerUpdate } from '../../contract/socket.ts';
import type { Journal } from '../../journal/journal.ts';
import { openStatus } from '../../journal/sessions.ts';
import { fold } from '../../session/evolve.ts';
import { absent } from '../../session/state.ts';
import type { SessionState } from '../../session/state.ts';
import { elapsedMs, remainingMs } from '../../session/time.ts';

/** What moves a session's time. They are few, and all that it takes to tell the time at one of them. */
const timeTypes = [
  'started',
  'paused',
  'resumed',
  'completed',
  'failed',
  'cancelled',
  'timed_out',
  'reopened',
  'duration_changed',
  'clock_adjusted',
] as const;

const isOfTime = ({ type }: Recorded): boolean => (timeTypes as readonly string[]).includes(type);

/** Of a session that has more events before, those are looked through in another thread. */
const shortSession = 500;

/** A session's time as it was at its past events, told in their order. */
export class TimeLine {
  readonly #journal: Journal;
  #state: SessionState = absent;
  /** Of the last event that was passed, Unix ms. */
  #at = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** To be called with each event in order; reads what came before the first one of time. */
  async pass(event: Recorded): Promise<void> {
    if (!isOfTime(event)) return;
    if (this.#state.status === 'absent') this.#state = fold(await this.#before(event));
    this.#state = fold([event], this.#state);
    this.#at = event.at;
  }

  /** At the last event of time that was passed. */
  timer(): Pick<TimerUpdate, 'elapsed' | 'remaining' | 'status'> {
    const state = this.#state;
    if (state.status === 'absent') throw new Error('no event of time was passed');
    const at = this.#at;
    return { elapsed: elapsedMs(state, at), remaining: remainingMs(state, at), status: openStatus(state.status) };
  }

  async #before({ session, seq }: Recorded): Promise<readonly Recorded[]> {
    if (seq === 0) return [];
    const limit = seq <= shortSession ? shortSession : Number.MAX_SAFE_INTEGER;
    return this.#journal.read(session, { before: seq, types: timeTypes, limit });
  }
}
