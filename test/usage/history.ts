/** Histories from the project's generator, with the true totals that it writes beside them. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import type { UsageReport, UsageReportKind, UsageRow, UsageSums } from '../../src/contract/usage-report.ts';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { stint } from '../../src/cli/stint.suite.ts';
import { ServerProcess } from '../faults/server-process.ts';

const generator = fileURLToPath(new URL('../../../shared/tools/transcripts.mjs', import.meta.url));
export const isMissing = !existsSync(generator);

interface TrueSums {
  input: number;
  output: number;
  cacheCreate5m: number;
  cacheCreate1h: number;
  cacheRead: number;
  cost: number;
  messages: number;
}

export interface Truth {
  uniqueResponses: number;
  totals: Omit<TrueSums, 'cost' | 'messages'>;
  cost: number;
  byModel: Record<string, TrueSums>;
  byDay: Record<string, TrueSums>;
  bySession: Record<string, TrueSums>;
  blockList: { start: string; cost: number; entries: number }[];
}

/** A home in which agents have left a history. */
export interface History {
  home: string;
  truth: Truth;
  /** All transcripts. */
  files: readonly string[];
  env: Record<string, string>;
}

export const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'stint-usage-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
};

/** Where agents of this home keep their files, and nowhere else. */
export const envOf = (home: string): Record<string, string> => ({
  HOME: home,
  CLAUDE_CONFIG_DIR: join(home, '.claude'),
  CODEX_HOME: join(home, '.codex'),
  TZ: 'UTC',
});

/** Times of the files are whole seconds, so that they can be set again. */
export const newHistory = async (seed: number, mb = 6, files = 60): Promise<History> => {
  const home = newHome();
  const folder = join(home, '.claude');
  const args = ['--out', folder, '--seed', String(seed), '--files', String(files), '--mb', String(mb)];
  await promisify(execFile)(process.execPath, [generator, ...args]);
  const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
  const all = readdirSync(join(folder, 'projects'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, 'projects', name));
  for (const file of all) utimesSync(file, Math.floor(statSync(file).mtimeMs / 1000), 1_796_000_000);
  return { home, truth, files: all, env: envOf(home) };
};

/** A server on this data that has read all that is there. */
export const startedOn = async (folder: string, env: Record<string, string>): Promise<ServerProcess> => {
  const server = await ServerProcess.start(folder, { env });
  await whenRead(server.client());
  return server;
};

const whenRead = async (client: StintClient): Promise<void> => {
  while (unwrap(await client.GET('/api/usage/status')).state !== 'current');
};

export const whenThereIs = async (client: StintClient, responses: number): Promise<void> => {
  while ((await reportOf(client, 'models')).totals.responses < responses);
};

export const reportOf = async <K extends UsageReportKind>(
  client: StintClient,
  kind: K,
  tz = 'UTC',
): Promise<UsageReport<K>> =>
  unwrap(
    await client.GET(`/api/usage/${kind as 'daily'}`, { params: { query: { tz, breakdown: 'true' } } }),
  ) as unknown as UsageReport<K>;

/** The same without a server. */
export const offlineReportOf = async (env: Record<string, string>, kind: UsageReportKind, tz = 'UTC') => {
  const said = await stint(['usage', kind, '--no-server', '--json', '--breakdown', '--tz', tz], { env });
  expect([said.code, said.stderr]).toEqual([0, '']);
  return JSON.parse(said.stdout) as UsageReport;
};

/** Tokens exactly, and cost to a millionth of a dollar. */
export const expectTruth = async (client: StintClient, truth: Truth): Promise<void> => {
  const { totals } = await reportOf(client, 'models');
  expect(tokensIn(totals)).toEqual({ ...truth.totals, messages: truth.uniqueResponses });
  expect(Math.abs(Number(totals.costUsd) - truth.cost)).toBeLessThan(1e-6);
  expectRows((await reportOf(client, 'models')).rows, ({ model }) => model, truth.byModel);
  expectRows((await reportOf(client, 'daily')).rows, ({ date }) => date, truth.byDay);
  expectRows((await reportOf(client, 'sessions')).rows, ({ sessionId }) => sessionId, truth.bySession);
  const blocks = (await reportOf(client, 'blocks')).rows.filter(({ gap }) => !gap);
  expect(blocks.map(({ start, responses }) => [start, responses])).toEqual(
    truth.blockList.map(({ start, entries }) => [start, entries]),
  );
  blocks.forEach(({ costUsd }, i) =>
    expect(Math.abs(Number(costUsd) - (truth.blockList[i]?.cost ?? NaN))).toBeLessThan(1e-6),
  );
};

const tokensIn = (sums: UsageSums) => ({
  input: sums.input,
  output: sums.output,
  cacheCreate5m: sums.cacheWrite5m,
  cacheCreate1h: sums.cacheWrite1h,
  cacheRead: sums.cacheRead,
  messages: sums.responses,
});

const expectRows = <R extends UsageRow & UsageSums>(
  rows: readonly R[],
  nameOf: (row: R) => string,
  truth: Record<string, TrueSums>,
): void => {
  const expected = Object.entries(truth).map(([name, { cost: _, ...sums }]) => [name, sums]);
  expect(Object.fromEntries(rows.map((row) => [nameOf(row), tokensIn(row)]))).toEqual(Object.fromEntries(expected));
  for (const row of rows) {
    expect(Math.abs(Number(row.costUsd) - (truth[nameOf(row)]?.cost ?? NaN))).toBeLessThan(1e-6);
  }
};
