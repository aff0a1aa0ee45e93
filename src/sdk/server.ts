import { statusOf } from '../contract/problem.ts';
import { bearerOf, StintError } from './client.ts';

/** Where a server is, and who asks. */
export interface Server {
  /** For example `http://127.0.0.1:8082`. */
  url: string;
  token: string;
}

/** Looked for anew before each attempt; undefined while there is none. */
export type FindServer = () => Promise<Server | undefined>;

/** What the server said on an open socket, as a request would have been refused. */
export const refusedWith = (error: string, message: string): StintError =>
  new StintError({ error, message, code: statusOf(error) ?? 500 });

/** Trying again would not help: the token, the request or the session is not good. */
export const isFinal = (error: unknown): error is StintError =>
  error instanceof StintError && error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);

/** A refusal in the server's own words. */
export const refusalOf = async (answer: Response): Promise<StintError> => {
  const body: unknown = await answer.json().catch(() => undefined);
  const { error, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return new StintError({
    error: typeof error === 'string' ? error : 'unexpected_answer',
    message: typeof message === 'string' ? message : `the server answered ${answer.status} ${answer.statusText}`,
    code: answer.status,
  });
};

/** A ticket for one socket. */
export const ticketOf = async ({ url, token }: Server, signal: AbortSignal): Promise<string> => {
  const headers = { authorization: bearerOf(token) };
  const answer = await fetch(`${url}/api/ws-ticket`, { method: 'POST', headers, signal });
  if (!answer.ok) throw await refusalOf(answer);
  return ((await answer.json()) as { ticket: string }).ticket;
};
