import type { StintClient } from '../sdk/index.ts';
import type { Connection } from './connection.ts';
import { NoAnswer, send } from './http.ts';

/** The SDK's client as far as commands use it. */
export type Client = Pick<StintClient, (typeof methods)[number]>;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const usualPatienceMs = 30_000;

interface Init {
  params?: { path?: Record<string, string>; query?: Record<string, string | number | undefined> };
  body?: unknown;
}

/** Speaks as the SDK's client does, and is typed as it is, but is there at once; see http.ts. */
export const clientOf = ({ url, token }: Connection, timeoutMs = usualPatienceMs): Client => {
  const call =
    (method: string) =>
    async (path: string, init: Init = {}) => {
      const { body } = init;
      const { status, statusText, text } = await send({
        method,
        url: url + pathOf(path, init),
        token,
        body,
        timeoutMs,
      });
      const response = { ok: status >= 200 && status < 300, status, statusText };
      const value = valueOf(text);
      if (!response.ok) return { error: value, response };
      // It was cut off where its length was not told, or is not stint's.
      if (status !== 204 && (typeof value !== 'object' || value === null))
        throw new NoAnswer(new Error('what it said is not whole, or not JSON'), url, timeoutMs);
      return { data: value, response };
    };
  // Callers are checked against the API's description; in here a path is text and an answer unknown.
  return Object.fromEntries(methods.map((method) => [method, call(method)])) as unknown as Client;
};

const pathOf = (path: string, { params = {} }: Init): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path?.[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  return query.size > 0 ? `${filled}?${query.toString()}` : filled;
};

const valueOf = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
