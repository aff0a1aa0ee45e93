import { dataFolder, removeEndedRun, writeEndedRun } from '../../place.ts';
import type { Session } from '../../sdk/index.ts';
import type { Client } from '../client.ts';
import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import type { Settings } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { exitCodes, Failure } from '../failure.ts';

/**
 * Tells the server that a run has ended. No server is started for that: one that was stopped meanwhile stays stopped, and reads at
 * its next start when the run ended.
 */

const patienceMs = 8000;
const retryMs = 200;
/** A server that is just being restarted is waited for without a word for so long, ms. */
const silentMs = 1000;

export interface Ending {
  settings: Settings;
  id: string;
  /** Unix ms. */
  endedAt: number;
  /** The server is this machine's. */
  isHere: boolean;
}

export interface Untold {
  /** Why the server could not be told. */
  why: Failure;
  /** The moment was left for a server of this machine, which ends the session with it. */
  isKept: boolean;
}

export type Closed = { session: Session } | Untold;

/** Completes the session, or leaves for the server's next start when the run ended; waits a little for one that is restarted. */
export const completeRun = async (ending: Ending): Promise<Closed> => {
  const { settings, id } = ending;
  const keep = keeperOf(ending);
  const deadline = performance.now() + patienceMs;
  const waiting = setTimeout(() => {
    keep();
    process.stderr.write(`stint: the command has ended; waiting up to ${patienceMs / 1000} s for the server …\n`);
  }, silentMs);
  try {
    for (;;) {
      const session = await attempt(settings, id);
      if (!(session instanceof Failure)) {
        forget(ending);
        return { session };
      }
      const isKept = !isOver(session) && keep();
      if (isFinal(session) || performance.now() > deadline) return { why: session, isKept };
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  } finally {
    clearTimeout(waiting);
  }
};

/** Removes the session of a command that never ran. The reason when it remains. */
export const discardRun = async (ending: Ending): Promise<Failure | undefined> => {
  const closed = await completeRun(ending);
  if ('why' in closed) return closed.why;
  try {
    const connection = await connectionNow(ending.settings);
    if (!connection) return noAnswer();
    await ask(clientOf(connection).DELETE('/api/sessions/{id}', { params: { path: { id: ending.id } } }));
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
};

const attempt = async (settings: Settings, id: string): Promise<Session | Failure> => {
  try {
    const connection = await connectionNow(settings);
    if (connection) return await complete(clientOf(connection), id);
    return noAnswer();
  } catch (error) {
    return failureOf(error);
  }
};

const noAnswer = (): Failure => new Failure(exitCodes.noServer, 'no_server', 'no server runs');

/** Whatever it was, the command's exit code is not lost to it. */
const failureOf = (error: unknown): Failure =>
  error instanceof Failure ? error : new Failure(exitCodes.failed, 'unexpected', String(error));

const complete = async (client: Client, id: string): Promise<Session> => {
  const params = { path: { id } };
  try {
    await ask(client.PATCH('/api/sessions/{id}', { params, body: { status: 'completed' } }));
  } catch (error) {
    // Its time was up, or someone else completed it.
    if (!(error instanceof Failure && error.error === 'session_already_completed')) throw error;
  }
  return ask(client.GET('/api/sessions/{id}', { params }));
};

/** Leaves the moment in the data folder, once; false where that can't be done. */
const keeperOf = ({ settings, id, endedAt, isHere }: Ending): (() => boolean) => {
  let isKept: boolean | undefined;
  const write = (): boolean => {
    try {
      writeEndedRun(dataFolder(settings.data, process.env), { session: id, endedAt });
      return true;
    } catch {
      return false;
    }
  };
  return () => (isKept ??= isHere && write());
};

/** The server would only find that it is over. */
const forget = ({ settings, id, isHere }: Ending): void => {
  if (!isHere) return;
  try {
    removeEndedRun(dataFolder(settings.data, process.env), id);
  } catch {
    // The server does it.
  }
};

const isOver = ({ error }: Failure): boolean => error === 'session_not_found';

const isFinal = ({ error }: Failure): boolean =>
  ['session_not_found', 'unauthorized', 'forbidden', 'store_read_only', 'journal_damaged'].includes(error);
