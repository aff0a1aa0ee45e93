import { setTimeout as passing } from 'node:timers/promises';
import type { ReplFrame } from '../../sdk/index.ts';
import { clientOf } from '../client.ts';
import type { Connection } from '../connection.ts';
import type { Sent } from './sent.ts';
import { serverAt } from './server-at.ts';

const againMs = 250;
/** Where nothing can be heard, nobody waits for it longer. */
const patienceMs = 2000;

/** Hears what a command prints while it runs. Whatever goes wrong with that is of no harm: its answer has all of it. */
export class Watch {
  readonly #sent: Sent;
  readonly #connection: Connection;
  readonly #onText: ((text: string) => void) | undefined;
  readonly #over = new AbortController();
  readonly #known = Promise.withResolvers<void>();
  #isBegun = false;
  #command: number | undefined;
  /** Another's command runs, and this one waits for its turn. */
  isAnothers = false;
  /** How many characters were heard, from the first on and without a gap. */
  shown = 0;
  /** Which server process it was sent to; known when it has begun. */
  server: string | undefined;

  constructor(sent: Sent, connection: Connection, onText: ((text: string) => void) | undefined) {
    this.#sent = sent;
    this.#connection = connection;
    this.#onText = onText;
  }

  /** Resolves when it is known whose command runs, or can't be known. */
  async known(): Promise<void> {
    void this.begin();
    await Promise.race([this.#known.promise, passing(patienceMs, undefined, { ref: false })]);
  }

  async begin(): Promise<void> {
    if (this.#isBegun) return;
    this.#isBegun = true;
    await this.#follow();
    this.#known.resolve();
  }

  async #follow(): Promise<void> {
    this.server = await serverAt(this.#connection);
    if (this.#onText === undefined) return;
    try {
      const id = await this.#sessionId();
      const { connect } = await import('../../sdk/live.ts');
      if (id === undefined || this.#over.signal.aborted) return;
      const { url, token } = this.#connection;
      const live = connect({ url, token });
      this.#over.signal.addEventListener('abort', () => live.close());
      for await (const frame of live.followRepl(id, { signal: this.#over.signal })) this.#hear(frame);
    } catch {
      // It is shown at its end.
    }
  }

  end(): void {
    this.#over.abort();
  }

  #hear(frame: ReplFrame): void {
    if (this.#over.signal.aborted) return;
    if (frame.type === 'repl_output') {
      if (frame.command !== this.#command || frame.from !== this.shown) return;
      this.shown += frame.text.length;
      this.#onText?.(frame.text);
      return;
    }
    const isOurs = frame.client === this.#sent.client && frame.command > this.#sent.after;
    if (frame.phase === 'began' && isOurs) this.#command = frame.command;
    this.isAnothers = frame.phase === 'began' && !isOurs;
    this.#known.resolve();
  }

  /** A session that the command makes is there soon. */
  async #sessionId(): Promise<string | undefined> {
    const client = clientOf(this.#connection);
    const path = { params: { path: { name: this.#sent.name } } };
    while (!this.#over.signal.aborted) {
      const { data, response } = await client.GET('/api/repl/sessions/{name}', path);
      if (data) return data.id;
      if (response.status !== 404) return undefined;
      await passing(againMs);
    }
    return undefined;
  }
}
