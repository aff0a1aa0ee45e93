import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SessionEvent } from '../../contract/session-server.ts';
import { ReplMirror } from './repl-mirror.ts';

const header: SessionEvent = { type: 'session', version: 1, id: 'me', created: '2026-11-20T12:00:00.000Z' };
const event = (seq: number, value = `value ${seq}`): SessionEvent => ({ type: 'output', seq, value, timestamp: 'now' });

/** A journal that grows, and the file that has it. */
const given = async (count: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-mirror-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'deep', 'notes.jsonl');
  const journal = Array.from({ length: count }, (_, seq) => event(seq));
  let reads = 0;
  const open = () =>
    new ReplMirror(
      path,
      {
        session: 'me',
        header,
        events: async function* events(from) {
          reads += 1;
          yield* journal.slice(from);
        },
        latest: () => Promise.resolve(journal.at(-1)),
      },
      Promise.resolve(),
    );
  const mirror = open();
  await mirror.catchUp();
  const add = (...more: SessionEvent[]) => {
    journal.push(...more);
    return more;
  };
  const expected = () => [header, ...journal].map((one) => `${JSON.stringify(one)}\n`).join('');
  const isSame = () => expect(readFileSync(path, 'utf8')).toBe(expected());
  return { folder, path, mirror, open, add, journal, isSame, reads: () => reads };
};

describe('a mirror', () => {
  it('is written from the journal, and appended to without reading it', async () => {
    const { mirror, add, isSame, path, reads } = await given(3);
    isSame();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = reads();
    await mirror.appendEvents(add(event(3)));
    await Promise.all([mirror.appendEvents(add(event(4), event(5))), mirror.appendEvents(add(event(6)))]);
    isSame();
    // What it has already is not written twice.
    await mirror.appendEvents([event(5), event(6)]);
    isSame();
    expect(reads()).toBe(before);
  });

  it('that was left behind is caught up with', async () => {
    const { open, add, isSame } = await given(2);
    add(event(2), event(3));
    await open().catchUp();
    isSame();
  });

  it.each([1, 10, 1000])('whose last line a kill has torn by %i bytes has it whole again', async (bytes) => {
    const { open, isSame, path, add } = await given(40);
    add(event(40, 'x'.repeat(200_000)));
    await open().catchUp();
    isSame();
    truncateSync(path, statSync(path).size - bytes);
    add(event(41));
    await open().catchUp();
    isSame();
  });

  it.each([
    ['what the journal has not', (path: string) => appendFileSync(path, `${JSON.stringify(event(2))}\n`)],
    ['another value', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('value 1', 'value 7'))],
    ['nothing', (path: string) => truncateSync(path, 0)],
  ])('that says %s is written anew', async (_, change) => {
    const { open, isSame, path, folder } = await given(2);
    change(path);
    await open().catchUp();
    isSame();
    expect(readdirSync(join(folder, 'deep')).filter((name) => name.endsWith('.next'))).toEqual([]);
  });

  it('of which others took a part while it was in use is whole after the next event', async () => {
    const { mirror, add, isSame, path } = await given(2);
    rmSync(path);
    await mirror.appendEvents(add(event(2)));
    isSame();
    truncateSync(path, 20);
    await mirror.appendEvents(add(event(3)));
    isSame();
  });

  it('sets aside what is of another', async () => {
    const { open, isSame, path } = await given(2);
    const other = `${JSON.stringify({ ...header, id: 'other' })}\n`;
    writeFileSync(path, other);
    await open().catchUp();
    isSame();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe(other);
  });

  it.skipIf(process.platform === 'win32')('waits for nobody where a pipe is in its place', async () => {
    const { open, isSame, path } = await given(2);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    await open().catchUp();
    isSame();
    expect(lstatSync(`${path}.1`).isFIFO()).toBe(true);
  });

  it('that could not be written is whole once it can', async () => {
    const { mirror, add, isSame, path } = await given(2);
    rmSync(path);
    mkdirSync(path);
    await expect(mirror.appendEvents(add(event(2)))).rejects.toThrow();
    rmSync(path, { recursive: true });
    await mirror.appendEvents(add(event(3)));
    isSame();
  });

  it('is another place’s when it moves, and nobody’s when it is removed', async () => {
    const { mirror, add, isSame, path, folder } = await given(2);
    const to = join(folder, 'other', 'new.jsonl');
    await mirror.moveTo(to, Promise.resolve());
    await mirror.appendEvents(add(event(2)));
    expect(readFileSync(to, 'utf8')).toContain('value 2');
    expect(() => isSame()).toThrow(/ENOENT/);
    await mirror.remove();
    await mirror.appendEvents(add(event(3)));
    expect([readdirSync(join(folder, 'other')), readdirSync(join(path, '..'))]).toEqual([[], []]);
  });

  it('sets aside what is of something else where it moves to', async () => {
    const { mirror, folder } = await given(2);
    const to = join(folder, 'new.jsonl');
    writeFileSync(to, 'somebody’s own\n');
    await mirror.moveTo(to, Promise.resolve());
    expect(readFileSync(`${to}.1`, 'utf8')).toBe('somebody’s own\n');
    expect(readFileSync(to, 'utf8')).toContain('value 1');
  });

  it('is appended to at once when all ends', async () => {
    const { mirror, add, isSame } = await given(2);
    await mirror.idle();
    mirror.appendSync(add(event(2)));
    isSame();
    mirror.appendSync([event(2)]);
    isSame();
  });
});
