import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Measure, Row } from '../row.ts';
import { cleanEnvironment, launcher } from '../server.ts';
import { repeated } from '../statistics.ts';

const runs = 15;

interface Timed {
  /** Until the first byte on stdout, or the first request at the server. */
  talkedMs: number;
  wholeMs: number;
}

/** The command line, Node 24 started directly, compile cache warm. */
export const cli: Measure = {
  name: 'cli',
  run: async () => {
    const bare = await repeated(runs, () => time([process.execPath, '-e', 'process.stdout.write(".")'], {}));
    const help = await warm(() => time([process.execPath, launcher, '--help'], {}));
    const ls = await talking();
    const peer = { name: 'an empty script', values: bare.map(({ talkedMs }) => talkedMs) };
    return [
      ...rowsOf('stint --help, until the first byte', help, peer),
      ...rowsOf('stint ls, until the request', ls, peer),
      { measure: 'node -e, an empty script', unit: 'ms', values: peer.values },
    ];
  },
};

const rowsOf = (measure: string, timed: readonly Timed[], peer: NonNullable<Row['peer']>): Row[] => [
  { measure, unit: 'ms', values: timed.map(({ talkedMs }) => talkedMs), asked: { atMost: 80 }, peer },
  { measure: '  until it ends', unit: 'ms', values: timed.map(({ wholeMs }) => wholeMs) },
];

const warm = async (run: () => Promise<Timed>): Promise<Timed[]> => {
  await repeated(3, run);
  return repeated(runs, run);
};

const time = async (
  [command = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  talked?: Promise<unknown>,
): Promise<Timed> => {
  const from = performance.now();
  const child = spawn(command, args, { env: { ...cleanEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const first = (talked ?? once(child.stdout, 'data')).then(() => performance.now() - from);
  const exited = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${errors}`);
    return performance.now() - from;
  });
  const [talkedMs, wholeMs] = await Promise.all([Promise.race([first, exited]), exited]);
  return { talkedMs, wholeMs };
};

/** `stint ls` at a server that does no more than answer it. */
const talking = async (): Promise<Timed[]> => {
  const server = createServer((_request, response) => {
    server.emit('asked');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ sessions: [], total: 0, limit: 50, offset: 0 }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const env = { STINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, STINT_TOKEN: 'b'.repeat(40) };
  try {
    return await warm(() => time([process.execPath, launcher, 'ls', '--no-start'], env, once(server, 'asked')));
  } finally {
    server.close();
    server.closeAllConnections();
  }
};
