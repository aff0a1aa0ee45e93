import type { FastifyBaseLogger } from 'fastify';
import { isId } from '../../contract/ids.ts';
import { Problem } from '../../contract/problem.ts';
import { clientFrame } from '../../contract/socket.ts';
import type { ClientFrame, ErrorFrame, ResumeFrom } from '../../contract/socket.ts';
import type { SessionSummary } from '../../journal/sessions.ts';
import { parseJson } from '../http/json-body.ts';
import { toProblem } from '../http/problems.ts';
import { unknownSession } from '../http/session-of-caller.ts';
import { maySee } from '../rights.ts';
import { everySession } from './hub.ts';
import { resume } from './resume.ts';
import type { ResumeTools } from './resume.ts';
import { textOf } from './subscription.ts';
import type { Subscriber } from './subscription.ts';
import { presentOf, tell, tellAll } from './tell.ts';

/** What a client's frames ask for, done. */

interface Heard {
  /** Undefined where it was no text. */
  data: Buffer | undefined;
  log: FastifyBaseLogger;
  /** Others wait behind it. */
  crowded: boolean;
}

/** Does what a frame asks; resolves to the refusal when there is one. */
export const answer = async (
  tools: ResumeTools,
  subscriber: Subscriber,
  { data, log, crowded }: Heard,
): Promise<ErrorFrame | undefined> => {
  let sessionId: string | undefined;
  try {
    const frame = frameIn(data);
    sessionId = frame.sessionId;
    await perform(tools, subscriber, frame, crowded);
    if (frame.type === 'subscribe') tools.output.begin(subscriber, runningIn(tools, frame.sessionId));
    return undefined;
  } catch (error) {
    const { kind, message, status, cause } = toProblem(error);
    if (status >= 500) log.error({ err: cause ?? error, kind }, 'a message could not be answered');
    return { type: 'error', ...(sessionId === undefined ? {} : { sessionId }), code: kind, message };
  }
};

const frameIn = (data: Buffer | undefined): ClientFrame => {
  const parsed = clientFrame.safeParse(data && parseJson(data));
  if (parsed.success) return parsed.data;
  throw new Problem(
    'invalid_request',
    'send {"type": "subscribe" | "unsubscribe" | "ping", "sessionId": "…"}, and with "subscribe" maybe "after": a cursor or "now"',
  );
};

const runningIn = ({ parts }: ResumeTools, session: string) => parts.repl.repl.live.runningIn(session);

const perform = async (
  tools: ResumeTools,
  subscriber: Subscriber,
  frame: ClientFrame,
  crowded: boolean,
): Promise<void> => {
  const { type, sessionId } = frame;
  if (type === 'unsubscribe') return tools.hub.unsubscribe(subscriber, sessionId);
  const after = type === 'subscribe' ? frame.after : undefined;
  if (after !== undefined) return resumeFrom(tools, subscriber, sessionId, after);
  const isSubscribe = type === 'subscribe';
  if (sessionId === everySession) return answerAll(tools, subscriber, isSubscribe, crowded);
  if (!(await visible(tools, subscriber, sessionId))) throw unknownSession();
  if (isSubscribe) await tools.hub.subscribe(subscriber, sessionId);
  const present = await presentOf(tools.parts, sessionId);
  if (present) tell(tools.parts, subscriber, sessionId, present);
};

/** Whether the session was removed, was never there or is another's is not told apart. */
const resumeFrom = async (
  tools: ResumeTools,
  subscriber: Subscriber,
  session: string,
  after: ResumeFrom,
): Promise<void> => {
  if (session === everySession) return resume(tools, { subscriber, session, after, version: 0 });
  const summary = await visible(tools, subscriber, session);
  if (summary) return resume(tools, { subscriber, session, after, version: summary.version });
  const cursor = tools.hub.publishedTo;
  subscriber.send(textOf({ type: 'gap', sessionId: session, cursor, reason: 'session_gone' }));
};

const visible = async (
  { parts }: ResumeTools,
  { caller }: Subscriber,
  session: string,
): Promise<SessionSummary | undefined> => {
  const summary = isId(session) ? await parts.sessions.get(session) : undefined;
  return summary && maySee(caller.user, summary) ? summary : undefined;
};

/** When a subscriber was last told of all sessions: of a crowd of pings, those that come right after are answered by that. */
const toldAll = new WeakMap<Subscriber, number>();
const tellAllMs = 1000;

const answerAll = async (
  { parts, hub }: ResumeTools,
  subscriber: Subscriber,
  isSubscribe: boolean,
  crowded: boolean,
): Promise<void> => {
  const cursor = hub.publishedTo;
  if (isSubscribe) await hub.subscribe(subscriber, everySession);
  else if (crowded && performance.now() - (toldAll.get(subscriber) ?? -Infinity) < tellAllMs) return;
  await tellAll(parts, subscriber, cursor);
  toldAll.set(subscriber, performance.now());
};
