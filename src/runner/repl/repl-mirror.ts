import { appendFileSync, statSync } from 'node:fs';
import { lstat, mkdir, open, rename, rm, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { IIncrementalWriter, SessionEvent } from '../../contract/session-server.ts';
import { endOf } from './repl-mirror-end.ts';

export interface MirrorParts {
  session: string;
  header: SessionEvent;
  /** Events of the session's journal from one on, in order. */
  events: (from: number) => AsyncIterable<SessionEvent>;
  /** The last event of the session's journal; undefined where it has none. */
  latest: () => Promise<SessionEvent | undefined>;
}

/** What is to be written is not kept in memory beyond this; it is read from the journal then. */
const mostWaiting = 4 << 20;
/** Written at once of what is read from the journal. */
const charsAtOnce = 1 << 20;

/**
 * A file that has a session's journal, a line an event, after the header.
 *
 *  W1  It has what is in the journal and nothing else, up to some event: what it lacks is read from the journal, and a line that a kill
 *      has torn is cut off.
 *  W2  A file that says something else than the journal is written anew, all of it or none; one that is of something else is set aside.
 *  W3  What could not be written is written later; nobody waits for it but who asks for that.
 */
export class ReplMirror implements IIncrementalWriter {
  readonly #parts: MirrorParts;
  #path: string;
  /** One at a time. */
  #lane: Promise<unknown>;
  #pending = 0;
  #waiting: { seq: number; line: string }[] = [];
  #waitingChars = 0;
  /** What the file is known to end with; unknown before somebody looked, and after what went wrong. */
  #end: { seq: number; bytes: number } | undefined;
  #isRemoved = false;

  /** `free`: settles when the path is free. */
  constructor(path: string, parts: MirrorParts, free: Promise<unknown>) {
    this.#path = path;
    this.#parts = parts;
    this.#lane = free;
  }

  get path(): string {
    return this.#path;
  }

  /** Resolves when they are in the file. */
  appendEvents(events: readonly SessionEvent[]): Promise<void> {
    for (const event of events) this.#add(event);
    return this.catchUp();
  }

  /** The same without waiting; what can't be done now is left to the next start. */
  appendSync(events: readonly SessionEvent[]): void {
    if (this.#pending > 0 || this.#end === undefined || this.#isRemoved) return;
    const { seq, bytes } = this.#end;
    const text = following(seq, events.map(lineOf));
    this.#end = undefined;
    try {
      if (text && text.lines !== '' && statSync(this.#path).size === bytes) appendFileSync(this.#path, text.lines);
    } catch {
      // W1.
    }
  }

  /** Resolves when all that was told is in the file. */
  catchUp(): Promise<void> {
    return this.#inTurn(async () => {
      const waiting = this.#waiting;
      [this.#waiting, this.#waitingChars] = [[], 0];
      if (this.#isRemoved) return;
      const known = this.#end;
      this.#end = undefined;
      const text = known && following(known.seq, waiting);
      this.#end = text && known && (await this.#append(text.lines, known.bytes, text.seq));
      this.#end ??= await this.#level();
    });
  }

  /** Its place is another from now on, once that is free. */
  moveTo(path: string, free: Promise<unknown>): Promise<void> {
    return this.#inTurn(async () => {
      await free;
      const from = this.#path;
      this.#path = path;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // W2.
      const there = await endOf(path);
      if (there && !there.isOf(this.#parts.session)) await this.#setAside();
      await rename(from, path).catch(() => (this.#end = undefined));
    });
  }

  remove(): Promise<void> {
    this.#isRemoved = true;
    return this.#inTurn(() => rm(this.#path, { force: true }));
  }

  /** Resolves when what was begun is over. */
  idle(): Promise<void> {
    return this.#lane.then(nothing, nothing);
  }

  #add(event: SessionEvent): void {
    const one = lineOf(event);
    this.#waiting.push(one);
    this.#waitingChars += one.line.length;
    if (this.#waitingChars <= mostWaiting) return;
    // W1.
    [this.#waiting, this.#waitingChars] = [[], 0];
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    this.#pending += 1;
    const changed = this.#lane.then(change).finally(() => {
      this.#pending -= 1;
    });
    this.#lane = changed.then(nothing, nothing);
    return changed;
  }

  /** Undefined where the file is not what it was known to be. */
  async #append(lines: string, bytes: number, seq: number): Promise<{ seq: number; bytes: number } | undefined> {
    const file = await open(this.#path, 'r+').catch(() => undefined);
    if (file === undefined) return undefined;
    try {
      if ((await file.stat()).size !== bytes) return undefined;
      if (lines === '') return { seq, bytes };
      const { bytesWritten } = await writeAll(file, lines, bytes);
      return { seq, bytes: bytes + bytesWritten };
    } finally {
      await file.close();
    }
  }

  /** W1, W2: the file as it is, brought to where the journal is. */
  async #level(): Promise<{ seq: number; bytes: number }> {
    const end = await endOf(this.#path);
    if (end === undefined) return this.#rewrite();
    if (end.header !== lineOf(this.#parts.header).line) {
      if (!end.isOf(this.#parts.session)) await this.#setAside();
      return this.#rewrite();
    }
    const latest = await this.#parts.latest();
    const last = latest === undefined ? -1 : seqOf(latest);
    if (end.seq > last) return this.#rewrite();
    if (end.seq === last && latest !== undefined && lineOf(latest).line !== end.line) return this.#rewrite();
    await truncate(this.#path, end.bytes);
    if (end.seq === last) return { seq: last, bytes: end.bytes };
    return (await this.#appendFrom(end)) ?? this.#rewrite();
  }

  /** Undefined where the file's last line is not that of the journal. */
  async #appendFrom(end: { seq: number; line: string; bytes: number }) {
    const file = await open(this.#path, 'r+');
    try {
      let isSame = end.seq < 0;
      const rest = this.#parts.events(Math.max(0, end.seq));
      async function* checked() {
        for await (const event of rest) {
          if (seqOf(event) > end.seq) yield event;
          else isSame = lineOf(event).line === end.line;
          if (!isSame) return;
        }
      }
      const written = await writeEvents(file, checked(), end);
      return isSame ? written : undefined;
    } finally {
      await file.close();
    }
  }

  async #rewrite(): Promise<{ seq: number; bytes: number }> {
    const next = `${this.#path}.next`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    await rm(next, { force: true });
    const file = await open(next, 'wx', 0o600);
    try {
      const { bytesWritten } = await writeAll(file, lineOf(this.#parts.header).line, 0);
      const end = await writeEvents(file, this.#parts.events(0), { seq: -1, bytes: bytesWritten });
      await file.sync();
      if (this.#isRemoved) await rm(next);
      else await rename(next, this.#path);
      return end;
    } finally {
      await file.close();
    }
  }

  async #setAside(): Promise<void> {
    for (let n = 1; ; n++) {
      const aside = `${this.#path}.${n}`;
      const isTaken = await lstat(aside).then(
        () => true,
        () => false,
      );
      if (!isTaken) return rename(this.#path, aside);
    }
  }
}

const nothing = (): void => {};

const seqOf = (event: SessionEvent): number => (event.type === 'session' ? -1 : event.seq);
const lineOf = (event: SessionEvent) => ({ seq: seqOf(event), line: `${JSON.stringify(event)}\n` });

/** What comes after an event; undefined where that is not all of it. */
const following = (after: number, waiting: readonly { seq: number; line: string }[]) => {
  const rest = waiting.filter(({ seq }) => seq > after);
  const first = rest[0]?.seq ?? after + 1;
  if (first !== after + 1) return undefined;
  return { lines: rest.map(({ line }) => line).join(''), seq: rest.at(-1)?.seq ?? after };
};

const writeAll = async (file: FileHandle, text: string, at: number): Promise<{ bytesWritten: number }> => {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;)
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  return { bytesWritten: bytes.length };
};

const writeEvents = async (
  file: FileHandle,
  events: AsyncIterable<SessionEvent>,
  from: { seq: number; bytes: number },
): Promise<{ seq: number; bytes: number }> => {
  let { seq, bytes } = from;
  let text = '';
  const flush = async () => {
    bytes += (await writeAll(file, text, bytes)).bytesWritten;
    text = '';
  };
  for await (const event of events) {
    const { line, seq: at } = lineOf(event);
    text += line;
    seq = at;
    if (text.length > charsAtOnce) await flush();
  }
  await flush();
  return { seq, bytes };
};
