import type { Connection } from '../connection.ts';
import { send } from '../http.ts';

/** Which server process it is, as far as it can be told. */
export const serverAt = async ({ url, token }: Connection): Promise<string | undefined> => {
  try {
    const { status, text } = await send({ method: 'GET', url: `${url}/api/status`, token, timeoutMs: 5000 });
    const { pid, startedAt } = JSON.parse(text) as { pid?: number; startedAt?: number };
    return status === 200 && pid !== undefined ? `${pid} ${startedAt}` : undefined;
  } catch {
    return undefined;
  }
};
