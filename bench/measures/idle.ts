import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cpuMsOf, memoryOf } from '../proc.ts';
import type { Memory } from '../proc.ts';
import { builtLauncher } from '../built.ts';
import type { Measure, Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { startServer, startSessions } from '../server.ts';
import { pause, repeated } from '../statistics.ts';

const sessions = 20;
const settleMs = 10_000;
const watchMs = 20_000;

/** What a server costs that has sessions running and nothing to do, as it is published. */
export const idle: Measure = {
  name: 'idle',
  run: async () => {
    await (await startServer({ folder: scratchFolder(), from: builtLauncher() })).stop();
    const found = await repeated(5, watch);
    const launcher = await launcherMemory();
    return [
      memoryRow(
        `memory when idle, ${sessions} sessions active, RSS`,
        found.map(({ memory }) => memory.rss),
        true,
      ),
      memoryRow(
        '  PSS',
        found.map(({ memory }) => memory.pss),
      ),
      { measure: 'CPU when idle', unit: '%', values: found.map(({ cpuPercent }) => cpuPercent), asked: { atMost: 1 } },
      ...(launcher ? [memoryRow(`  launcher in front of it, ${launcher.version}, RSS`, launcher.rss)] : []),
    ];
  },
};

const memoryRow = (measure: string, values: readonly number[], asked = false): Row => ({
  measure,
  unit: 'MB',
  values,
  ...(asked ? { asked: { atMost: 120 } } : {}),
});

const watch = async (): Promise<{ memory: Memory; cpuPercent: number }> => {
  const server = await startServer({ folder: scratchFolder(), from: builtLauncher() });
  await startSessions(server, sessions);
  await pause(settleMs);
  const memory = memoryOf(server.pid);
  const before = cpuMsOf(server.pid);
  await pause(watchMs);
  const cpuPercent = ((cpuMsOf(server.pid) - before) * 100) / watchMs;
  await server.stop();
  return { memory, cpuPercent };
};

/** Where the Node on PATH is too old, one process stays in front of the server. */
const launcherMemory = async (): Promise<{ version: string; rss: number[] } | undefined> => {
  const node = olderNode();
  if (node === undefined) return undefined;
  const rss = await repeated(5, async () => {
    const folder = scratchFolder();
    const launched = await startServer({ folder, node, from: builtLauncher() });
    const { pid } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { pid: number };
    const alone = pid === launched.pid ? 0 : memoryOf(launched.pid).rss;
    await launched.stop();
    return alone;
  });
  return { version: versionOf(node), rss };
};

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();

const olderNode = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((node) => existsSync(node) && Number(versionOf(node).slice(1).split('.')[0]) < 24);
