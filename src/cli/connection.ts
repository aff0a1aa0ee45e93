import type { Starting } from './background.ts';
import type { Settings } from './command.ts';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { send } from './http.ts';
import { cut, plain } from './plain.ts';
import { say } from './say.ts';
import { isServer } from './server-process.ts';
import { dataFolder, isRunning, lockHolder, readOwnerToken, readServerFile } from '../place.ts';
import type { ServerFile } from '../place.ts';

/** Finds the server that a command talks to; starts one when none runs and that is allowed. */

export interface Connection {
  url: string;
  token: string;
  /** The server runs on this machine, on the data folder: it sees this machine's processes and files. */
  isHere: boolean;
}

type Environment = Record<string, string | undefined>;

const patienceMs = 20_000;
/** Another command's server has the folder: it gets this long to say that it listens, before this one tries again, ms. */
const othersTurnMs = 5000;
const lookMs = 50;
const probeMs = 5000;

/** The server to talk to, running. */
export const connect = async (settings: Settings, env: Environment = process.env): Promise<Connection> => {
  const given = givenServer(settings, env);
  if (given) return given;
  const folder = dataFolder(settings.data, env);
  const { url } = await serverOn(folder, env, settings.start ? {} : undefined);
  return { url, token: tokenOf(folder, env), isHere: true };
};

/** The server of a data folder, running; one is started where none runs, unless `starting` is undefined. */
export const serverOn = async (
  folder: string,
  env: Environment,
  starting: Starting | undefined,
): Promise<{ url: string }> => {
  const deadline = performance.now() + patienceMs;
  let mayStartAt = 0;
  for (;;) {
    const found = await serverOf(folder);
    if (typeof found === 'object') return found;
    if (found === 'none' && performance.now() >= mayStartAt) {
      if (!starting) throw noServer(folder);
      const { startInBackground } = await import('./background.ts');
      const started = await startInBackground(folder, env, deadline, starting);
      if (!started) mayStartAt = performance.now() + othersTurnMs;
    }
    if (performance.now() > deadline) throw stuck(folder);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
};

/** The server of a data folder as it is now, without starting one; undefined while there is none that answers. */
export const connectionNow = async (
  settings: Settings,
  env: Environment = process.env,
): Promise<Connection | undefined> => {
  const given = givenServer(settings, env);
  if (given) return given;
  const folder = dataFolder(settings.data, env);
  const found = await serverOf(folder);
  return typeof found === 'string' ? undefined : { url: found.url, token: tokenOf(folder, env), isHere: true };
};

/** The server that there seems to be, without asking it whether it is well; undefined when none runs. */
export const connectionAtOnce = (settings: Settings, env: Environment = process.env): Connection | undefined => {
  const given = givenServer(settings, env);
  if (given) return given;
  const folder = dataFolder(settings.data, env);
  const file = readServerFile(folder);
  if (file === undefined || !isRunning(file.pid, file.pidStartedAt)) return undefined;
  return { url: reachableUrl(file), token: tokenOf(folder, env), isHere: true };
};

/** STINT_URL names a server anywhere; a data folder that is named on the command line comes first. */
const givenServer = ({ data }: Settings, env: Environment): Connection | undefined => {
  const { STINT_URL: url, STINT_TOKEN: token } = env;
  if (data !== undefined || !url) return undefined;
  const wrong = wrongWith(url);
  if (wrong !== undefined) throw usageFailure(`STINT_URL=${cut(plain(url), 80)} ${wrong}`);
  if (!token)
    throw new Failure(
      exitCodes.usage,
      'usage',
      'STINT_URL is set and STINT_TOKEN is not; set both, or neither to use this machine’s server',
    );
  const bare = url.replace(/\/+$/, '');
  return { url: bare, token, isHere: isOf(dataFolder(undefined, env), bare) };
};

/** What keeps a text from being the address of a server, and what to write instead. */
const wrongWith = (url: string): string | undefined => {
  const hint = 'it looks like http://127.0.0.1:8082';
  if (/^[^/?#@]+:\d+\/?$/.test(url)) return `has no http:// or https:// before it; write http://${url}`;
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) return `is not a URL; ${hint}`;
  const { origin, pathname, search, hash } = new URL(url);
  if (!pages.test(pathname) && search === '' && hash === '') return undefined;
  return `is a page; write where the server is: ${origin}`;
};

/** Of the server's own; a proxy may have it beneath any other. */
const pages = /^\/(ui|sign-in|share|docs|api)(\/|$)/;

/** Says that a command is about this machine's data folder, where STINT_URL names a server that has another. */
export const tellOfFolder = (settings: Settings, env: Environment = process.env): void => {
  const { STINT_URL: url } = env;
  const folder = dataFolder(settings.data, env);
  if (settings.data !== undefined || !url || isOf(folder, url.replace(/\/+$/, ''))) return;
  say(`STINT_URL means nothing to this command: it is about ${folder} on this machine`);
};

/** Whether the server at a URL is the one of a data folder here. */
const isOf = (folder: string, url: string): boolean => {
  const file = readServerFile(folder);
  return file !== undefined && reachableUrl(file) === url && isRunning(file.pid, file.pidStartedAt);
};

export const noServer = (folder: string): Failure =>
  new Failure(
    exitCodes.noServer,
    'no_server',
    `no server runs on ${folder}; start one with: stint serve, or any command without --no-start`,
  );

const stuck = (folder: string): Failure => {
  const pid = readServerFile(folder) === undefined ? lockHolder(folder) : undefined;
  const what =
    pid === undefined
      ? `the server on ${folder} is neither there nor gone after ${patienceMs / 1000} s`
      : `process ${pid} holds ${folder} and does not say where it listens: its server.json is not there; end it with: stint stop`;
  return new Failure(exitCodes.noServer, 'no_server', `${what}; its log is in ${folder}/logs`);
};

type Found = { url: string } | 'none' | 'leaving';

const serverOf = async (folder: string): Promise<Found> => {
  const file = readServerFile(folder);
  if (file === undefined || !isServer(folder, file)) return 'none';
  const url = reachableUrl(file);
  return (await answers(url)) ? { url } : 'leaving';
};

/** A server that listens on all addresses answers to loopback's names only. */
const reachableUrl = ({ url }: ServerFile): string =>
  url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

/** A server that drains, or has stopped listening, is on its way out. */
const answers = async (url: string): Promise<boolean> => {
  try {
    const { status } = await send({ method: 'GET', url: `${url}/health`, timeoutMs: probeMs });
    return status === 200;
  } catch {
    return false;
  }
};

const tokenOf = (folder: string, env: Environment): string => {
  const token = env['STINT_TOKEN'] || readOwnerToken(folder);
  if (token !== undefined) return token;
  throw new Failure(
    exitCodes.refused,
    'unauthorized',
    `there is no token in ${folder}; set STINT_TOKEN to the one that the server was started with`,
  );
};
