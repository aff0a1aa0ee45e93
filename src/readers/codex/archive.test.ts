import * as fs from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import { codexReader, type CodexLimits } from './reader.ts';
import { bytesOf, counter, header, rolloutName, said, spent, used } from './rollout.suite.ts';

const lines = [
  header(),
  said('user', 'Pack it', 1),
  counter(used(100, 60, 9), undefined, 2),
  counter(used(150, 60, 10), used(50, 0, 1), 3),
];
const expected = [
  [40, 60, 9, 0],
  [50, 0, 1, 0],
];

function pack(content: string | Buffer, limits: Partial<CodexLimits> = {}): Following {
  const file = join(tempFolder(), `${rolloutName}.zst`);
  fs.writeFileSync(file, zstdCompressSync(content));
  return new Following(codexReader(limits), file);
}

describe('a packed rollout', () => {
  it('is read like one that is not, once', async () => {
    const follow = pack(bytesOf(lines));
    expect(await follow.read()).toMatchObject({ status: 'end', restarted: false, sightings: [{ title: 'Pack it' }] });
    expect([spent(follow), follow.skipped]).toEqual([expected, []]);
    expect(await follow.read()).toMatchObject({ records: [], status: 'end', restarted: false });
  });

  it('is read again when it was written again', async () => {
    const follow = pack(bytesOf(lines.slice(0, 3)));
    await follow.read();
    fs.writeFileSync(follow.file, zstdCompressSync(bytesOf(lines)));
    expect((await follow.read()).restarted).toBe(true);
    expect(spent(follow)).toEqual(expected);
  });

  it('is read to its end without a last newline, through long lines and short limits', async () => {
    const long = said('assistant', '"user" '.repeat(40_000), 2);
    const content = bytesOf([...lines.slice(0, 3), long, 'torn', ...lines.slice(3)]).slice(0, -1);
    const follow = pack(content, { maxLineBytes: 2000 });
    await follow.read();
    const before = Buffer.byteLength(bytesOf(lines.slice(0, 3)));
    const torn = before + Buffer.byteLength(bytesOf([long]));
    expect([spent(follow), follow.reasons]).toEqual([expected, [`${before} line_too_long`, `${torn} malformed`]]);
  });

  it('gives its texts', async () => {
    const { file } = pack(bytesOf(lines));
    const { utterances, cursor } = await codexReader().textsFrom!(file);
    expect(utterances).toMatchObject([{ text: 'Pack it' }]);
    expect((await codexReader().textsFrom!(file, cursor)).utterances).toEqual([]);
  });

  it('is passed over from where it is over the limit, and that is reported', async () => {
    const content = bytesOf(lines) + '\n'.repeat(1 << 20) + bytesOf([counter(used(200, 60, 11), used(50, 0, 1))]);
    const follow = pack(content, { maxUnpackedBytes: 1 << 20 });
    await follow.read();
    expect([spent(follow), follow.reasons]).toEqual([expected, [expect.stringMatching(/^\d+ line_too_long$/)]]);
    const whole = pack(content, { maxUnpackedBytes: content.length });
    await whole.read();
    expect([spent(whole).length, whole.skipped]).toEqual([3, []]);
  });

  it.each([
    ['a line that does not end', Buffer.alloc(1 << 29)],
    ['lines that are none', Buffer.alloc(1 << 25, 'x\n')],
  ])('does not fill the memory with %s', async (_, content) => {
    const follow = pack(content);
    const before = process.memoryUsage().rss;
    await follow.read();
    expect(process.memoryUsage().rss - before).toBeLessThan(192 << 20);
    expect(follow.skipped.length).toBeLessThan(80_000);
  });

  it.each([
    ['cut off', (packed: Buffer) => packed.subarray(0, -20)],
    ['damaged', (packed: Buffer) => packed.fill(0xff, packed.length / 2)],
    ['none', () => Buffer.from(bytesOf(lines))],
  ])('is reported when it is %s', async (_, damage) => {
    const follow = pack('');
    fs.writeFileSync(follow.file, damage(zstdCompressSync(bytesOf(lines))));
    const { status } = await follow.read();
    expect([status, follow.skipped.map(({ reason }) => reason)]).toEqual(['end', ['unknown_format']]);
    expect((await follow.read()).skipped).toEqual([]);
  });

  it.skipIf(process.platform === 'win32').each([
    ['a directory', (path: string) => fs.mkdirSync(path), 'not_a_file'],
    ['a pipe', (path: string) => void execFileSync('mkfifo', [path]), 'not_a_file'],
    ['a link to itself', (path: string) => fs.symlinkSync(path, path), 'symlink_loop'],
  ])('is reported when it is %s', async (_, make, reason) => {
    const file = join(tempFolder(), `${rolloutName}.zst`);
    make(file);
    const { status, skipped } = await codexReader().readFrom(file);
    expect([status, skipped]).toEqual(['unreadable', [{ file, offset: 0, reason }]]);
  });

  it('vanishes like any other', async () => {
    const follow = pack(bytesOf(lines));
    await follow.read();
    const { cursor } = follow;
    fs.rmSync(follow.file);
    expect(await follow.read()).toEqual({ records: [], skipped: [], cursor, status: 'vanished', restarted: false });
  });
});
