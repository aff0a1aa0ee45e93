import createFetchClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import type { components, paths } from './schema.generated.ts';

/** Shapes of the API by name, as its description has them. */
export type Schemas = components['schemas'];
export type Session = Schemas['Session'];
export type ApiError = Schemas['ApiError'];

export interface ClientOptions {
  /** Where the server listens, for example `http://127.0.0.1:8082`. */
  url: string;
  token: string;
  fetch?: (request: Request) => Promise<Response>;
}

/** A typed client: one method a verb, paths and bodies checked against the server's own description. */
export type StintClient = Client<paths>;

/**
 * A client of a stint server.
 *
 * @example
 * const stint = createClient({ url: 'http://127.0.0.1:8082', token });
 * const { id } = unwrap(await stint.POST('/api/sessions', { body: { duration: 3_600_000 } }));
 */
export const createClient = ({ url, token, fetch }: ClientOptions): StintClient =>
  createFetchClient<paths>({
    baseUrl: url,
    headers: { authorization: bearerOf(token) },
    ...(fetch ? { fetch } : {}),
  });

/** What a request says of who asks. A token that fits in no header would else be quoted by the error that says so. */
export const bearerOf = (token: string): string => {
  const bearer = `Bearer ${token}`.trim();
  if (!/^[ -~]*$/.test(bearer)) throw new TypeError('the token has characters that no token has');
  return bearer;
};

/** What the server refused, with the server's own words. */
export class StintError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** One snake_case word, for example `session_not_found`. */
  readonly error: string;
  readonly details: unknown;

  constructor({ error, message, code, details }: ApiError) {
    super(message);
    this.name = 'StintError';
    this.error = error;
    this.status = code;
    this.details = details;
  }
}

type AnswerHead = Pick<Response, 'ok' | 'status' | 'statusText'>;

/** The data of an answer; throws a {@link StintError} where the server refused. */
export const unwrap = <T>(answer: { data?: T; error?: unknown; response: AnswerHead }): T => {
  if (answer.response.ok) return answer.data as T;
  const { error } = answer;
  if (isApiError(error)) throw new StintError(error);
  throw new StintError(
    isReplError(error) ? { ...error, error: error.kind, message: error.error } : unexpected(answer.response),
  );
};

const isApiError = (value: unknown): value is ApiError =>
  typeof value === 'object' && value !== null && 'error' in value && 'message' in value && 'code' in value;

/** The repl contract tells what is wrong in `error` itself. */
const isReplError = (value: unknown): value is Schemas['ReplError'] =>
  typeof value === 'object' && value !== null && 'error' in value && 'kind' in value && 'code' in value;

const unexpected = ({ status, statusText }: AnswerHead): ApiError => ({
  error: 'unexpected_answer',
  message: `the server answered ${status} ${statusText}`,
  code: status,
});
