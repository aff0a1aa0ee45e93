/** One try: a request to a provider and all of its answer, in time and of a bearable size. */

export interface Question {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  timeoutMs: number;
}

export interface Reply {
  status: number;
  headers: Headers;
  /** Absent when it is too large. */
  text?: string;
}

/** There was no answer, or not a whole one; the message says why in a few words, without addresses. */
export class NoReply extends Error {}

const mostAnswerBytes = 16 * 1024 * 1024;

/** Rejects with a {@link NoReply}; so it does when the signal ends it. */
export const post = async (ask: typeof fetch, question: Question, signal: AbortSignal): Promise<Reply> => {
  const { url, headers, body, timeoutMs } = question;
  const ending = new AbortController();
  const end = () => ending.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const dispatcher = await patientDispatcher();
    const init: RequestInit = { method: 'POST', headers, body, redirect: 'manual', signal: ending.signal };
    return await whole(await ask(url, dispatcher === undefined ? init : { ...init, dispatcher }));
  } catch (error) {
    throw new NoReply(isLate ? `no answer within ${timeoutMs / 1000} s` : codeOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    // What was not read is not waited for.
    end();
  }
};

const whole = async ({ status, headers, body }: Response): Promise<Reply> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostAnswerBytes) return { status, headers };
    chunks.push(chunk);
  }
  return { status, headers, text: Buffer.concat(chunks).toString() };
};

/** In the system's word: messages may hold what was sent. */
const codeOf = (error: unknown): string => {
  const { cause = error } = error as Error;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (message === 'bad port') return 'a port that fetch does not call';
  return typeof code === 'string' ? code : 'the connection failed';
};

type Dispatcher = NonNullable<RequestInit['dispatcher']>;
let patient: Promise<Dispatcher | undefined> | undefined;

/**
 * Node's fetch gives up after five minutes without a byte, and a model may think for longer. Only its dispatcher can be told to
 * wait, and the class of that is to be had from the one in use alone (which the first fetch makes). Where Node should one day keep
 * it elsewhere, the five minutes stay.
 */
const patientDispatcher = (): Promise<Dispatcher | undefined> => (patient ??= newPatientDispatcher());

const newPatientDispatcher = async (): Promise<Dispatcher | undefined> => {
  try {
    await fetch('data:,');
    const kept = globalThis as unknown as Record<symbol, Dispatcher | undefined>;
    const inUse = kept[Symbol.for('undici.globalDispatcher.2')] ?? kept[Symbol.for('undici.globalDispatcher.1')];
    const kind = inUse?.constructor as (new (options: object) => Dispatcher) | undefined;
    return kind && new kind({ headersTimeout: 0, bodyTimeout: 0 });
  } catch {
    return undefined;
  }
};
