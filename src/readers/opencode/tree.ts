/** A message of the tree of JSON files from before the database, with the session that it belongs to. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fields } from '../fields.ts';
import type { FileAccess } from '../file-access.ts';
import type { Cursor, Reading, Skipped, SkipReason, Texts, UsageRecord, Utterance } from '../reader.ts';
import { Sightings } from '../sightings.ts';
import { troubleOf } from '../trouble.ts';
import { usageIn } from './message.ts';
import { type MessagePath, messageAt } from './places.ts';
import { saidInPart, utteranceOf } from './said.ts';
import { parsed } from './schema.ts';
import { type Holder, holderOf, type Session, sessionOf, sightingsIn } from './sessions.ts';
import { readSmall, type SmallFile } from './small-files.ts';
import { timeIn } from './times.ts';

/** So many sessions are remembered; files come session by session. */
const mostSessions = 256;

export class Tree {
  readonly #access: FileAccess;
  readonly #mostBytes: number;
  /** By folder and id. Files of sessions do not change any more: nothing writes them since there is a database. */
  readonly #sessions = new Map<string, Session>();
  readonly #projects = new Map<string, readonly string[]>();

  constructor(access: FileAccess, mostBytes: number) {
    this.#access = access;
    this.#mostBytes = mostBytes;
  }

  async readFrom(file: string, cursor: Cursor | undefined): Promise<Reading> {
    const records: UsageRecord[] = [];
    const sightings = new Sightings();
    const { read, skipped } = await this.#read(file, cursor, async (data, path, bornAt, skip) => {
      const holder = await this.#holderOf(path);
      for (const seen of sightingsIn(data, holder)) sightings.see(seen);
      const message = { id: path.id, type: '', data };
      const usage = usageIn(message, holder, { file, offset: 0, fileBornAt: holder.session.bornAt ?? bornAt });
      if (typeof usage === 'object') records.push(usage);
      else if (usage !== undefined) skip(usage);
    });
    const seen = sightings.all();
    return { ...read, records, skipped, ...(seen.length > 0 && { sightings: seen }) };
  }

  async textsFrom(file: string, cursor: Cursor | undefined): Promise<Texts> {
    const utterances: Utterance[] = [];
    const { read, skipped } = await this.#read(file, cursor, async (data, path) => {
      const at = timeIn(data, 'created');
      if (at === undefined) return;
      const holder = await this.#holderOf(path);
      for (const part of await partsOf(path)) {
        const said = saidInPart(part, { role: String(data['role']), at });
        if (typeof said === 'object') utterances.push(utteranceOf(said, holder));
      }
    });
    return { ...read, utterances, skipped };
  }

  async #read(
    file: string,
    cursor: Cursor | undefined,
    use: (data: Fields, path: MessagePath, bornAt: number, skip: (reason: SkipReason) => void) => Promise<void>,
  ) {
    const skipped: Skipped[] = [];
    const skip = (reason: SkipReason) => void skipped.push({ file, offset: 0, reason });
    const take = async ({ text, bornAt }: SmallFile) => {
      // Emptied, to be written anew.
      if (text === '') return;
      const data = parsed(text);
      if (data === undefined) return skip('malformed');
      await use(data, messageAt(file)!, bornAt, skip);
    };
    const read = await readSmall(this.#access, file, cursor, this.#mostBytes, take, skip);
    return { read, skipped };
  }

  async #holderOf({ storage, sessionId }: MessagePath): Promise<Holder> {
    const chain = new Map<string, Session>();
    for (let id: string | undefined = sessionId; id !== undefined && !chain.has(id);) {
      const session: Session = await this.#session(storage, id);
      chain.set(id, session);
      id = session.parentId;
    }
    return holderOf(sessionId, (id) => chain.get(id));
  }

  async #session(storage: string, id: string): Promise<Session> {
    const name = join(storage, id);
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const session = await this.#findSession(storage, id);
    if (this.#sessions.size >= mostSessions) this.#sessions.clear();
    this.#sessions.set(name, session);
    return session;
  }

  /** The folder of its project is not told by a message. */
  async #findSession(storage: string, id: string): Promise<Session> {
    for (const project of await this.#projectsIn(storage)) {
      const fields = await smallFile(join(storage, 'session', project, `${id}.json`));
      if (fields !== undefined) return sessionOf(id, fields);
    }
    return { id };
  }

  async #projectsIn(storage: string): Promise<readonly string[]> {
    let projects = this.#projects.get(storage);
    if (projects === undefined) {
      projects = await namesIn(join(storage, 'session'));
      this.#projects.set(storage, projects);
    }
    return projects;
  }
}

async function partsOf({ storage, id }: MessagePath): Promise<Fields[]> {
  const folder = join(storage, 'part', id);
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const parts = await Promise.all(names.map((name) => smallFile(join(folder, name))));
  return parts.filter((part) => part !== undefined);
}

/** Nothing hangs on what is beside a message. */
async function smallFile(path: string): Promise<Fields | undefined> {
  return orNothing(async () => parsed(await readFile(path, 'utf8')), undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  return orNothing(() => readdir(folder), []);
}

async function orNothing<T>(read: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    troubleOf(error);
    return nothing;
  }
}
