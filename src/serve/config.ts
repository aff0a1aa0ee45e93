import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { ServerConfig } from '../contract/session-server.ts';
import type { LogLevel } from '../log/log.ts';
import { configFile } from '../place.ts';
import type { ServeOptions } from './options.ts';
import { StartError } from './start-error.ts';

/** What a server is told by a file, and what it does where nobody says anything. */

export const usualConfig = {
  port: 8082,
  maxCachedSessions: 10,
  saveIntervalMs: 5000,
  logLevel: 'info',
  sessionMemoryMiB: 64,
  sessionCpuMs: 5000,
} as const satisfies Partial<ServerConfig> & Record<string, unknown>;

/** The bounds of what can be said, in the file as on the command line. */
export const configSchema = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  sessionDir: z.string().min(1).optional(),
  maxCachedSessions: z.int().min(1).max(10_000).optional(),
  saveIntervalMs: z.int().min(100).max(86_400_000).optional(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).optional(),
  sessionMemoryMiB: z.int().min(8).max(1024).optional(),
  sessionCpuMs: z.int().min(10).max(600_000).optional(),
});

/** `ServerConfig`, and the limits of a session's code. */
export type Config = z.infer<typeof configSchema>;

export interface GivenConfig extends Config {
  /** Absolute path; `config.json` in the data folder where that is there, when absent. */
  config?: string | undefined;
}

type Configured = Omit<ServeOptions, keyof Config>;

/** What was said on the command line comes first, then the file, then what is usual. */
export const configured = (options: Configured, { config, ...said }: GivenConfig): ServeOptions => {
  const file = config ?? configFile(options.folder);
  const written = config === undefined && !existsSync(file) ? {} : readConfig(file);
  const wanted = checked({ ...written, ...given(said) }, 'the options');
  const { port = usualConfig.port, logLevel = usualConfig.logLevel, ...rest } = wanted;
  return { ...options, ...rest, port, logLevel: logLevel.toUpperCase() as LogLevel };
};

const given = (said: Config): Config =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));

/** Throws where the file can't be read, has what it does not know, or says what can't be. */
const readConfig = (file: string): Config => {
  const config = checked(jsonIn(file), file);
  const { sessionDir } = config;
  return sessionDir === undefined ? config : { ...config, sessionDir: pathFrom(dirname(file), sessionDir) };
};

const jsonIn = (file: string): unknown => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new StartError(`${file} is no JSON; it looks like {"port": 8082, "maxCachedSessions": 10}`);
  }
};

const checked = (value: unknown, where: string): Config => {
  const { success, data, error } = configSchema.safeParse(value);
  if (success) return data;
  throw new StartError(`${where}: ${error.issues.map(told).join('; ')}`);
};

const told = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'unrecognized_keys')
    return `there is no ${issue.keys.join(', no ')}; there is ${Object.keys(configSchema.shape).join(', ')}`;
  return `${issue.path.join('.') || 'all of it'}: ${issue.message}`;
};

const pathFrom = (folder: string, path: string): string =>
  path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : resolve(folder, path);
