import type { Session } from '../../sdk/index.ts';
import type { Client } from '../client.ts';
import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import type { Settings } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { exitCodes, Failure } from '../failure.ts';

const patienceMs = 8000;
const retryMs = 200;

/** Completes the session, waiting a little for a server that is just being restarted. The reason when it could not be told. */
export const completeRun = async (settings: Settings, id: string): Promise<Session | Failure> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      const connection = await connectionNow(settings);
      if (connection) return await complete(clientOf(connection), id);
    } catch (thrown) {
      // Whatever it was, the command's exit code is not lost to it.
      const error = thrown instanceof Failure ? thrown : new Failure(exitCodes.failed, 'unexpected', String(thrown));
      if (isFinal(error) || performance.now() > deadline) return error;
    }
    if (performance.now() > deadline) return new Failure(exitCodes.noServer, 'no_server', 'no server runs');
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
};

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

const isFinal = ({ error }: Failure): boolean =>
  ['session_not_found', 'unauthorized', 'forbidden', 'store_read_only', 'journal_damaged'].includes(error);
