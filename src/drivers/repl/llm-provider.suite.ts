/** A provider of models on loopback, and the ends that it can make of a call. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export type Answering = (response: ServerResponse, request: IncomingMessage) => void;

export const answer = {
  content: [{ type: 'text', text: 'yes' }],
  model: 'm-1',
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
};

export const withBody =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answering =>
  (response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
export const good = withBody(answer);
export const never: Answering = () => undefined;
export const reset: Answering = (_response, request) => void request.socket.resetAndDestroy();
export const cutShort: Answering = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"content":', () => response.destroy());
};
/** It goes on for as long as somebody reads. */
export const endless: Answering = (response) => {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
};

export interface Told {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** Answers one after the other, and with the last one from then on. */
export const startProvider = async (...answerings: readonly Answering[]) => {
  const told: Told[] = [];
  const { promise: asked, resolve: wake } = Promise.withResolvers<void>();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body: unknown = JSON.parse(await text(request));
    told.push({ method: request.method, path: request.url, headers: request.headers, body });
    answerings[Math.min(told.length, answerings.length) - 1]?.(response, request);
    wake();
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told, asked };
};
