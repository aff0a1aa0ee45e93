/** The doorways over HTTP, with the test's own end for telemetry in the place of the server's. */
import { randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { HandTime } from './hand-time.ts';
import { Access } from '../../src/access/access.ts';
import { rateOf } from '../../src/access/rate-limit.ts';
import { Users } from '../../src/access/users.ts';
import { newMetrics } from '../../src/metrics/metrics.ts';
import { summarize } from '../../src/projections/summary.ts';
import type { TelemetryIn } from '../../src/readers/telemetry/telemetry.ts';
import { BootClock } from '../../src/runner/clock.ts';
import { SqliteCredentials } from '../../src/stores/sqlite/credentials.ts';
import { SqliteStore } from '../../src/stores/sqlite/store.ts';
import { SqliteUsers } from '../../src/stores/sqlite/users.ts';
import { Hub } from '../../src/faces/socket/hub.ts';
import { newApp } from '../../src/faces/http/app.ts';
import type { FaceParts, ServerFacts } from '../../src/faces/http/parts.ts';

const ownerToken = 'the-owner-of-this-receiver-0123456789';

export class Receiver {
  /** What was taken, and whose it was. */
  readonly taken: { owner: string; told: TelemetryIn }[] = [];
  /** What taking it comes to, instead of success. */
  trouble: Error | undefined;
  readonly tokens = { owner: ownerToken, member: '', viewer: '' };
  readonly ids = { owner: '', member: '' };
  readonly #folder = mkdtempSync(join(tmpdir(), 'stint-receiver-'));
  #app: FastifyInstance | undefined;
  #port = 0;
  #store: SqliteStore | undefined;

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.#open();
    return receiver;
  }

  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    await this.#app?.close();
    await this.#store?.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Sends a body as it is. */
  async post(
    signal: 'logs' | 'metrics',
    body: string | Uint8Array<ArrayBuffer> | ReadableStream | undefined,
    headers: Record<string, string>,
    token: string = this.tokens.owner,
  ): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}/v1/${signal}`, {
      method: 'POST',
      headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
    });
  }

  async #open(): Promise<void> {
    const store = await SqliteStore.open(join(this.#folder, 'stint.db'));
    this.#store = store;
    const clock = new BootClock(new HandTime());
    const common = { now: () => clock.now(), newId: randomUUIDv7 };
    const credentials = new SqliteCredentials(store);
    const access = new Access({
      ...common,
      credentials,
      onToken: () => undefined,
      hostNames: [],
      scheme: 'http',
      corsOrigins: [],
      rate: rateOf(1000),
      ownerRate: undefined,
    });
    const rows = new SqliteUsers(store, credentials);
    const users = new Users({ ...common, rows, onUser: () => undefined, onRightsChanged: () => access.lookAtOpen() });
    await this.#addUsers(access, users);
    const hub = new Hub({ sessions: store, clock, summarize, publishedTo: await store.lastPosition() });
    const telemetry = {
      take: async (owner: string, told: TelemetryIn): Promise<void> => {
        if (this.trouble) throw this.trouble;
        this.taken.push({ owner, told });
      },
    };
    const server: ServerFacts = { version: '0', startedAt: 0, url: '', publicUrl: '', recovered: [], state: 'healthy' };
    const metrics = newMetrics(server, {
      queued: () => 0,
      sessionCounts: async () => [],
      isWritable: () => true,
      fileSizes: () => store.fileSizes(),
    });
    // The rest is for other routes, which are not asked.
    const others = { runner: { onRemoved: () => () => undefined }, stopping: new AbortController().signal };
    const parts = { access, users, clock, telemetry, server, metrics, ...others } as unknown as FaceParts;
    const pages = new URL('../../web/', import.meta.url);
    this.#app = await newApp(parts, { log: pino({ level: 'silent' }), hub, pages, behindProxy: false });
    this.#port = Number(new URL(await this.#app.listen({ port: 0, host: '127.0.0.1' })).port);
  }

  async #addUsers(access: Access, users: Users): Promise<void> {
    const { owner } = await access.ensureOwner(ownerToken, undefined);
    const caller = access.identify({ host: undefined, origin: undefined, authorization: `Bearer ${ownerToken}` });
    for (const role of ['member', 'viewer'] as const) {
      const user = await users.add({ name: role, role });
      this.tokens[role] = (await access.createToken(caller, { name: role }, user)).token;
      if (role === 'member') this.ids.member = user.id;
    }
    this.ids.owner = owner.id;
  }
}
