/** REPL sessions in a real store and real sandboxes; the model and the time are in the hands of the test. */
import { onTestFinished } from 'vitest';
import type { ReplEntry, ReplSpec } from '../contract/repl.ts';
import { ReplDriver } from '../drivers/repl/repl-driver.ts';
import type { Limits } from '../drivers/repl/vm-guard.ts';
import { sessionId } from '../journal/author.suite.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import type { Models } from '../runner/repl/model-calls.ts';
import { entriesOf } from '../runner/repl/repl-journal.ts';
import { ReplSessions } from '../runner/repl/repl-sessions.ts';
import type { ReplSessionsParts } from '../runner/repl/repl-sessions.ts';
import { Runner } from '../runner/runner.ts';
import { openStore, tempFile } from '../stores/sqlite/store-folder.suite.ts';

const noon = Date.parse('2026-11-20T12:00Z');
const owner = '019a8f5e-0000-7000-8000-00000000000a';

interface Lasting {
  file: string;
  ids: { last: number };
  asked: string[];
}

export interface ReplOptions {
  limits?: Partial<Limits>;
  mostKept?: number;
  /** What the model says to a prompt. */
  say?: (prompt: string, signal: AbortSignal) => string | Promise<string>;
  onRenewed?: NonNullable<ReplSessionsParts['onRenewed']>;
}

export const openSessions = async (
  options: ReplOptions = {},
  lasting: Lasting = { file: tempFile(), ids: { last: 1000 }, asked: [] },
) => {
  const { say = (prompt: string) => `answer to ${prompt}`, mostKept = 3 } = options;
  const { file, ids, asked } = lasting;
  const limits = { memoryBytes: 64 << 20, cpuMs: 5000, outputChars: 1 << 20, ...options.limits };
  const { store } = await openStore(file);
  let now = noon;
  const clock = { now: () => ++now };
  const newId = () => sessionId(++ids.last);
  const runner = new Runner({ journal: store, projector: { summarize, countChanges }, clock, newId });
  const models: Models = {
    canonical: (_, args) => {
      const { prompt } = args as { prompt: string };
      return { prompt, text: JSON.stringify(args) };
    },
    call: async (_, args, signal) => {
      const { prompt } = args as { prompt: string };
      asked.push(prompt);
      return { text: await say(prompt, signal), used: { model: 'test', input: 2, output: 3 } };
    },
  };
  let seed = 0;
  const driver: ReplDriver = new ReplDriver({
    images: { chainOf: (session) => sessions.chainOf(session) },
    limits,
    mostKept,
  });
  const sessions: ReplSessions = new ReplSessions({
    runner,
    journal: store,
    images: store,
    driver,
    models,
    clock,
    newId,
    newSeed: () => ++seed,
    cpuMs: limits.cpuMs,
    onRenewed: options.onRenewed,
  });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await sessions.stop();
    await store.close();
  };
  onTestFinished(close);
  const factsOf = async (session: string) => {
    const { repl } = (await runner.state(session))!.facts;
    return repl!;
  };
  return {
    file,
    store,
    runner,
    driver,
    sessions,
    asked,
    factsOf,
    create: (spec: Partial<ReplSpec> = {}, name = 'notes') =>
      sessions.create({ owner, name, language: 'javascript', accessMode: 'readwrite', ...spec }),
    fork: (session: string, at?: number) => sessions.fork(session, 'fork', owner, at),
    entries: (session: string): Promise<ReplEntry[]> => entriesOf(store, session),
    close,
    /** Nothing that comes after this is kept. */
    kill: async () => {
      isClosed = true;
      await store.close();
      await sessions.stop();
    },
    /** As after a stop. */
    restart: async (others: ReplOptions = options) => {
      await close();
      return openSessions(others, lasting);
    },
  };
};
