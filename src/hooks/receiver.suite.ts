/** A receiver of webhooks on loopback, and the ends that it can make of a call. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { AlertMessage } from '../contract/hooks.ts';

export interface Received {
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
  message: AlertMessage;
}

export type Answering = (response: ServerResponse, received: Received, request: IncomingMessage) => void;

export const withStatus =
  (status: number, headers: Record<string, string> = {}): Answering =>
  (response) =>
    void response.writeHead(status, headers).end();
export const never: Answering = () => undefined;
export const reset: Answering = (_response, _received, request) => void request.socket.resetAndDestroy();

export class Receiver {
  readonly received: Received[] = [];
  answering: Answering;
  url = '';
  #wake: () => void = () => undefined;

  private constructor(answering: Answering) {
    this.answering = answering;
  }

  static async open(answering: Answering = withStatus(204)): Promise<Receiver> {
    const receiver = new Receiver(answering);
    const server = createServer((request, response) => {
      void receiver.#take(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return receiver;
  }

  /** Resolves when so many have come. */
  async count(least: number): Promise<Received[]> {
    while (this.received.length < least) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.received;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => '');
    if (body === '') return;
    const received = {
      id: String(request.headers['webhook-id']),
      headers: request.headers,
      body,
      message: JSON.parse(body) as AlertMessage,
    };
    this.received.push(received);
    this.answering(response, received, request);
    this.#wake();
  }
}
