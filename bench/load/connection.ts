import { connect } from 'node:net';
import type { Socket } from 'node:net';

/**
 * One keep-alive client in a closed loop: the next request goes out when the answer to the last has come in. It knows just as
 * much HTTP as stint speaks (a status line, `content-length`), so that the load costs little beside the server it measures.
 */
export interface Connection {
  /** Sends requests until `stop`; resolves when the last is answered. Rejects when the server hangs up. */
  run(): Promise<void>;
  stop(): void;
}

export interface Heard {
  status: number;
  elapsedMs: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const lengthName = 'content-length: ';

export const open = (url: URL, request: Buffer, onAnswer: (heard: Heard) => void): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => resolve(closedLoop(socket, request, onAnswer)));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });

const closedLoop = (socket: Socket, request: Buffer, onAnswer: (heard: Heard) => void): Connection => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let stopped = false;
  let sentAt = 0;
  let rest: Buffer | undefined;

  const send = (): void => {
    sentAt = performance.now();
    socket.write(request);
  };
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    const answer = parse(bytes);
    rest = answer && bytes.length >= answer.bytes ? undefined : bytes;
    if (rest) return;
    onAnswer({ status: answer?.status ?? 0, elapsedMs: performance.now() - sentAt });
    if (!stopped) return send();
    socket.destroy();
    resolve();
  });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the server closed a connection under load')));
  return {
    run: () => {
      send();
      return promise;
    },
    stop: () => {
      stopped = true;
    },
  };
};

/** Status and whole length of the answer at the beginning; undefined while its head is not all there. */
const parse = (bytes: Buffer): { status: number; bytes: number } | undefined => {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const at = head.indexOf(lengthName);
  if (at < 0) throw new Error(`an answer without content-length: ${head.slice(0, 200)}`);
  return {
    status: Number(head.slice(9, 12)),
    bytes: end + headEnd.length + Number.parseInt(head.slice(at + lengthName.length), 10),
  };
};
