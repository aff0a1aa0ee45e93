import { readFileSync, statSync, truncateSync } from 'node:fs';
import { expect, it } from 'vitest';
import { tornLog } from '../../src/stores/sqlite/torn-log.ts';
import { logOf, newFolder, overwrite } from './data-folder.ts';
import { contentsOf, expectWhole } from './journal-audit.ts';
import { recorded, recordSeries, startSession } from './operations.ts';
import { ServerProcess } from './server-process.ts';

const frameBytes = 24 + 4096;
const headerBytes = 32;
const options = { timeout: 60_000 };

/** Each takes something of a log of `size` bytes away; what it says of the loss is compared with the loss. */
const damages: { name: string; damage: (log: string, size: number) => void; said: RegExp }[] = [
  {
    name: 'cut off inside its last frame',
    damage: (log, size) => truncateSync(log, size - 1000),
    said: /the last \d+ bytes .* torn .* unless the disk lost what it said it had written/,
  },
  {
    name: 'cut off inside a transaction',
    damage: (log, size) => truncateSync(log, size - frameBytes - 1000),
    said: /torn and are left out; they belong to a commit that was not finished/,
  },
  {
    name: 'overwritten at its end',
    damage: (log, size) => overwrite(log, size - 3 * frameBytes, Buffer.alloc(3 * frameBytes, 0xab)),
    said: /torn and are left out/,
  },
  {
    name: 'damaged in the middle by a single bit',
    damage: (log, size) => flipBit(log, frameAt(Math.floor(framesIn(size) * 0.6)) + 2000),
    said: /up to (\d+) commits are lost with them: the disk did not keep what it said it had written/,
  },
];

const framesIn = (size: number): number => Math.floor((size - headerBytes) / frameBytes);
const frameAt = (n: number): number => headerBytes + n * frameBytes;
const flipBit = (file: string, position: number): void =>
  overwrite(file, position, Buffer.of((readFileSync(file)[position] ?? 0) ^ 1));

it.each(damages)('starts on a log that is $name, says what is lost, and goes on', options, async ({ damage, said }) => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder);
  const id = await startSession(server.client());
  const kept = await recordSeries(server.client(), id, 'kept', 40);
  await server.killHard();
  damage(logOf(folder), statSync(logOf(folder)).size);

  const torn = await ServerProcess.start(folder);
  const { recovered: sentences } = await torn.status();
  expect(sentences).toEqual(['the last server did not stop cleanly', expect.stringMatching(said)]);
  await torn.stderr.line(said);
  const left = await recorded(torn.client(), id);
  expect(left).toEqual(kept.slice(0, left.length));
  const lost = /up to (\d+) commits/.exec(sentences.join(' '))?.[1] ?? '1';
  expect(kept.length - left.length).toBe(Number(lost));
  const more = await recordSeries(torn.client(), id, 'more', 3);
  expect(await recorded(torn.client(), id)).toEqual([...left, ...more]);

  // What is left out once is not found torn again.
  await torn.killHard();
  expect(tornLog(logOf(folder))).toBeUndefined();
  expectWhole(await contentsOf(folder));
});
