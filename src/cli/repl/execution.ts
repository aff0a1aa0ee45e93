import { randomUUID } from 'node:crypto';
import { setTimeout as passing } from 'node:timers/promises';
import { unwrap } from '../../sdk/client.ts';
import type { Schemas } from '../../sdk/index.ts';
import { toFailure } from '../api.ts';
import type { Connection } from '../connection.ts';
import { Failure } from '../failure.ts';
import { NoAnswer, send } from '../http.ts';
import { outcomeOf } from './outcome.ts';
import type { Ran } from './outcome.ts';
import type { Sent } from './sent.ts';
import { serverAt } from './server-at.ts';
import { whatBecameOf } from './whereabouts.ts';
import { Watch } from './watch.ts';

/** A command as it is sent to a REPL session. */

export interface Sender {
  /** The server as it is now, started if need be. */
  connect: () => Promise<Connection>;
  /** Hears what is printed while it runs; nothing is followed when absent. */
  onText?: (text: string) => void;
  /** The answer was lost: what became of the command is being looked for. */
  onLost?: () => void;
  /** Stops the command. */
  cancel?: AbortSignal;
}

/** Commands that end sooner are not followed: their answer comes first. */
const followedAfterMs = 120;
/** A command may take as long as it likes; this is the longest that a timer takes. */
const patienceMs = 2 ** 31 - 1;
const againMs = 500;
/** A cancel that came before its command had reached the server, or its turn, is sent again after that. */
const cancelAgainMs = 300;

/**
 * Runs it, once: it is sent again only where nobody can have heard it, or under the same key to the very server that may be at it.
 * Throws a Failure that says what became of it where it was lost.
 */
export const runCommand = async (sent: Sent, { connect, onText, onLost, cancel }: Sender): Promise<Ran> => {
  const key = randomUUID();
  const connection = await connect();
  const watch = new Watch(sent, connection, onText);
  const timer = setTimeout(() => void watch.begin(), followedAfterMs);
  const stopCancelling = cancelling(cancel, async () => {
    await watch.known();
    if (!watch.isAnothers) await postCancel(connection, sent);
  });
  try {
    const ran = await postOnce({ sent, key, connection, connect, serverOf: () => watch.server, onLost });
    return { ...ran, shown: watch.shown };
  } catch (error) {
    throw toFailure(error);
  } finally {
    clearTimeout(timer);
    stopCancelling();
    watch.end();
  }
};

interface Posted extends Pick<Sender, 'connect'> {
  sent: Sent;
  key: string;
  connection: Connection;
  /** Which process it was sent to, where that is known. */
  serverOf: () => string | undefined;
  onLost: Sender['onLost'];
}

const postOnce = async ({ sent, key, connection, connect, serverOf, onLost }: Posted): Promise<Ran> => {
  try {
    return await post(connection, sent, key);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.isUnasked) return post(await connect(), sent, key);
    onLost?.();
    const next = await connect();
    const server = serverOf();
    const isSame = server !== undefined && (await serverAt(next)) === server;
    return isSame ? postAgain(next, sent, key) : whatBecameOf(sent, next);
  }
};

const post = async ({ url, token }: Connection, { name, command, client }: Sent, key: string): Promise<Ran> => {
  const answer = await send({
    method: 'POST',
    url: `${url}/api/repl/sessions/${encodeURIComponent(name)}/execute`,
    token,
    body: { command },
    headers: { 'x-client-id': client, 'idempotency-key': key },
    timeoutMs: patienceMs,
  });
  const { status, statusText, text, headers } = answer;
  const value = jsonIn(text);
  const response = { ok: status === 200, status, statusText };
  const said = response.ok ? { data: value, response } : { error: value, response };
  return outcomeOf(unwrap<Schemas['ExecuteResponse']>(said as never), String(headers['x-stint-outcome'] ?? ''));
};

/** Calls once it is wanted, and again until the function that is returned is called. */
const cancelling = (wanted: AbortSignal | undefined, call: () => Promise<void>): (() => void) => {
  const over = new AbortController();
  const begin = async () => {
    while (!over.signal.aborted) {
      await call();
      await passing(cancelAgainMs);
    }
  };
  const heard = () => void begin();
  if (wanted?.aborted) heard();
  else wanted?.addEventListener('abort', heard, { signal: over.signal });
  return () => over.abort();
};

/** Whoever waits for the command is told what comes of it. */
const postCancel = async ({ url, token }: Connection, { name, client }: Sent): Promise<void> => {
  const path = `/api/repl/sessions/${encodeURIComponent(name)}/cancel`;
  const headers = { 'x-client-id': client };
  await send({ method: 'POST', url: url + path, token, headers, timeoutMs: 5000 }).catch(() => undefined);
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The server that has the first one answers the second when that has ended; it says so when it takes long. */
const postAgain = async (connection: Connection, sent: Sent, key: string): Promise<Ran> => {
  for (;;) {
    try {
      return await post(connection, sent, key);
    } catch (error) {
      const failure = toFailure(error);
      if (!(failure instanceof Failure) || failure.error !== 'request_in_progress') throw failure;
      await passing(againMs);
    }
  }
};
