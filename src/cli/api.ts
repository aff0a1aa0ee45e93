import { createClient, StintError, unwrap } from '../sdk/index.ts';
import type { StintClient } from '../sdk/index.ts';
import type { Connection } from './connection.ts';
import { connect } from './connection.ts';
import type { Settings } from './command.ts';
import { exitCodes, Failure } from './failure.ts';

/** The server as a command speaks to it: refusals come as failures with the exit code that tells of them. */

const patienceMs = 30_000;

/** What openapi-fetch answers with. */
interface Reply<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export const clientOf = ({ url, token }: Connection): StintClient =>
  createClient({ url, token, fetch: (request) => fetch(request, { signal: AbortSignal.timeout(patienceMs) }) });

/** A client of the server that the settings mean, started if need be. */
export const open = async (settings: Settings): Promise<StintClient> => clientOf(await connect(settings));

/** The data of an answer. Throws a Failure when there is none, or the server refused. */
export const ask = async <T>(reply: Promise<Reply<T>>): Promise<T> => {
  try {
    return unwrap(await reply);
  } catch (error) {
    throw toFailure(error);
  }
};

const toFailure = (error: unknown): unknown => {
  if (error instanceof StintError) return refusal(error);
  if (!isNetworkError(error)) return error;
  const { cause, name } = error as Error & { cause?: { code?: string; message?: string } };
  const why = cause?.code ?? cause?.message ?? name;
  return new Failure(exitCodes.noServer, 'no_server', `the server does not answer (${why}); look with: stint status`);
};

const isNetworkError = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'TimeoutError' || (error instanceof TypeError && error.message === 'fetch failed'));

const exitCodeOf: Record<number, number> = {
  400: exitCodes.usage,
  401: exitCodes.refused,
  403: exitCodes.refused,
  404: exitCodes.notFound,
  409: exitCodes.refused,
  413: exitCodes.usage,
  421: exitCodes.refused,
  422: exitCodes.refused,
  429: exitCodes.refused,
};

const refusal = ({ status, error, message, details }: StintError): Failure =>
  new Failure(exitCodeOf[status] ?? exitCodes.failed, error, hintOf[error] ?? message, details);

/** Where a command can say more about what to do than the server. */
const hintOf: Record<string, string> = {
  unauthorized:
    'the server does not know this token; check STINT_TOKEN, or unset it to use the token in the data folder',
  server_stopping: 'the server is stopping; try again when it has',
};
