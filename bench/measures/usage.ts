import { join } from 'node:path';
import type { Measure, Row } from '../row.ts';
import { call, cleanEnvironment, launcher, startServer } from '../server.ts';
import type { Server } from '../server.ts';
import { scratchFolder } from '../scratch.ts';
import { pause, repeated } from '../statistics.ts';
import { makeCorpus } from '../transcripts.ts';
import type { Corpus } from '../transcripts.ts';
import { installPeers } from '../usage-peers.ts';
import { wholeProcess } from '../whole-process.ts';
import type { WholeProcess } from '../whole-process.ts';

const runs = 5;
const [mb, files] = [300, 600];

/** Usage of agents: reports without a server beside those who do nothing else, the first reading, restarts, reports. */
export const usage: Measure = {
  name: 'usage',
  run: async () => {
    const corpus = makeCorpus(mb, files);
    return [...(await coldRows(corpus)), ...(await serverRows(corpus))];
  },
};

/** A home in which no agent has left anything else. */
const environment = ({ configDir }: Corpus): NodeJS.ProcessEnv => ({
  ...cleanEnvironment(),
  HOME: scratchFolder(),
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/root', '.cache'),
  CLAUDE_CONFIG_DIR: configDir,
});

const ours = [process.execPath, launcher, 'usage', 'daily', '--no-server', '--json'];

const coldRows = async (corpus: Corpus): Promise<Row[]> => {
  const env = environment(corpus);
  const peers = installPeers();
  const commands = [ours, ...peers.map(({ command }) => command)];
  const timed: WholeProcess[][] = commands.map(() => []);
  // In turn, so that all have the same weather; the first round warms up.
  for (let round = 0; round <= runs; round++) {
    for (const [i, command] of commands.entries()) {
      const run = await wholeProcess(command, env);
      if (round > 0) timed[i]!.push(run);
    }
  }
  check(timed[0]![0]!.stdout, corpus);
  const [own = [], ...others] = timed;
  const fourfold = await repeatedFourfold();
  const once = own.map(({ wallS }) => wallS);
  return [
    ...peers.flatMap(({ name }, i): Row[] => [
      againstPeer('report without a server, CPU', own, name, others[i]!, 'cpuS', name.startsWith('ccusage')),
      againstPeer('… wall', own, name, others[i]!, 'wallS', name.startsWith('ccusage')),
    ]),
    { measure: '… memory at the most', unit: 'MB', values: own.map(({ peakMb }) => peakMb), asked: { atMost: 200 } },
    {
      measure: '… of four times as much, times as long',
      unit: '×',
      values: fourfold.map((wall, i) => wall / (once[i] ?? Number.NaN)),
      asked: { atMost: 4.2 },
    },
  ];
};

const repeatedFourfold = async (): Promise<number[]> => {
  const env = environment(makeCorpus(4 * mb, 4 * files));
  await wholeProcess(ours, env);
  return (await repeated(runs, () => wholeProcess(ours, env))).map(({ wallS }) => wallS);
};

/** The ratio run by run: what is asked is a share of the peer's. */
const againstPeer = (
  measure: string,
  own: readonly WholeProcess[],
  name: string,
  peer: readonly WholeProcess[],
  figure: 'cpuS' | 'wallS',
  isAsked: boolean,
): Row => ({
  measure: `${measure}, times ${name}’s`,
  unit: '×',
  values: own.map((one, i) => one[figure] / (peer[i]?.[figure] ?? Number.NaN)),
  ...(isAsked && { asked: { atMost: 0.9 } }),
  note: `${seconds(own, figure)} s and ${seconds(peer, figure)} s`,
});

const seconds = (some: readonly WholeProcess[], figure: 'cpuS' | 'wallS'): string =>
  (some.map((one) => one[figure]).toSorted((a, b) => a - b)[Math.floor(some.length / 2)] ?? Number.NaN).toFixed(2);

const check = (stdout: string, { truth }: Corpus): void => {
  const { totals } = JSON.parse(stdout) as { totals: { responses: number; output: number; costUsd: string } };
  const isTrue = totals.responses === truth.uniqueResponses && totals.output === truth.totals.output;
  if (!isTrue || Math.abs(Number(totals.costUsd) - truth.cost) > 1e-6) throw new Error('the report is not the truth');
};

const serverRows = async (corpus: Corpus): Promise<Row[]> => {
  const rates: number[] = [];
  const restarts: number[] = [];
  const reports = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
  for (let run = 0; run < 3; run++) {
    const folder = scratchFolder();
    const env = environment(corpus);
    const first = await startServer({ folder, env });
    rates.push(corpus.bytes / 1e6 / ((await readingMs(first)) / 1000));
    if (run === 0) for (const kind of kinds) reports.get(kind)!.push(...(await reportMs(first, kind)));
    await first.stop();
    const second = await startServer({ folder, env });
    restarts.push(await readingMs(second));
    await second.stop();
  }
  return [
    { measure: 'first reading into the ledger', unit: 'MB/s', values: rates, asked: { atLeast: 100 } },
    {
      measure: 'a restart with nothing changed, until that is known',
      unit: 'ms',
      values: restarts,
      asked: { atMost: 100 },
    },
    ...kinds.map((kind): Row => ({
      measure: `GET /api/usage/${kind}`,
      unit: 'ms',
      values: reports.get(kind)!,
      asked: { atMost: 10 },
    })),
  ];
};

const kinds = ['daily', 'weekly', 'monthly', 'blocks', 'sessions', 'models', 'projects'];

/** How long the first look at all files took, as the server tells. */
const readingMs = async (server: Server): Promise<number> => {
  for (;;) {
    const { state, tookMs } = (await call(server, '/api/usage/status')) as { state: string; tookMs?: number };
    if (state === 'current' && tookMs !== undefined) return tookMs;
    await pause(20);
  }
};

/** After two that warm up. */
const reportMs = async (server: Server, kind: string): Promise<number[]> => {
  const ask = async () => {
    const from = performance.now();
    await call(server, `/api/usage/${kind}`);
    return performance.now() - from;
  };
  await repeated(2, ask);
  return repeated(15, ask);
};
