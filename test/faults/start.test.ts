import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/sdk/index.ts';
import { serve } from '../../src/serve.ts';
import { databaseOf, fingerprint, logOf, newFolder, overwrite } from './data-folder.ts';
import { contentsOf } from './journal-audit.ts';
import { describeWhere } from './needs.ts';
import { recorded, recordSeries, startSession } from './operations.ts';
import { failToStart, ServerProcess, token } from './server-process.ts';
import type { FailedStart } from './server-process.ts';
import { SmallDisk } from './small-disk.ts';

const options = { timeout: 60_000 };

/** A sentence for a person: no stack, and nothing on stdout that a script could take for a server. */
const expectSentence = ({ code, signal, stdout, stderr }: FailedStart, sentence: RegExp): void => {
  const said = stderr.split('\n').filter((line) => !line.startsWith('{'));
  expect(said.join('\n')).toMatch(sentence);
  expect(said).toHaveLength(1);
  expect({ code, signal, stdout }).toEqual({ code: 1, signal: null, stdout: '' });
};

interface Used {
  folder: string;
  id: string;
  kept: string[];
}

/** A session of ten tokens, as a server left it that was stopped. */
const use = async (folder: string): Promise<Used> => {
  const where = { port: 0, host: '127.0.0.1', folder, hostNames: [], behindProxy: false };
  const server = await serve({ ...where, logLevel: 'ERROR', quiet: true, token });
  const client = createClient({ url: server.url, token });
  const id = await startSession(client);
  const kept = await recordSeries(client, id, 'kept', 10);
  await server.stop();
  return { folder, id, kept };
};

const expectStarts = async ({ folder, id, kept }: Used): Promise<void> => {
  const server = await ServerProcess.start(folder);
  expect(await recorded(server.client(), id)).toEqual(kept);
  await server.killHard();
};

describe('a start that cannot be', () => {
  let used: Used;

  beforeEach(async () => {
    used = await use(newFolder());
  });

  it('says that the port is in use', options, async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = await failToStart(used.folder, { port });
    expectSentence(refused, new RegExp(`port ${port} is in use; choose another with --port`));
    expect(other.listening).toBe(true);
    await expectStarts(used);
  });

  it('leaves a server alone that has the data, or the port', options, async () => {
    const { folder, id, kept } = used;
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

  it('leaves data alone that a newer stint wrote', options, async () => {
    const db = new DatabaseSync(databaseOf(used.folder));
    db.exec('PRAGMA user_version = 1000');
    db.close();
    const before = fingerprint(used.folder);
    const refused = await failToStart(used.folder);
    expectSentence(refused, /version 1000, newer than this stint knows .* start a newer stint on it/);
    expect(fingerprint(used.folder)).toEqual(before);
  });

  it('leaves a database alone whose header is damaged', options, async () => {
    overwrite(databaseOf(used.folder), 0, Buffer.from('not a database!!'));
    const before = fingerprint(used.folder);
    const refused = await failToStart(used.folder);
    expectSentence(refused, /the data in .* can't be opened: file is not a database/);
    expect(fingerprint(used.folder)).toEqual(before);
  });

  it('refuses a token that is too short', options, async () => {
    const before = await contentsOf(used.folder);
    const refused = await failToStart(used.folder, { env: { STINT_TOKEN: 'short' } });
    expectSentence(refused, /STINT_TOKEN must have at least 32 characters/);
    expect(await contentsOf(used.folder)).toEqual(before);
  });

  it('names a file that stands where a folder should', options, async () => {
    const folder = newFolder();
    const [data, logs] = [join(folder, 'data'), join(folder, 'logs')];
    for (const file of [data, logs]) writeFileSync(file, 'mine');
    const before = fingerprint(folder);
    expectSentence(await failToStart(data), /the data folder .*data can't be written: .*; choose another with --data/);
    expectSentence(await failToStart(folder), /the data in .* can't be written: .*logs/);
    expect(fingerprint(folder)).toEqual(before);
  });
});

it('a stopped server leaves all of its data in the one file', options, async () => {
  const { folder, id, kept } = await use(newFolder());
  expect(statSync(logOf(folder), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  const alone = newFolder();
  copyFileSync(databaseOf(folder), databaseOf(alone));
  await expectStarts({ folder: alone, id, kept });
});

describeWhere('mount', 'a disk that cannot be written', () => {
  it('is named, and left alone', options, async () => {
    const disk = new SmallDisk('8m');
    const { folder } = disk;
    const server = await ServerProcess.start(folder);
    await server.terminate();
    disk.makeReadOnly();
    const before = fingerprint(folder);
    expectSentence(await failToStart(folder), /the data folder .* can't be written: .*read-only.*; choose another/i);
    expectSentence(await failToStart(join(folder, 'new')), /the data folder .*new can't be written: .*read-only/i);
    expect(fingerprint(folder)).toEqual(before);
  });
});
