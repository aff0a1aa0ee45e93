import { StintError, unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';

/** One write under a name that no other has. It is repeated until it is answered, under the same `Idempotency-Key`. */
export interface Operation {
  name: string;
  kind: 'start' | 'tokens' | 'checkpoint' | 'complete';
  /** What it is about; undefined for a start. */
  session: string | undefined;
}

/** An operation that the server answered with success, and the id that the answer gave to what it made. */
export interface Acknowledged extends Operation {
  id: string;
}

interface Writer {
  name: string;
  made: number;
  shared: string;
  /** The session that this writer started itself and has still to complete. */
  own: string | undefined;
  /** Sent, perhaps performed, never answered. */
  open: Operation | undefined;
}

/**
 * Writers that send one operation after the other, each on a session that it shares with others and on sessions of its own.
 * They remember what was acknowledged; a run ends for a writer when the server is gone or says that it stops.
 */
export class Writers {
  readonly acknowledged: Acknowledged[] = [];
  /** All that was ever sent, by name. */
  readonly sent = new Map<string, Operation>();
  readonly #writers: Writer[];
  readonly #onAcknowledged = new Set<() => void>();

  private constructor(count: number, shared: readonly string[]) {
    this.#writers = Array.from({ length: count }, (_, i) => ({
      name: `writer-${i}`,
      made: 0,
      shared: shared[i % shared.length] ?? '',
      own: undefined,
      open: undefined,
    }));
  }

  /** `count` writers on `sessions` shared sessions, which are started here. */
  static async begin(client: StintClient, count: number, sessions: number): Promise<Writers> {
    const started = Array.from({ length: sessions }, async () => {
      const { id } = unwrap(
        await client.POST('/api/sessions', { body: { duration: 86_400_000, tokenBudget: 100_000 } }),
      );
      return id;
    });
    return new Writers(count, await Promise.all(started));
  }

  /** All write until the server is gone or says that it stops. Any other refusal is thrown. */
  async run(client: StintClient): Promise<void> {
    await Promise.all(this.#writers.map((writer) => this.#write(writer, client, () => true)));
  }

  /** Sends again what was never answered, until all is. */
  async finish(client: StintClient): Promise<void> {
    await Promise.all(this.#writers.map((writer) => this.#write(writer, client, () => writer.open !== undefined)));
  }

  /** Resolves when so many more were acknowledged. */
  afterMore(count: number): Promise<void> {
    const goal = this.acknowledged.length + count;
    return new Promise((resolve) => {
      const look = () => {
        if (this.acknowledged.length < goal) return;
        this.#onAcknowledged.delete(look);
        resolve();
      };
      this.#onAcknowledged.add(look);
      look();
    });
  }

  async #write(writer: Writer, client: StintClient, goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const retried = writer.open !== undefined;
      const operation = (writer.open ??= this.#next(writer));
      const id = await attempt(client, operation, retried);
      if (id === undefined) return;
      writer.open = undefined;
      if (operation.kind === 'start') writer.own = id;
      if (operation.kind === 'complete') writer.own = undefined;
      this.acknowledged.push({ ...operation, id });
      for (const look of this.#onAcknowledged) look();
    }
  }

  #next(writer: Writer): Operation {
    const n = writer.made++;
    const name = `${writer.name}-${n}`;
    const operation = operationOf(n, name, writer);
    this.sent.set(name, operation);
    return operation;
  }
}

const operationOf = (n: number, name: string, { shared, own }: Writer): Operation => {
  if (n % 8 === 3) return { name, kind: 'start', session: undefined };
  if (n % 8 === 6 && own !== undefined) return { name, kind: 'complete', session: own };
  if (n % 8 === 5) return { name, kind: 'checkpoint', session: own ?? shared };
  return { name, kind: 'tokens', session: shared };
};

/** The id of what it made; undefined when the server is gone or stops. */
const attempt = async (client: StintClient, operation: Operation, retried: boolean): Promise<string | undefined> => {
  try {
    return await perform(client, operation);
  } catch (error) {
    if (!(error instanceof StintError)) return undefined;
    if (error.error === 'server_stopping') return undefined;
    // A change of status has no key; what was completed before the answer was lost is completed.
    if (retried && error.error === 'session_already_completed') return operation.session;
    throw error;
  }
};

const perform = async (client: StintClient, { name, kind, session: id = '' }: Operation): Promise<string> => {
  const headers = { 'Idempotency-Key': name };
  const params = { path: { id } };
  switch (kind) {
    case 'start': {
      return unwrap(await client.POST('/api/sessions', { headers, body: { duration: 3_600_000, name } })).id;
    }
    case 'tokens': {
      const body = { tokensUsed: 1 + (name.length % 7), operation: name };
      return unwrap(await client.POST('/api/sessions/{id}/tokens', { headers, params, body })).usage.id;
    }
    case 'checkpoint': {
      const body = { phase: name, promptCount: 1 };
      return unwrap(await client.POST('/api/sessions/{id}/checkpoints', { headers, params, body })).id;
    }
    case 'complete': {
      return unwrap(await client.PATCH('/api/sessions/{id}', { params, body: { status: 'completed' } })).id;
    }
  }
};
