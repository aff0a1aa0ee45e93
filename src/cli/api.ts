import { StintError, unwrap } from '../sdk/client.ts';
import { clientOf } from './client.ts';
import type { Client } from './client.ts';
import type { Settings } from './command.ts';
import { connect } from './connection.ts';
import { exitCodes, Failure } from './failure.ts';
import { NoAnswer } from './http.ts';

/** The server as a command speaks to it: refusals come as failures with the exit code that tells of them. */

/** A client of the server that the settings mean, started if need be. */
export const open = async (settings: Settings): Promise<Client> => clientOf(await connect(settings));

/** The data of an answer. Throws a Failure when there is none, or the server refused. */
export const ask = async <T>(reply: Promise<Parameters<typeof unwrap<T>>[0]>): Promise<T> => {
  try {
    return unwrap(await reply);
  } catch (error) {
    throw toFailure(error);
  }
};

/** What a command fails with for an error of the client's. */
export const toFailure = (error: unknown): unknown => {
  if (error instanceof StintError) return refusal(error);
  if (!(error instanceof NoAnswer)) return error;
  const { message, origin } = error;
  const isNamed = process.env['STINT_URL']?.startsWith(origin) ?? false;
  const what = isNamed
    ? `the server that STINT_URL names, ${origin}, does not answer (${message})`
    : `the server at ${origin} does not answer (${message}); look with: stint status`;
  return new Failure(exitCodes.noServer, 'no_server', what);
};

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
