/** Databases and files as opencode writes them, and reading them through the port, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import type { Sighting, UsageRecord } from '../reader.ts';
import { Responses } from '../responses.ts';
import { opencodeReader } from './reader.ts';

export const noon = Date.UTC(2026, 9, 1, 12);
export const directory = '/home/dev/work';

/** The id that opencode makes at a time. */
export function idAt(ms: number, n = 1, prefix = 'msg'): string {
  const units = (BigInt(noon + ms) * 4096n + BigInt(n)) & 0xffff_ffff_ffffn;
  return `${prefix}_${units.toString(16).padStart(12, '0')}${String(n).padStart(14, '0')}`;
}

export function tokens(input: number, output: number, more: object = {}): object {
  return { input, output, reasoning: 0, cache: { read: 0, write: 0 }, ...more };
}

/** An answer of the first schema, complete unless told otherwise. */
export function answer(ms: number, used: unknown, more: object = {}): Record<string, unknown> {
  return {
    role: 'assistant',
    time: { created: noon + ms, completed: noon + ms + 500 },
    parentID: 'msg_parent',
    modelID: 'claude-sonnet-4-5',
    providerID: 'anthropic',
    mode: 'build',
    agent: 'build',
    path: { cwd: directory, root: directory },
    cost: 0,
    tokens: used,
    finish: 'stop',
    ...more,
  };
}

export function running(ms: number, used: unknown = tokens(0, 0)): Record<string, unknown> {
  return answer(ms, used, { time: { created: noon + ms }, finish: undefined });
}

/** An answer of the later schema. */
export function laterAnswer(ms: number, used: unknown, more: object = {}): Record<string, unknown> {
  return {
    time: { created: noon + ms, completed: noon + ms + 500 },
    agent: 'build',
    model: { id: 'claude-sonnet-4-5', providerID: 'anthropic' },
    content: [{ type: 'text', text: `Answer at ${ms}` }],
    finish: 'stop',
    cost: 0,
    tokens: used,
    ...more,
  };
}

const firstSchema = `
  CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, parent_id TEXT, slug TEXT NOT NULL,
    directory TEXT NOT NULL, title TEXT NOT NULL, version TEXT NOT NULL,
    time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL);
  CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE,
    time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE INDEX message_session_time_created_id_idx ON message (session_id, time_created, id);
  CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    session_id TEXT NOT NULL, time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE INDEX part_message_id_id_idx ON part (message_id, id);`;
const laterSchema = `
  CREATE TABLE session_v2 (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, parent_id TEXT, fork_session_id TEXT,
    fork_boundary TEXT, slug TEXT NOT NULL, directory TEXT NOT NULL, title TEXT, version TEXT NOT NULL,
    time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL);
  CREATE TABLE session_message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, type TEXT NOT NULL, seq INTEGER NOT NULL,
    time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE UNIQUE INDEX session_message_session_seq_idx ON session_message (session_id, seq);`;

export type SchemaName = 'first' | 'later' | 'both';

/** A database as a running opencode holds it. Times of change rise by themselves. */
export class Store {
  readonly file: string;
  readonly db: DatabaseSync;
  #clock = noon;
  #seq = 0;

  constructor(schema: SchemaName = 'first', file = join(tempFolder(), 'opencode.db')) {
    this.file = file;
    this.db = new DatabaseSync(file);
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    if (schema !== 'later') this.db.exec(firstSchema);
    if (schema !== 'first') this.db.exec(laterSchema);
    onTestFinished(() => this.close());
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  session(id: string, more: { parent?: string; title?: string; bornMs?: number; cwd?: string } = {}): this {
    const { parent = null, title = 'Fix the build', bornMs = 0, cwd = directory } = more;
    this.db
      .prepare(`INSERT INTO session VALUES (?, 'p', ?, 'slug', ?, ?, '1.15.0', ?, ?)`)
      .run(id, parent, cwd, title, noon + bornMs, this.#tick());
    return this;
  }

  laterSession(
    id: string,
    more: { parent?: string; fork?: string; title?: string | null; bornMs?: number } = {},
  ): this {
    const { parent = null, fork = null, title = 'Fix the build', bornMs = 0 } = more;
    this.db
      .prepare(`INSERT INTO session_v2 VALUES (?, 'p', ?, ?, NULL, 'slug', ?, ?, '2.0.0', ?, ?)`)
      .run(id, parent, fork, directory, title, noon + bornMs, this.#tick());
    return this;
  }

  /** As opencode does it: added, or changed where it is. */
  message(session: string, id: string, data: object | string): this {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    this.db
      .prepare(
        `INSERT INTO message VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, time_updated = excluded.time_updated`,
      )
      .run(id, session, createdIn(data), this.#tick(), text);
    return this;
  }

  later(session: string, id: string, type: string, data: object): this {
    this.db
      .prepare(
        `INSERT INTO session_message VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, time_updated = excluded.time_updated`,
      )
      .run(id, session, type, ++this.#seq, createdIn(data), this.#tick(), JSON.stringify(data));
    return this;
  }

  part(session: string, message: string, id: string, data: object): this {
    this.db
      .prepare(
        `INSERT INTO part VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, time_updated = excluded.time_updated`,
      )
      .run(id, message, session, noon, this.#tick(), JSON.stringify(data));
    return this;
  }

  follow(limits: Parameters<typeof opencodeReader>[0] = {}): Whole {
    return new Whole(opencodeReader(limits), this.file);
  }

  #tick(): number {
    return ++this.#clock;
  }
}

function createdIn(data: object | string): number {
  const { time } = typeof data === 'string' ? {} : (data as { time?: { created?: number } });
  return time?.created ?? noon;
}

/** Keeps sightings too. */
export class Whole extends Following {
  readonly sightings: Sighting[] = [];

  override async read() {
    const reading = await super.read();
    this.sightings.push(...(reading.sightings ?? []));
    return reading;
  }

  get merged(): UsageRecord[] {
    return [...new Responses().addAll(this.records)].toSorted((a, b) => a.at - b.at);
  }
}

/** Input, output, reasoning, cache read and cache write of each response. */
export function spent(records: Iterable<UsageRecord>): number[][] {
  return [...records].map(({ parts }) => [
    parts.input,
    parts.output,
    parts.reasoning ?? 0,
    parts.cacheRead,
    parts.cacheWrite5m,
  ]);
}

export function writeJson(path: string, value: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}
