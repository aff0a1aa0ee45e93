import { randomInt, randomUUIDv7 } from 'node:crypto';
import { setTimeout as passing } from 'node:timers/promises';
import type { Logger } from 'pino';
import { callModel, canonicalRequest, modelRequestOf } from '../drivers/repl/llm.ts';
import type { ModelSpec } from '../drivers/repl/llm.ts';
import { ReplDriver } from '../drivers/repl/repl-driver.ts';
import type { Models } from '../runner/repl/model-calls.ts';
import { ReplNames } from '../runner/repl/repl-names.ts';
import { ReplSessions } from '../runner/repl/repl-sessions.ts';
import type { SqliteStore } from '../stores/sqlite/store.ts';
import type { Core } from './core.ts';

/** REPL sessions of this server. */
export interface Repl {
  repl: ReplSessions;
  names: ReplNames;
  stop: () => Promise<void>;
}

const limits = { memoryBytes: 64 << 20, cpuMs: 5000, outputChars: 1 << 20 };
/** `maxCachedSessions` of the contract. */
const mostKept = 10;

export const startRepl = async (
  { runner, clock }: Pick<Core, 'runner' | 'clock'>,
  { store, log }: { store: SqliteStore; log: Logger },
  env: NodeJS.ProcessEnv,
): Promise<Repl> => {
  const driver: ReplDriver = new ReplDriver({
    images: { chainOf: (session) => repl.chainOf(session) },
    limits,
    mostKept,
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
    cpuMs: limits.cpuMs,
  });
  const names = await ReplNames.open(runner, store);
  return {
    repl,
    names,
    stop: async () => {
      names.close();
      await repl.stop();
    },
  };
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
