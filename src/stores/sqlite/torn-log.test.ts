import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tornLog } from './torn-log.ts';

const header = 32;
const frame = 24 + 4096;

let folder: string;
let db: DatabaseSync;
/** The log as a crash leaves it: a copy, taken while the database is open. */
let log: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stint-torn-log-'));
  db = new DatabaseSync(join(folder, 'stint.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (v TEXT)');
  log = join(folder, 'crashed.db-wal');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** A transaction each, of a frame each: the table fits into one page. */
const insert = (count: number) => {
  for (let n = 0; n < count; n++) db.exec("INSERT INTO t VALUES ('a row')");
};

const insertLarge = () => db.exec(`INSERT INTO t VALUES ('${'x'.repeat(40_000)}')`);

const crash = () => {
  copyFileSync(join(folder, 'stint.db'), join(folder, 'crashed.db'));
  copyFileSync(join(folder, 'stint.db-wal'), log);
};

/** Rows that SQLite itself still finds: it is the judge of what is lost. */
const rowsLeft = (): number => {
  const crashed = new DatabaseSync(join(folder, 'crashed.db'));
  const row = crashed.prepare('SELECT count(*) AS n FROM t').get();
  crashed.close();
  return Number(row?.['n']);
};

const flip = (position: number) => {
  const byte = readFileSync(log)[position] ?? 0;
  const descriptor = openSync(log, 'r+');
  writeSync(descriptor, Buffer.of(byte ^ 1), 0, 1, position);
  closeSync(descriptor);
};

const startOf = (n: number) => header + n * frame;

describe('nothing is torn', () => {
  it('where there is no log', () => expect(tornLog(log)).toBeUndefined());

  it('where it is empty', () => {
    writeFileSync(log, '');
    expect(tornLog(log)).toBeUndefined();
  });

  it('where it is whole', () => {
    insert(10);
    insertLarge();
    crash();
    expect(tornLog(log)).toBeUndefined();
    expect(rowsLeft()).toBe(11);
  });

  it('where it has just begun again', () => {
    insert(3);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    insert(1);
    crash();
    expect(tornLog(log)).toBeUndefined();
    expect(rowsLeft()).toBe(4);
  });

  it('where frames of an earlier log stand behind it', () => {
    insert(10);
    db.exec('PRAGMA wal_checkpoint(RESTART)');
    insert(2);
    crash();
    expect(readFileSync(log).length).toBeGreaterThan(startOf(10));
    expect(tornLog(log)).toBeUndefined();
    expect(rowsLeft()).toBe(12);
  });

  it('where all of it was moved into the database', () => {
    insert(10);
    db.exec('PRAGMA wal_checkpoint(RESTART)');
    crash();
    expect(tornLog(log)).toBeUndefined();
    expect(rowsLeft()).toBe(10);
  });
});

describe('of a torn log', () => {
  let size: number;
  let frames: number;

  beforeEach(() => {
    insert(10);
    crash();
    size = readFileSync(log).length;
    frames = (size - header) / frame;
  });

  it('the last transaction is missed when the file ends inside its page', () => {
    truncateSync(log, size - 2000);
    expect(tornLog(log)).toEqual({ bytes: frame - 2000, transactions: 1 });
    expect(rowsLeft()).toBe(9);
  });

  it('the last transaction is missed when its page is not what was written', () => {
    flip(size - 1);
    expect(tornLog(log)).toEqual({ bytes: frame, transactions: 1 });
    expect(rowsLeft()).toBe(9);
  });

  it.each([
    ['page', 100],
    ['page number', 3],
    ['checksum', 20],
    ['salt', 9],
  ])('all transactions from a damaged %s on are missed', (_, offset) => {
    flip(startOf(frames - 4) + offset);
    const torn = tornLog(log);
    expect(torn?.bytes).toBe(4 * frame);
    expect(rowsLeft()).toBe(6);
    // A frame whose salt is damaged cannot be told from one of an earlier log.
    expect(torn?.transactions).toBe(offset === 9 ? 3 : 4);
  });

  it('all is missed when its header is damaged', () => {
    flip(10);
    // The table came in two frames.
    expect(tornLog(log)).toEqual({ bytes: size, transactions: frames - 1 });
  });

  it('all is missed when not even its header is whole', () => {
    truncateSync(log, 20);
    expect(tornLog(log)).toEqual({ bytes: 20, transactions: 0 });
  });

  it('what was never finished is no transaction', () => {
    insertLarge();
    crash();
    truncateSync(log, size + 2 * frame + 100);
    expect(tornLog(log)).toEqual({ bytes: 2 * frame + 100, transactions: 0 });
    expect(rowsLeft()).toBe(10);
  });

  it('a frame that is only begun is told', () => {
    appendFileSync(log, readFileSync(log).subarray(startOf(frames - 1), startOf(frames - 1) + 20));
    expect(tornLog(log)).toEqual({ bytes: 20, transactions: 1 });
    expect(rowsLeft()).toBe(10);
  });

  it('what is no frame of this log is no loss', () => {
    appendFileSync(log, Buffer.alloc(3 * frame));
    expect(tornLog(log)).toBeUndefined();
    expect(rowsLeft()).toBe(10);
  });
});
