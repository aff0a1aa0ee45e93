import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { FuzzRequest } from './requests.ts';

/** An HTTP client in bytes, which sends what no other would and keeps its connection as long as the server does. */

export interface WireAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const patienceMs = 20_000;

/** A body's bytes; its text may have halves of characters in it, which become what UTF-8 has no room for. */
const bytesOf = ({ method, path, headers, body, isChunked }: FuzzRequest): Buffer => {
  const content = Buffer.from(body ?? '');
  const isFramed = body !== undefined;
  const framing = isChunked ? ['transfer-encoding: chunked'] : [`content-length: ${content.length}`];
  const lines = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  const head = Buffer.from(`${[...lines, ...(isFramed ? framing : [])].join('\r\n')}\r\n\r\n`, 'latin1');
  if (!isFramed) return head;
  return Buffer.concat([head, isChunked ? chunked(content) : content]);
};

const chunked = (content: Buffer): Buffer => {
  const half = content.length >> 1;
  const parts = [content.subarray(0, half), content.subarray(half)].filter(({ length }) => length > 0);
  const chunks = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
};

/** One connection at a time; a new one whenever the server closes it. */
export class Wire {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** The answer; rejects when none comes, or the connection ends before it is whole. */
  async send(request: FuzzRequest): Promise<WireAnswer> {
    const isKept = this.#socket !== undefined;
    try {
      return await this.#exchange(request);
    } catch (error) {
      this.close();
      // A kept connection that the server closed just now says nothing about this request.
      if (!isKept || !(error instanceof Closed)) throw error;
      return this.#exchange(request);
    }
  }

  async #exchange(request: FuzzRequest): Promise<WireAnswer> {
    const socket = (this.#socket ??= await open(this.#port));
    const { answer, mayGoOn } = await answerTo(socket, request);
    if (!mayGoOn) this.close();
    return answer;
  }
}

/** The connection was closed before the answer was whole. */
class Closed extends Error {}

const open = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay();
  // What comes of it shows in the answer that does not come.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  return socket;
};

interface Exchanged {
  answer: WireAnswer;
  mayGoOn: boolean;
}

const answerTo = (socket: Socket, request: FuzzRequest): Promise<Exchanged> =>
  new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const done = (settle: () => void) => {
      clearTimeout(timer);
      socket.off('data', onData);
      socket.off('close', onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const met = answerIn(bytes, request.method);
      if (met) done(() => resolve(met));
    };
    const onClose = () => done(() => reject(new Closed(`closed after ${JSON.stringify(bytes.toString('latin1'))}`)));
    const timer = setTimeout(() => done(() => reject(new Error(`no answer in ${patienceMs} ms`))), patienceMs);
    if (socket.destroyed) return onClose();
    socket.on('data', onData);
    socket.on('close', onClose);
    socket.write(bytesOf(request));
  });

const answerIn = (bytes: Buffer, method: string): Exchanged | undefined => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...fields] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(line.split(' ')[1]);
  const rest = bytes.subarray(end + 4);
  if (status < 200) return answerIn(rest, method);
  const headers = new Headers(
    fields.map((field) => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1).trim()]),
  );
  const answered = (text: string, mayGoOn: boolean): Exchanged => ({
    answer: { status, headers, text },
    mayGoOn: mayGoOn && headers.get('connection')?.toLowerCase() !== 'close',
  });
  if (headers.get('content-type')?.startsWith('text/event-stream')) return answered('', false);
  if (method === 'HEAD' || status === 204 || status === 304) return answered('', true);
  const content = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : counted(rest, headers);
  return content && answered(content.toString(), true);
};

const counted = (rest: Buffer, headers: Headers): Buffer | undefined => {
  const length = Number(headers.get('content-length') ?? 0);
  return rest.length < length ? undefined : rest.subarray(0, length);
};

const unchunked = (bytes: Buffer): Buffer | undefined => {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const length = Number.parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    if (length === 0) return bytes.indexOf('\r\n\r\n', end) < 0 ? undefined : Buffer.concat(parts);
    if (bytes.length < end + 2 + length + 2) return undefined;
    parts.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
};
