import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';

/** A message on its way through the proxy. `body` is JSON where it is any, else text. */
export interface Passing {
  method: string;
  path: string;
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** What the proxy does to what passes through it: each changes the message, or does nothing. */
export interface Breakage {
  request?: (passing: Passing) => void;
  answer?: (passing: Passing) => void;
  /** What becomes of a frame to the client; nothing when it is kept back. */
  frame?: (frame: Record<string, unknown>) => Record<string, unknown> | undefined;
  /** How often a request is sent on. */
  times?: (passing: Passing) => number;
}

const jsonOr = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

const badGateway = (passing: Passing, error: unknown): Passing => ({
  ...passing,
  status: 502,
  headers: {},
  body: `the server behind the proxy: ${String(error)}`,
});

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const forward = (server: string, { method, path, headers, body }: Passing): Promise<Passing> =>
  new Promise((resolve, reject) => {
    const sent = textOf(body);
    const { 'transfer-encoding': _, ...rest } = headers;
    const length = sent === '' ? {} : { 'content-length': String(Buffer.byteLength(sent)) };
    const asked = request(server + path, {
      method,
      headers: { ...rest, ...length, connection: 'close' },
      agent: false,
    });
    asked.on('error', reject);
    asked.on('response', (answer: IncomingMessage) => {
      const { statusCode: status = 0, headers } = answer;
      text(answer).then((body) => resolve({ method, path, status, headers, body: jsonOr(body) }), reject);
    });
    asked.end(sent);
  });

const pass = async (
  server: string,
  breakage: Breakage,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const { method = '', url: path = '', headers } = incoming;
  const asked: Passing = { method, path, headers: { ...headers }, status: 0, body: jsonOr(await text(incoming)) };
  breakage.request?.(asked);
  for (let n = breakage.times?.(asked) ?? 1; n > 1; n--) await forward(server, asked);
  const answer = await forward(server, asked).catch((error: unknown) => badGateway(asked, error));
  breakage.answer?.(answer);
  const body = textOf(answer.body);
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...rest } = answer.headers;
  outgoing.writeHead(answer.status, body === '' ? rest : { ...rest, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
};

/** A proxy before a server that breaks what passes as told. */
export const brokenProxy = async (server: string, breakage: Breakage) => {
  const http = createServer((incoming, outgoing) => void pass(server, breakage, incoming, outgoing));
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (client, { url, headers: { authorization = '' } }) => {
    const upstream = new WebSocket(`${server.replace('http', 'ws')}${url}`, { headers: { authorization } });
    const waiting: string[] = [];
    client.on('message', (data) => {
      const text = (data as Buffer).toString();
      if (upstream.readyState === upstream.OPEN) upstream.send(text);
      else waiting.push(text);
    });
    client.on('close', () => upstream.close());
    upstream.on('open', () => waiting.forEach((data) => upstream.send(data)));
    upstream.on('close', (code) => client.close(code === 1006 ? 1011 : code));
    upstream.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as Record<string, unknown>;
      const kept = breakage.frame ? breakage.frame(frame) : frame;
      if (kept) client.send(JSON.stringify(kept));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
};
