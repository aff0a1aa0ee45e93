import { expect, it } from 'vitest';
import { newFolder } from './data-folder.ts';
import { contentsOf, expectKept, expectWhole } from './journal-audit.ts';
import { ServerProcess } from './server-process.ts';
import { Writers } from './writers.ts';

const kills = 50;
const writerCount = 32;

/** How many writes are acknowledged before the next kill: spread over a commit's gathering, writing and answering. */
const momentOf = (round: number): number => (round * 37) % 211;

it(
  `keeps all that it acknowledged, once, through ${kills} kills under ${writerCount} writers`,
  { timeout: 240_000 },
  async () => {
    const folder = newFolder();
    let server = await ServerProcess.start(folder);
    const writers = await Writers.begin(server.client(), writerCount, 8);

    for (let round = 1; round <= kills; round++) {
      const writing = writers.run(server.client());
      await Promise.race([writers.afterMore(momentOf(round)), writing]);
      await server.killHard();
      await writing;
      // Some are killed again while they recover.
      if (round % 10 === 5) await killDuringStart(folder);
      if (round % 10 === 0) await expectSound(folder, writers);
      server = await ServerProcess.start(folder);
    }

    await writers.finish(server.client());
    expect(await server.terminate()).toEqual({ code: 0, signal: null });
    await expectSound(folder, writers);
    expect(writers.acknowledged).toHaveLength(writers.sent.size);
  },
);

const expectSound = async (folder: string, writers: Writers): Promise<void> => {
  const contents = await contentsOf(folder);
  expectWhole(contents);
  expectKept(contents, writers);
};

const killDuringStart = async (folder: string): Promise<void> => {
  const server = ServerProcess.launch(folder);
  await server.stderr.line(/did not stop cleanly/);
  await server.killHard();
};
