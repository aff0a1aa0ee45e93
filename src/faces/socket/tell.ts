import { versionOf } from '../../session/state.ts';
import type { Existing } from '../../session/state.ts';
import type { FaceParts } from '../http/parts.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { maySee } from '../rights.ts';
import { timerUpdate, tokenState } from './frames.ts';
import { textOf } from './subscription.ts';
import type { Subscriber } from './subscription.ts';

/** The present state, as it answers `subscribe` and `ping`, with the cursor of the last event in it. */

const listPage = 200;

export interface Present {
  state: Existing;
  /** The position of the last event in it. */
  cursor: number;
}

/** Undefined when there is no such session. */
export const presentOf = async ({ runner, journal }: FaceParts, session: string): Promise<Present | undefined> => {
  const state = await runner.state(session);
  const [last] = state ? await journal.read(session, { after: versionOf(state) - 2, limit: 1 }) : [];
  return state && last && { state, cursor: last.position };
};

/** The state of a session, at once. */
export const tell = (
  { clock, summarize }: FaceParts,
  { send }: Subscriber,
  session: string,
  { state, cursor }: Present,
): void => {
  const now = clock.now();
  send(textOf({ ...timerUpdate(summarize(session, state), now), cursor }));
  send(textOf(tokenState(session, state, now)));
};

/** The state of every session that is open and that the caller may see, as fast as it is read. */
export const tellAll = async (parts: FaceParts, subscriber: Subscriber, cursor: number): Promise<void> => {
  for (const status of ['active', 'paused'] as const) {
    for (let after: { startTime: number; id: string } | undefined; ;) {
      const list = await parts.sessions.list({ status, limit: listPage, ...(after ? { after } : {}) });
      for (const summary of list.sessions)
        if (maySee(subscriber.caller.user, summary)) tellBriefly(parts, subscriber, summary, cursor);
      await subscriber.sent();
      // Others have their turn between pages.
      await new Promise((resolve) => setImmediate(resolve));
      if (!subscriber.isOpen()) return;
      after = list.sessions.at(-1);
      if (!list.more) break;
    }
  }
};

/** The state of a session as the list has it: the projection goes with it only where it costs no read. */
const tellBriefly = (parts: FaceParts, { send }: Subscriber, summary: SessionSummary, cursor: number): void => {
  const now = parts.clock.now();
  send(textOf({ ...timerUpdate(summary, now), cursor }));
  const state = parts.runner.inMemory(summary.id);
  const tokens = { type: 'token_update', sessionId: summary.id, tokensUsed: 0, totalUsed: summary.tokensUsed } as const;
  // What is in memory may be older than what was listed.
  const { projectedTotal } = state ? tokenState(summary.id, state, now) : {};
  send(textOf({ ...tokens, ...(projectedTotal === undefined ? {} : { projectedTotal }) }));
};
