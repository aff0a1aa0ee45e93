import { setImmediate as turn } from 'node:timers/promises';
import type { z } from 'zod';
import { invalid, Problem } from '../contract/problem.ts';
import type { ReplEntry } from '../contract/repl.ts';
import { dialectOf, eventIn, headerSchema } from './repl-journal-events.ts';
import type { Dialect, EventLine, JournalHeader } from './repl-journal-events.ts';

/** A journal that was exported, as it is read. */
export interface JournalFile {
  header: JournalHeader;
  dialect: Dialect;
  /** `seq` from 0 without gaps. */
  entries: ReplEntry[];
  /** Of each entry. */
  lines: number[];
  /** That are the journal's own: where the state after a command has no name there, a checkpoint is added that gives it one. */
  events: number;
  /** How many there are of what has no place in a journal, by its type. */
  passedOver: Record<string, number>;
}

/** Then others have their turn. */
const bytesAtOnce = 512 * 1024;
const newline = 0x0a;

/** Reads a journal, a line an event; `parse` takes one apart. Throws `invalid_request` with the number of the line that is wrong. */
export const readJournal = async (body: Buffer, parse: (line: Buffer) => unknown): Promise<JournalFile> => {
  const reading = new Reading();
  let turnAt = bytesAtOnce;
  let number = 0;
  for (let from = 0; from < body.length;) {
    const found = body.indexOf(newline, from);
    const end = found === -1 ? body.length : found;
    number += 1;
    const line = body.subarray(from, end);
    if (!isBlank(line)) reading.take(number, parsed(line, number, parse));
    from = end + 1;
    if (from < turnAt) continue;
    turnAt = from + bytesAtOnce;
    await turn();
  }
  return reading.file();
};

/** What is wrong in a line. */
export const wrongLine = (line: number, message: string): Problem => invalid([{ path: `line ${line}`, message }]);

const parsed = (line: Buffer, number: number, parse: (line: Buffer) => unknown): unknown => {
  try {
    return parse(line);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw wrongLine(number, error.message.replace(/^the body is/, 'is'));
  }
};

class Reading {
  #header: JournalHeader | undefined;
  #dialect: Dialect | undefined;
  readonly #entries: ReplEntry[] = [];
  readonly #lines: number[] = [];
  readonly #passedOver: Record<string, number> = {};
  #events = 0;
  /** The command under way, and whether something came of it. */
  #command: 'none' | 'runs' | 'ended' = 'none';
  #lastSeq = -1;
  #lastAt = 0;

  take(line: number, value: unknown): void {
    if (this.#header === undefined) {
      this.#header = checked(line, headerSchema.safeParse(value));
      this.#lastAt = this.#header.created;
      return;
    }
    this.#dialect ??= dialectOf(value);
    const event = checked(line, eventIn(value, this.#dialect));
    this.#checkSeq(line, event);
    this.#lastSeq = event.seq;
    if (event.entry === undefined) {
      this.#passedOver[event.type] = (this.#passedOver[event.type] ?? 0) + 1;
      return;
    }
    const { id } = this.#header;
    const make = (): ReplEntry => event.entry!({ seq: this.#entries.length, lastAt: this.#lastAt, id });
    if (this.#isNameless(make())) this.#nameState();
    const entry = make();
    this.#lastAt = entry.timestamp;
    this.#entries.push(entry);
    this.#lines.push(line);
    this.#events += 1;
    this.#follow(entry);
  }

  file(): JournalFile {
    if (this.#header === undefined) throw wrongLine(1, 'must be the journal’s header: the body is empty');
    if (this.#command === 'ended') this.#nameState();
    return {
      header: this.#header,
      dialect: this.#dialect ?? 'document',
      entries: this.#entries,
      lines: this.#lines,
      events: this.#events,
      passedOver: this.#passedOver,
    };
  }

  /** A command has come to its end by then, and what the session is after it has no name. */
  #isNameless(next: ReplEntry): boolean {
    if (next.type === 'input') return this.#command !== 'none';
    if (next.type === 'checkpoint') return this.#command === 'ended' && next.reason === 'goto';
    return this.#command === 'ended' && next.type !== 'output' && next.type !== 'error';
  }

  #nameState(): void {
    const seq = this.#entries.length;
    const stateId = `after-${seq - 1}`;
    this.#entries.push({ type: 'checkpoint', seq, reason: 'command', stateId, timestamp: this.#lastAt });
    this.#lines.push(this.#lines.at(-1) ?? 1);
    this.#command = 'none';
  }

  #follow({ type, ...entry }: ReplEntry): void {
    const reason = 'reason' in entry ? entry.reason : undefined;
    const isLeft = reason === 'command' || reason === 'goto' || reason === 'fork';
    if (type === 'input') this.#command = 'runs';
    else if ((type === 'output' || type === 'error') && this.#command !== 'none') this.#command = 'ended';
    else if (type === 'checkpoint' && (isLeft || this.#command === 'ended')) this.#command = 'none';
  }

  /** What the older dialect began with is not always 0. */
  #checkSeq(line: number, { seq }: EventLine): void {
    const expected = this.#lastSeq + 1;
    if (seq === expected || (this.#dialect === 'older' && this.#lastSeq === -1)) return;
    const what = seq < expected ? 'one is there twice, or in the wrong place' : 'some are missing before it';
    throw wrongLine(line, `seq is ${seq}, where ${expected} comes next: ${what}`);
  }
}

const isBlank = (line: Buffer): boolean => line.length < 3 && line.toString().trim() === '';

const checked = <T>(line: number, read: z.ZodSafeParseResult<T>): T => {
  if (read.success) return read.data;
  const fields = read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw wrongLine(line, fields.join('; '));
};
