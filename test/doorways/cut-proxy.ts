import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A bad network before a server: connections go through until they are cut, held up or refused. */
export class CutProxy {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #server = createServer((near) => this.#join(near));
  readonly #portOfServer: () => number | undefined;
  #isDown = false;

  private constructor(portOfServer: () => number | undefined) {
    this.#portOfServer = portOfServer;
  }

  /** The port is asked for with each connection: the server may be started again elsewhere, or be away (undefined). */
  static async open(portOfServer: () => number | undefined): Promise<CutProxy> {
    const proxy = new CutProxy(portOfServer);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Destroys every connection, with whatever is on its way. */
  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  /** The connections stay, and nothing comes through any more. */
  silence(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe();
      far.unpipe();
      near.pause();
      far.pause();
    }
  }

  /** Nobody comes through until `up`. */
  down(): void {
    this.#isDown = true;
    this.cut();
  }

  up(): void {
    this.#isDown = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    const port = this.#portOfServer();
    if (this.#isDown || port === undefined) return void near.resetAndDestroy();
    const far = connect(port, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [far, near]] as const) {
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#pairs.delete(pair);
        other.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  }
}
