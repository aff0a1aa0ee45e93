import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { databaseOf, fingerprint, logOf, newFolder, overwrite } from './data-folder.ts';
import { contentsOf } from './journal-audit.ts';
import { describeWhere } from './needs.ts';
import { recorded, recordSeries, startSession } from './operations.ts';
import { failToStart, ServerProcess } from './server-process.ts';
import type { FailedStart } from './server-process.ts';
import { SmallDisk } from './small-disk.ts';

/** A sentence for a person: no stack, and nothing on stdout that a script could take for a server. */
const expectSentence = ({ code, signal, stdout, stderr }: FailedStart, sentence: RegExp): void => {
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(stdout).toBe('');
  const said = stderr.split('\n').filter((line) => !line.startsWith('{'));
  expect(said.join('\n')).toMatch(sentence);
  expect(stderr).not.toMatch(/\n\s+at .+:\d+/);
};

/** A folder with a session of ten tokens in it, as a server left it that was stopped. */
const usedFolder = async (): Promise<{ folder: string; id: string; kept: string[] }> => {
  const folder = newFolder();
  const server = await ServerProcess.start(folder);
  const id = await startSession(server.client());
  const kept = await recordSeries(server.client(), id, 'kept', 10);
  expect((await server.terminate()).code).toBe(0);
  return { folder, id, kept };
};

const expectStarts = async (folder: string, id: string, kept: readonly string[]): Promise<void> => {
  const server = await ServerProcess.start(folder);
  expect(await recorded(server.client(), id)).toEqual(kept);
  await server.terminate();
};

describe('a start that cannot be', () => {
  let folder: string;
  let id: string;
  let kept: string[];

  beforeEach(async () => {
    ({ folder, id, kept } = await usedFolder());
  });

  it('says that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expectSentence(await failToStart(folder, { port }), new RegExp(`port ${port} is in use; choose another with --port`));
    expect(other.listening).toBe(true);
    await expectStarts(folder, id, kept);
  });

  it('leaves a server alone that has the port and the data', async () => {
    const running = await ServerProcess.start(folder);
    const before = fingerprint(folder);
    const second = await failToStart(folder);
    expectSentence(second, new RegExp(`another stint server at ${running.url} \\(process ${running.pid}\\) is using`));
    expectSentence(await failToStart(newFolder(), { port: running.port }), /is in use/);
    expect(fingerprint(folder)).toEqual(before);
    const more = await recordSeries(running.client(), id, 'more', 3);
    expect(await recorded(running.client(), id)).toEqual([...kept, ...more]);
    expect((await running.terminate()).code).toBe(0);
  });

  it('leaves data alone that a newer stint wrote', async () => {
    const db = new DatabaseSync(databaseOf(folder));
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    db.exec('PRAGMA user_version = 1000; PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const before = fingerprint(folder);
    expectSentence(await failToStart(folder), /version 1000, newer than this stint knows .* start a newer stint on it/);
    expect(fingerprint(folder)).toEqual(before);

    const restored = new DatabaseSync(databaseOf(folder));
    restored.exec(`PRAGMA user_version = ${version}`);
    restored.close();
    await expectStarts(folder, id, kept);
  });

  it('leaves a database alone whose header is damaged', async () => {
    const db = new DatabaseSync(databaseOf(folder));
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    const whole = `${databaseOf(newFolder())}`;
    copyFileSync(databaseOf(folder), whole);
    overwrite(databaseOf(folder), 0, Buffer.from('not a database!!'));
    const before = fingerprint(folder);
    expectSentence(await failToStart(folder), /the data in .* can't be opened: file is not a database/);
    expect(fingerprint(folder)).toEqual(before);

    copyFileSync(whole, databaseOf(folder));
    await expectStarts(folder, id, kept);
  });

  it('refuses a token that is too short', async () => {
    const before = await contentsOf(folder);
    const short = await failToStart(folder, { env: { STINT_TOKEN: 'short' } });
    expectSentence(short, /STINT_TOKEN must have at least 32 characters/);
    expect(await contentsOf(folder)).toEqual(before);
    await expectStarts(folder, id, kept);
  });

  it('names a file that stands where the folder should', async () => {
    const file = join(newFolder(), 'data');
    writeFileSync(file, 'mine');
    const before = fingerprint(join(file, '..'));
    expectSentence(await failToStart(file), /the data folder .*data can't be written: .*; choose another with --data/);
    expect(fingerprint(join(file, '..'))).toEqual(before);
  });

});

it('a stopped server leaves all of its data in the one file', async () => {
  const { folder, id, kept } = await usedFolder();
  expect(statSync(logOf(folder), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  const alone = newFolder();
  copyFileSync(databaseOf(folder), databaseOf(alone));
  await expectStarts(alone, id, kept);
});

describeWhere('mount', 'a disk that cannot be written', () => {
  it('is named, and left alone', async () => {
    const disk = new SmallDisk('8m');
    const server = await ServerProcess.start(disk.folder);
    const id = await startSession(server.client());
    await server.terminate();
    disk.makeReadOnly();
    const before = fingerprint(disk.folder);
    expectSentence(await failToStart(disk.folder), /the data folder .* can't be written: .*read-only.*; choose another/i);
    expectSentence(await failToStart(join(disk.folder, 'new')), /the data folder .*new can't be written: .*read-only/i);
    expect(fingerprint(disk.folder)).toEqual(before);
    disk.makeWritable();
    await expectStarts(disk.folder, id, []);
  });
});
