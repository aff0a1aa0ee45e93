import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined when the body is no JSON. */
  body: unknown;
}

/** Speaks to the server in bytes: what no HTTP client would send. */
export const open = async (port: number, host = '127.0.0.1'): Promise<Socket> => {
  const socket = connect(port, host);
  // A server that hangs up on a client that still sends is what some tests are about.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
};

/** The first answer that comes; rejects when the connection ends before one is whole. */
export const answerOn = (socket: Socket): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const look = () => {
      const answer = parse(bytes);
      if (answer) done(() => resolve(answer));
    };
    const done = (settle: () => void) => {
      socket.off('data', onData);
      socket.off('close', onClose);
      settle();
    };
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      look();
    };
    const onClose = () => done(() => reject(new Error(`no whole answer came: ${JSON.stringify(bytes.toString())}`)));
    socket.on('data', onData);
    socket.on('close', onClose);
  });

/** Sends one request and hangs up after its answer. */
export const exchange = async (port: number, request: string | Buffer): Promise<RawAnswer> => {
  const socket = await open(port);
  const answer = answerOn(socket);
  socket.write(request);
  try {
    return await answer;
  } finally {
    socket.destroy();
  }
};

/** A request from its parts; headers may be given twice and are spelled as they are. */
export const requestText = (line: string, headers: readonly string[], body = ''): string =>
  `${line}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`;

const parse = (bytes: Buffer): RawAnswer | undefined => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...fields] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Headers();
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers.append(field.slice(0, colon), field.slice(colon + 1).trim());
  }
  const length = Number(headers.get('content-length') ?? 0);
  const rest = bytes.subarray(end + 4);
  if (rest.length < length) return undefined;
  const text = rest.subarray(0, length).toString();
  return { status: Number(line.split(' ')[1]), headers, text, body: jsonIn(text) };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
