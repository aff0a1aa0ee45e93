import { isOrigin } from '../access/origin.ts';
import type { LogLevel } from '../log/log.ts';
import type { TimeSources } from '../runner/clock.ts';
import { StartError } from './start-error.ts';

export interface ServeOptions {
  /** 0 for any free port. */
  port: number;
  host: string;
  /** Absolute path of the data folder. */
  folder: string;
  logLevel: LogLevel;
  /** Names besides loopback's that the server answers to. */
  hostNames: readonly string[];
  /** TLS is in front: a proxy on this or another machine. */
  behindProxy: boolean;
  /** Other origins whose pages may ask (CORS), as a browser spells them. */
  corsOrigins?: readonly string[];
  /** Requests a second of each token of members and viewers; 100 when absent. */
  rateLimit?: number | undefined;
  /** Of these so many at once; five times the limit when absent. */
  rateBurst?: number | undefined;
  /** Requests a second of each token of the owner's; not counted when absent. */
  ownerRateLimit?: number | undefined;
  /** Where each REPL session has a file `<name>.jsonl`, an absolute path; none when absent. */
  sessionDir?: string | undefined;
  /** REPL sessions in memory at the most; 10 when absent. */
  maxCachedSessions?: number | undefined;
  /** How often full images of REPL sessions are written that have been dirty for as long; 5,000 when absent. */
  saveIntervalMs?: number | undefined;
  /** Of the code of one REPL session; 64 when absent. */
  sessionMemoryMiB?: number | undefined;
  /** CPU of one command of a REPL session; 5,000 when absent. */
  sessionCpuMs?: number | undefined;
  /** STINT_TOKEN, to become the owner's token `env`. */
  token: string | undefined;
  /** Back up by itself so often, and keep so many of these backups. */
  backups?: { everyMs: number; keep: number } | undefined;
  /** Reads what agents leave on this machine. */
  readsAgents?: boolean;
  /** Has what was said in agents' sessions searched; else what was indexed before is deleted. */
  searches?: boolean;
  /** Logs to files only, not to stderr. */
  quiet?: boolean;
  /** Where the time comes from; the machine's own when absent. */
  timeSources?: TimeSources;
}

const loopback = ['127.0.0.1', '::1', 'localhost'];

/** Throws where the options ask for what is not safe, or means nothing. */
export const checkOptions = (options: ServeOptions): void => {
  checkHost(options);
  checkOrigins(options);
};

const checkHost = ({ host, behindProxy }: ServeOptions): void => {
  if (loopback.includes(host) || behindProxy) return;
  throw new StartError(
    `refusing to listen on ${host} without TLS: put a proxy with TLS in front and say --behind-proxy, or use an SSH tunnel`,
  );
};

const checkOrigins = ({ corsOrigins = [] }: ServeOptions): void => {
  const bad = corsOrigins.find((origin) => !isOrigin(origin));
  if (bad === undefined) return;
  throw new StartError(
    `--cors-origin ${bad} is no origin; it is spelled as a browser does: https://app.example.org, with a port where it is not the usual one`,
  );
};

/** What others know the server by; `url` is where it listens. */
export const publicUrlOf = ({ behindProxy, hostNames: [name] }: ServeOptions, url: string): string =>
  behindProxy && name !== undefined ? `https://${name}` : url;
