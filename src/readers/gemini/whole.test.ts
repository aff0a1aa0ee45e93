/** Made-up chats come to what is true of them, and read on to what they come to when read at once. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import type { UsageRecord } from '../reader.ts';
import { Responses } from '../responses.ts';
import { answer, bytesOf, header, prompt, spent, tokens } from './chat.suite.ts';
import { geminiReader } from './reader.ts';

const count = fc.nat(900);
const used = fc.record({ input: count, cached: count, output: count, thoughts: count, tool: count });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), used }) },
  fc.constantFrom('prompt', 'again', 'rewind', 'rewrite', 'junk').map((kind) => ({ kind })),
);
const chats = fc.array(step, { maxLength: 14 }).map(write);

interface Written {
  lines: unknown[];
  /** All that were ever written, as the older format would hold them. */
  messages: object[];
  truth: number[][];
}

function write(steps: readonly ({ kind: string } | { kind: 'answer'; used: Record<string, number> })[]): Written {
  const lines: unknown[] = [header()];
  const messages: object[] = [];
  const truth: number[][] = [];
  for (const [i, one] of steps.entries()) {
    if ('used' in one) {
      const { input = 0, cached = 0, output = 0, thoughts = 0, tool = 0 } = one.used;
      const all = tokens(input + 1, output, { cached: Math.min(cached, input), thoughts, tool });
      const message = answer(`m-${i}`, all, i);
      lines.push(answer(`m-${i}`, null, i), message);
      messages.push(message);
      truth.push([input + 1 - Math.min(cached, input) + tool, Math.min(cached, input), output + thoughts, thoughts]);
    }
    if (one.kind === 'prompt') messages.push(prompt(`u-${i}`, `Prompt ${i}`, i));
    if (one.kind === 'prompt') lines.push(messages.at(-1));
    if (one.kind === 'again') lines.push(...messages.slice(-2));
    if (one.kind === 'rewind') lines.push({ $rewindTo: 'm-1' });
    if (one.kind === 'rewrite') lines.push({ $set: { messages } });
    if (one.kind === 'junk') lines.push('{"gemini" torn', '', { id: 7, type: 'gemini' });
  }
  return { lines, messages: [...messages], truth };
}

function told(records: readonly UsageRecord[]): unknown[] {
  const places = ({ file: _file, fileBornAt: _born, ...record }: UsageRecord) => record;
  return [...new Responses().addAll(records)].map(places).toSorted((a, b) => a.offset - b.offset);
}

describe('made-up chats', () => {
  it('come to what is true of them', async () => {
    const file = join(tempFolder(), 'session-a.jsonl');
    const property = fc.asyncProperty(chats, async ({ lines, truth }) => {
      fs.writeFileSync(file, bytesOf(lines));
      expect(spent(await new Following(geminiReader(), file).readAll())).toEqual(truth);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('come to the same with the older document of the same chat, whichever is read first', async () => {
    const folder = tempFolder();
    const property = fc.asyncProperty(chats, fc.boolean(), async ({ lines, messages, truth }, isOldFirst) => {
      const [old, next] = ['session-a.json', 'session-a.jsonl'].map(
        (name) => new Following(geminiReader(), join(folder, name)),
      );
      fs.writeFileSync(old!.file, JSON.stringify(header({ messages })));
      fs.writeFileSync(next!.file, bytesOf(lines));
      const both = [...(await old!.readAll()).records, ...(await next!.readAll()).records];
      const merged = [...new Responses().addAll(isOldFirst ? both : both.toReversed())];
      expect(merged.reduce((sum, { parts }) => sum + parts.output, 0)).toBe(
        truth.reduce((sum, [, , output]) => sum + output!, 0),
      );
      expect(merged.length).toBe(truth.length);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('come to the same when they are read as they grow, and are cut off and written again', async () => {
    const folder = tempFolder();
    const pieces = chats.chain(({ lines }) => {
      const bytes = Buffer.from(bytesOf(lines));
      return fc.record({ bytes: fc.constant(bytes), cuts: fc.array(fc.nat(bytes.length), { maxLength: 8 }) });
    });
    const sizes = fc.record({
      chunkBytes: fc.integer({ min: 1, max: 3000 }),
      batchBytes: fc.integer({ min: 1, max: 6000 }),
    });
    const property = fc.asyncProperty(pieces, sizes, fc.boolean(), async ({ bytes, cuts }, limits, isGrowing) => {
      const changing = new Following(geminiReader(limits), join(folder, 'session-a.jsonl'));
      const whole = new Following(geminiReader(), join(folder, 'session-b.jsonl'));
      fs.rmSync(changing.file, { force: true });
      fs.writeFileSync(whole.file, bytes);
      for (const cut of [...(isGrowing ? cuts.toSorted((a, b) => a - b) : cuts), bytes.length]) {
        fs.writeFileSync(changing.file, bytes.subarray(0, cut));
        await changing.readAll();
      }
      const { records } = await whole.readAll();
      expect(told(changing.records)).toEqual(told(records));
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
