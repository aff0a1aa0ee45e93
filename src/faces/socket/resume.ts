import type { ResumeFrom, ServerFrame } from '../../contract/socket.ts';
import { versionOf } from '../../session/state.ts';
import type { FaceParts } from '../http/parts.ts';
import { unknownSession } from '../http/session-of-caller.ts';
import { everySession } from './hub.ts';
import type { Hub } from './hub.ts';
import type { ReplOutput } from './repl-output.ts';
import { firstAfter, mostReplayed, pageSize, pastOf, pastOfAll } from './past.ts';
import type { Past } from './past.ts';
import { PastFrames } from './past-frames.ts';
import { textOf } from './subscription.ts';
import type { Subscriber, Subscription } from './subscription.ts';
import { presentOf, tell, tellAll } from './tell.ts';
import type { Turns } from './turns.ts';

/**
 * A subscription that goes on where it was left. It reads what happened from the journal, while what happens meanwhile only
 * rings, and is live when a read found nothing newer and nothing rang: nothing is lost, told twice or out of order.
 */

export interface ResumeTools {
  parts: FaceParts;
  hub: Hub;
  turns: Turns;
  output: ReplOutput;
}

export interface Resume {
  subscriber: Subscriber;
  session: string;
  after: ResumeFrom;
  /** Of the session that was named: how many events it has; 0 of all. */
  version: number;
}

export const resume = async (tools: ResumeTools, asked: Resume): Promise<void> => {
  const { subscriber, session } = asked;
  const start = await startOf(tools, asked);
  const subscription = await tools.hub.subscribe(subscriber, session, start.cursor);
  try {
    await start.tellFirst?.();
    await replay(tools, subscription, start.past);
  } catch (error) {
    tools.hub.unsubscribe(subscriber, session);
    throw error;
  }
  if (start.tellFirst || !subscription.isOpen) return;
  subscriber.send(textOf({ type: 'resumed', sessionId: session, cursor: subscription.toldTo }));
};

interface Start {
  cursor: number;
  past: Past;
  /** The verdict and the present state, where they come before what is newer; else the verdict comes after the past. */
  tellFirst?: () => Promise<void> | void;
}

const startOf = async (tools: ResumeTools, asked: Resume): Promise<Start> => {
  const { session, after } = asked;
  const last = await tools.parts.journal.lastPosition();
  if (after === 'now') return startNow(tools, asked, (cursor) => ({ type: 'resumed', sessionId: session, cursor }));
  const past = after > last ? undefined : await pastAfter(tools, asked, after, last);
  if (past) return { cursor: after, past };
  const reason = after > last ? 'beyond_end' : 'too_far_behind';
  return startNow(tools, asked, (cursor) => ({ type: 'gap', sessionId: session, cursor, reason }));
};

/** Undefined where it is too long. */
const pastAfter = async (
  { parts: { journal }, turns }: ResumeTools,
  { session, version }: Resume,
  cursor: number,
  last: number,
): Promise<Past | undefined> => {
  if (session === everySession) return last - cursor > mostReplayed ? undefined : pastOfAll(journal, cursor);
  const from = await turns.take(() => firstAfter(journal, session, version, cursor));
  return from === undefined ? undefined : pastOf(journal, session, from);
};

const startNow = async (
  { parts, hub }: ResumeTools,
  { subscriber, session }: Resume,
  verdict: (cursor: number) => ServerFrame,
): Promise<Start> => {
  if (session === everySession) {
    const cursor = hub.publishedTo;
    const tellFirst = () => {
      subscriber.send(textOf(verdict(cursor)));
      return tellAll(parts, subscriber, cursor);
    };
    return { cursor, past: pastOfAll(parts.journal, cursor), tellFirst };
  }
  const present = await presentOf(parts, session);
  if (present === undefined) throw unknownSession();
  const tellFirst = () => {
    subscriber.send(textOf(verdict(present.cursor)));
    tell(parts, subscriber, session, present);
  };
  return { cursor: present.cursor, past: pastOf(parts.journal, session, versionOf(present.state)), tellFirst };
};

/**
 * Reads to a subscriber that lags what it missed, as soon as it has read what waits. What goes wrong ends the socket: its client
 * comes back with its cursor.
 */
export const catchUp = async (tools: ResumeTools, subscription: Subscription): Promise<void> => {
  const { session, subscriber } = subscription;
  await subscriber.sent();
  const summary = session === everySession ? undefined : await tools.parts.sessions.get(session);
  const asked: Resume = { subscriber, session, after: subscription.toldTo, version: summary?.version ?? 0 };
  const past = await pastAfter(tools, asked, subscription.toldTo, subscription.toldTo);
  if (past) await replay(tools, subscription, past);
  else subscriber.cutOff();
};

/** Pages are read one after the other among all who come back; a reader that is slow is waited for without holding others up. */
const replay = async ({ parts, turns }: ResumeTools, subscription: Subscription, past: Past): Promise<void> => {
  const frames = new PastFrames(parts, subscription);
  const { subscriber } = subscription;
  const readPage = async (): Promise<boolean> => {
    subscription.listen();
    const events = await past.next();
    for (const event of events) {
      const frame = event.position > subscription.toldTo ? await frames.frameOf(event) : undefined;
      if (frame && subscription.isOpen) subscriber.send(textOf(frame));
      subscription.toldTo = Math.max(subscription.toldTo, event.position);
    }
    return events.length < pageSize && subscription.join();
  };
  while (subscription.isOpen && !(await turns.take(readPage))) await subscriber.sent();
};
