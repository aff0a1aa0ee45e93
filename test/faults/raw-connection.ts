import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { token } from './server-process.ts';

/** A connection on which anything can be sent, as no HTTP client would. */
export class RawConnection {
  readonly socket: Socket;
  /** All that came back so far. */
  received = '';
  /** Resolves when the server has closed it, or broken it off. */
  readonly closed: Promise<void>;
  readonly #listeners = new Set<() => void>();

  private constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    // What a server that refuses does to those who go on sending.
    this.socket.on('error', () => undefined);
    this.socket.on('data', (data) => {
      this.received += data.toString('latin1');
      this.#tell();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('end', resolve);
      this.socket.once('close', resolve);
    });
    void this.closed.then(() => this.#tell());
    onTestFinished(() => void this.socket.destroy());
  }

  static async open(port: number): Promise<RawConnection> {
    const connection = new RawConnection(port);
    await once(connection.socket, 'connect');
    return connection;
  }

  /** Resolves when the system has taken it, or the connection is broken off. */
  send(data: string | Buffer): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) resolve(false);
      else this.socket.write(data, (error) => resolve(!error));
    });
  }

  /** Sends no more; what the server still answers is read. */
  halfClose(): void {
    this.socket.end();
  }

  /** Breaks it off, without a farewell. */
  drop(): void {
    this.socket.resetAndDestroy();
  }

  /** The status of the first answer; undefined when the connection ended without one. */
  async status(): Promise<number | undefined> {
    const answered = new Promise<void>((resolve) => {
      const look = () => {
        if (this.received.includes('\r\n')) resolve();
      };
      this.#listeners.add(look);
      look();
    });
    await Promise.race([answered, this.closed]);
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(this.received)?.[1];
    return status === undefined ? undefined : Number(status);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The beginning of a POST to the API: the line, and headers with the token. */
export const postHead = (path: string, headers: Record<string, string | number>): string =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');
