import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createClient, unwrap } from '../../src/sdk/index.ts';
import type { ApiError, Schemas, Session, StintClient } from '../../src/sdk/index.ts';
import { serve } from '../../src/serve.ts';
import type { ServeOptions, Serving } from '../../src/serve.ts';
import { checked, problemIn } from './answers.ts';
import { HandTime } from './hand-time.ts';

export const ownerToken = 'the-owner-of-this-doorway-0123456789';

export interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
  /** The body of a refusal. */
  problem: ApiError;
}

export interface RequestWith {
  /** The owner's when absent, none when empty. */
  token?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
  signal?: AbortSignal;
}

/** A real server on a folder of its own, and what a test needs to come to it as a client does. */
export class Doorway {
  readonly folder: string;
  readonly time = new HandTime();
  readonly #options: Partial<ServeOptions>;
  #serving: Serving | undefined;
  readonly #secrets = new Set<string>([ownerToken]);

  private constructor(options: Partial<ServeOptions>) {
    this.#options = options;
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'stint-doorway-'));
  }

  static async open(options: Partial<ServeOptions> = {}): Promise<Doorway> {
    const doorway = new Doorway(options);
    await doorway.start();
    return doorway;
  }

  async start(options: Partial<ServeOptions> = {}): Promise<void> {
    this.#serving = await serve({
      port: 0,
      host: '127.0.0.1',
      hostNames: [],
      behindProxy: false,
      logLevel: 'DEBUG',
      quiet: true,
      token: ownerToken,
      timeSources: this.time,
      ...this.#options,
      ...options,
      folder: this.folder,
    });
  }

  async stop(): Promise<void> {
    await this.#serving?.stop();
    this.#serving = undefined;
  }

  /** Stops, and looks whether any secret that was used stands in the logs. */
  async close(): Promise<void> {
    await this.stop();
    const logs = this.logs();
    for (const secret of this.#secrets) expect(logs.includes(secret), 'a secret stands in the logs').toBe(false);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get isServing(): boolean {
    return this.#serving !== undefined;
  }

  get serving(): Serving {
    if (this.#serving === undefined) throw new Error('the server is stopped');
    return this.#serving;
  }

  get url(): string {
    return this.serving.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  logs(): string {
    const folder = join(this.folder, 'logs');
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('');
  }

  /** Remembers a secret, which must never be seen in the logs. */
  secret(text: string): string {
    this.#secrets.add(text);
    return text;
  }

  /** The client that is shipped, with every answer held against the description. */
  client(token = ownerToken): StintClient {
    const through = async (request: Request) => checked(request, await fetch(request));
    return createClient({ url: this.url, token, fetch: through });
  }

  /** A request as it is spelled, well-formed or not. */
  async request(method: string, path: string, options: RequestWith = {}): Promise<Answered> {
    const { token = ownerToken, json, headers, signal, body = stringOf(json) } = options;
    const request = new Request(this.url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual',
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    });
    const response = await checked(request, await fetch(request));
    const text = await response.text();
    const parsed = isJson(response) && text !== '' ? (JSON.parse(text) as unknown) : text;
    return { status: response.status, headers: response.headers, body: parsed, problem: problemIn(parsed) };
  }

  async startSession(body: Partial<Schemas['StartSession']> = {}, token = ownerToken): Promise<Session> {
    return unwrap(await this.client(token).POST('/api/sessions', { body: { duration: 3600_000, ...body } }));
  }

  /** A token of the owner's under its own name. */
  async newToken(expiresIn?: number): Promise<{ id: string; token: string }> {
    const body = { name: 'a token', ...(expiresIn === undefined ? {} : { expiresIn }) };
    const { id, token } = unwrap(await this.client().POST('/api/tokens', { body }));
    return { id, token: this.secret(token) };
  }

  /** A user besides the owner, with a token of theirs. */
  async newUser(
    name: string,
    { role = 'member', ...token }: { role?: 'member' | 'viewer'; host?: boolean; expiresIn?: number } = {},
  ): Promise<{ id: string; token: string; tokenId: string }> {
    const { id } = unwrap(await this.client().POST('/api/users', { body: { name, role } }));
    const params = { path: { id } };
    const body = { name: 'a token', ...token };
    const made = unwrap(await this.client().POST('/api/users/{id}/tokens', { params, body }));
    return { id, token: this.secret(made.token), tokenId: made.id };
  }

  async newTicket(token = ownerToken): Promise<string> {
    return this.secret(unwrap(await this.client(token).POST('/api/ws-ticket')).ticket);
  }

  /** Everything that the journal holds, session by session: what a refused request must leave as it is. */
  async journal(): Promise<Record<string, unknown[]>> {
    const all: Record<string, unknown[]> = {};
    const { sessions } = unwrap(await this.client().GET('/api/sessions', { params: { query: { limit: 200 } } }));
    for (const { id } of sessions) {
      const query = { limit: 1000 };
      all[id] = unwrap(
        await this.client().GET('/api/sessions/{id}/events', { params: { path: { id }, query } }),
      ).events;
    }
    return all;
  }
}

const stringOf = (json: unknown): string | undefined => (json === undefined ? undefined : JSON.stringify(json));

const isJson = (response: Response): boolean => /[/+]json\b/.test(response.headers.get('content-type') ?? '');
