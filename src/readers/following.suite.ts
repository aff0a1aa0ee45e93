/** Reading a file again and again as a consumer does, for tests. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReadingLimits } from './batch.ts';
import type { Cursor, Reader, Reading, Skipped, UsageRecord } from './reader.ts';
import { Responses } from './responses.ts';

/** What a reader's tests have to bring. */
export interface ReaderHarness {
  make(limits?: Partial<ReadingLimits>): Reader;
  /** Name of a file that such lines are kept in. */
  fileName: string;
  /** A line, without its newline, that holds response number `n` with 100 + `n` output tokens and, where `text` fits, `text`. */
  line(n: number, text?: string): string;
}

/** A folder that goes away with the test. */
export function tempFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'stint-reader-')));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Each cursor goes through JSON on its way to the next call. */
export class Following {
  readonly records: UsageRecord[] = [];
  readonly skipped: Skipped[] = [];
  readonly statuses: Reading['status'][] = [];
  cursor: Cursor | undefined;
  readonly #reader: Reader;
  readonly file: string;

  constructor(reader: Reader, file: string) {
    this.#reader = reader;
    this.file = file;
  }

  /** One call; gives what came. */
  async read(): Promise<Reading> {
    const reading = await this.#reader.readFrom(this.file, this.cursor);
    this.cursor = JSON.parse(JSON.stringify(reading.cursor)) as Cursor;
    this.records.push(...reading.records);
    this.skipped.push(...reading.skipped);
    this.statuses.push(reading.status);
    return reading;
  }

  async readAll(): Promise<this> {
    while ((await this.read()).status === 'more');
    return this;
  }

  /** Output of each response seen so far, merged. */
  get outputs(): number[] {
    return outputs(new Responses().addAll(this.records));
  }

  get reasons(): string[] {
    return this.skipped.map(({ offset, reason }) => `${offset} ${reason}`);
  }
}

export function outputs(records: Iterable<UsageRecord>): number[] {
  return [...records].map((record) => record.parts.output).toSorted((a, b) => a - b);
}

/** Puts a new file in the place of whatever is there, as editors and atomic writers do. */
export function replace(path: string, content: string): void {
  fs.writeFileSync(`${path}.new`, content);
  if (fs.lstatSync(path).isDirectory()) fs.rmdirSync(path);
  fs.renameSync(`${path}.new`, path);
}
