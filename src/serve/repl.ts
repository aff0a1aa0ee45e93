import { randomInt, randomUUIDv7 } from 'node:crypto';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { setTimeout as passing } from 'node:timers/promises';
import type { Logger } from 'pino';
import { callModel, canonicalRequest, modelRequestOf } from '../drivers/repl/llm.ts';
import type { ModelSpec } from '../drivers/repl/llm.ts';
import { engineName } from '../drivers/repl/engine-name.ts';
import { ReplDriver } from '../drivers/repl/repl-driver.ts';
import { makeFolder } from '../place.ts';
import { summarize } from '../projections/summary.ts';
import type { Models } from '../runner/repl/model-calls.ts';
import { ReplDirectory } from '../runner/repl/repl-directory.ts';
import { ReplLeases } from '../runner/repl/repl-leases.ts';
import { ReplManager } from '../runner/repl/repl-manager.ts';
import { ReplNames } from '../runner/repl/repl-names.ts';
import { ReplSessions } from '../runner/repl/repl-sessions.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import { usualConfig } from './config.ts';
import type { Core } from './core.ts';
import type { ServeOptions } from './options.ts';
import { StartError } from './start-error.ts';

/** REPL sessions of this server. */
export interface Repl {
  repl: ReplSessions;
  names: ReplNames;
  manager: ReplManager;
  leases: ReplLeases;
  stop: () => Promise<void>;
}

const outputChars = 1 << 20;

export const startRepl = async (
  { runner, clock, owner }: Pick<Core, 'runner' | 'clock' | 'owner'>,
  { store, log }: { store: SqliteStore; log: Logger },
  options: ServeOptions,
  env: NodeJS.ProcessEnv,
): Promise<Repl> => {
  const {
    sessionDir,
    maxCachedSessions = usualConfig.maxCachedSessions,
    saveIntervalMs = usualConfig.saveIntervalMs,
    sessionMemoryMiB = usualConfig.sessionMemoryMiB,
    sessionCpuMs: cpuMs = usualConfig.sessionCpuMs,
  } = options;
  const driver: ReplDriver = new ReplDriver({
    images: { chainOf: (session) => repl.chainOf(session) },
    limits: { memoryBytes: sessionMemoryMiB * 2 ** 20, cpuMs, outputChars },
    mostKept: maxCachedSessions,
  });
  const repl: ReplSessions = new ReplSessions({
    runner,
    journal: store,
    images: store,
    driver,
    models: modelsOf(env, log),
    clock,
    newId: randomUUIDv7,
    newSeed: () => randomInt(2 ** 48 - 1),
    cpuMs,
    onRenewed: (told) => log.info(told, 'a REPL session was of another engine, and its commands were run again'),
  });
  const leases = new ReplLeases(clock);
  runner.onRemoved((session) => leases.drop(session));
  const names = await ReplNames.open(runner, store);
  const manager = new ReplManager({
    runner,
    sessions: repl,
    directory: await ReplDirectory.open(runner, store, summarize),
    names,
    journal: store,
    clock,
    owner: owner.id,
    engine: async (language) => `${engineName()} sha256:${(await driver.engine(language)).binary}`,
    maxCachedSessions,
    saveIntervalMs,
    sessionDir,
    onFailure: (session, error) => log.warn({ session, error: reasonOf(error) }, 'a REPL session could not be saved'),
  });
  manager.begin();
  return { repl, names, manager, leases, stop: () => manager.shutdown() };
};

/** Before anything runs: what is begun later would have to be ended. */
export const makeSessionDir = async ({ sessionDir: folder }: ServeOptions): Promise<void> => {
  if (folder === undefined) return;
  try {
    makeFolder(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new StartError(
      `sessionDir: ${folder} can't be written (${reasonOf(error)}); choose another, or leave it out`,
    );
  }
};

/** Without what it was about: the names of files are those of sessions. */
const reasonOf = (error: unknown): string => {
  const { code, kind } = error as { code?: string; kind?: string };
  return code ?? kind ?? (error instanceof Error ? error.name : 'unknown');
};

const modelsOf = (env: NodeJS.ProcessEnv, log: Logger): Models => ({
  canonical: (spec, args) => {
    const request = modelRequestOf(args);
    return { prompt: request.prompt, text: canonicalRequest(chosen(spec), request) };
  },
  call: async (spec, args, signal) => {
    const parts = {
      env,
      sleep: async (ms: number, ending: AbortSignal) => passing(ms, undefined, { signal: ending }),
      random: Math.random,
      onRetry: (told: object) => log.info(told, 'a model is asked again'),
    };
    const { text, model, usage } = await callModel(chosen(spec), modelRequestOf(args), parts, signal);
    return { text, used: { model, ...usage } };
  },
});

const chosen = (spec: ModelSpec | undefined): ModelSpec => {
  if (spec) return spec;
  throw new Error('this session has no model: create one with `llm`, which says the provider and the model');
};
