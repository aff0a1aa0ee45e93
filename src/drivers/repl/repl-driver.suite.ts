/** A driver whose images are kept in memory, and whose model answers at once. */
import type { ReplLanguage } from '../../contract/repl.ts';
import type { Command, Ended, Next, Waiting } from './protocol.ts';
import { ReplDriver } from './repl-driver.ts';
import type { Limits } from './vm-guard.ts';

const usual: Limits = { memoryBytes: 64 << 20, cpuMs: 5000, outputChars: 1 << 22 };
const begin = Date.parse('2026-11-20T12:00Z');

export const openRepl = (limits: Partial<Limits> = {}, language: ReplLanguage = 'javascript') => {
  const kept = new Map<string, Uint8Array[]>();
  const keptOf = (session: string) => kept.get(session) ?? [];
  let isFailing = false;
  const driver = new ReplDriver({
    images: { chainOf: async (session) => ({ engine: await driver.engine(language), frames: keptOf(session) }) },
    limits: { ...usual, ...limits },
    mostKept: 3,
  });
  const keep = async (session: string, frame: Uint8Array): Promise<void> => {
    if (isFailing) {
      isFailing = false;
      throw new Error('the disk is full');
    }
    if (frame.length > 0) kept.set(session, [...keptOf(session), frame]);
  };
  const goOn = async (session: string, { requests: [request], due = 0, frame }: Waiting): Promise<Next> => {
    await keep(session, frame);
    if (!request) return { do: 'wake', at: due };
    const { prompt } = JSON.parse(request.arguments) as { prompt: string };
    return { do: 'answer', id: request.id, isAnswer: true, json: JSON.stringify(`answer to ${prompt}`), at: begin };
  };
  let sent = 0;
  const send = (session: string, code: string, printed?: (text: string) => void, n = ++sent): Promise<Ended> => {
    const command: Command = { code, language, at: begin + 1000 * n, seed: n };
    return driver.send(session, command, {
      printed: (text) => printed?.(text),
      waiting: (waiting) => goOn(session, waiting),
      ended: (ended) => keep(session, ended.frame),
    });
  };
  return {
    driver,
    send,
    /** What comes next is not kept. */
    fail: () => {
      isFailing = true;
    },
    restore: async (session: string, snapshot: Uint8Array): Promise<void> => {
      kept.set(session, [snapshot]);
      await driver.restore(session);
    },
    close: () => driver.close(),
  };
};
