/** Made-up sessions read on to what they come to when read at once. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Following, tempFolder } from '../following.suite.ts';
import { Responses } from '../responses.ts';
import { copilotReader } from './reader.ts';
import { bytesOf, event, message, prompt, shutdown, span, start, usage } from './session.suite.ts';

const model = fc.constantFrom('gpt-5', 'claude-opus-4.8');
const ms = fc.nat(5000);
const few = fc.nat(4);
const line = fc.oneof(
  fc.tuple(ms, few, model).map(([time, output, of]) => message(`m${time}`, output, time, { model: of })),
  fc.tuple(ms, fc.nat(99), few).map(([time, input, output]) => usage(input, output, time)),
  fc
    .tuple(ms, fc.array(fc.nat(500), { minLength: 6, maxLength: 6 }), model)
    .map(([time, counts, of]) => shutdown({ [of]: counts, 'gpt-5': counts }, time)),
  fc
    .tuple(ms, few)
    .map(([time, turn]) => event('assistant.turn_start', { turnId: `${turn}`, interactionId: 'i' }, time)),
  fc.tuple(ms, fc.string()).map(([time, text]) => prompt(text, time)),
  ms.map((time) => event('session.resume', {}, time)),
  few.map((output) => span({ 'gen_ai.usage.output_tokens': output, 'github.copilot.turn_id': `${output}` })),
  fc.constantFrom(start(), '{ "assistant.message" torn', '', '{"session.":1}', message('m', undefined)),
);
const growing = fc.array(line, { maxLength: 14 }).chain((lines) => {
  // As every session begins: what stands before its id is told belongs to whatever the folder is called.
  const bytes = Buffer.from(bytesOf([start(), ...lines]));
  return fc.record({ bytes: fc.constant(bytes), cuts: fc.array(fc.nat(bytes.length), { maxLength: 6 }) });
});
const sizes = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 900 }),
  batchBytes: fc.integer({ min: 1, max: 2000 }),
});

/** All that came of a file. What an unended line told is told again when it has ended. */
function all(follow: Following): unknown {
  const told = [...new Responses().addAll(follow.records)];
  const skipped = [...new Set(follow.reasons)];
  return { told: told.map(({ file: _file, fileBornAt: _born, ...record }) => record), skipped };
}

it('sessions come to the same when they are read as they grow', async () => {
  const folder = tempFolder();
  const whole = join(folder, 'events.jsonl');
  const pieces = join(folder, 'events.jsonl.pieces');
  const property = fc.asyncProperty(growing, sizes, async ({ bytes, cuts }, limits) => {
    fs.rmSync(pieces, { force: true });
    fs.writeFileSync(whole, bytes);
    fs.writeFileSync(pieces, '');
    const piecewise = new Following(copilotReader(limits), pieces);
    const bounds = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    for (const [i, bound] of bounds.slice(1).entries()) {
      fs.appendFileSync(pieces, bytes.subarray(bounds[i], bound));
      await piecewise.readAll();
    }
    expect(all(piecewise)).toEqual(all(await new Following(copilotReader(), whole).readAll()));
  });
  await fc.assert(property, { numRuns: 200 });
});

const response = fc.record({ output: fc.integer({ min: 1, max: 900 }), of: model });
const totals = fc.array(fc.nat(100_000), { minLength: 6, maxLength: 6 });

it('a session comes to its totals, whatever its responses told of them', async () => {
  const folder = tempFolder();
  const file = join(folder, 'events.jsonl');
  const property = fc.asyncProperty(fc.array(response, { maxLength: 20 }), totals, totals, async (said, ...two) => {
    const outputs = said.reduce((sum, { output }) => sum + output, 0);
    const [first, second] = two.map(([input, output, ...more]) => [input!, output! + outputs, ...more]);
    const messages = said.map(({ output, of }, i) => message(`m${i}`, output, i, { model: of }));
    const end = shutdown({ 'gpt-5': first!, 'claude-opus-4.8': second! }, 99);
    fs.writeFileSync(file, bytesOf([start(), ...messages, end]));
    const { records } = await new Following(copilotReader(), file).readAll();
    const told = [...new Responses().addAll(records)].map(({ parts }) => parts);
    const sum = (name: 'output' | 'cacheRead' | 'cacheWrite5m') =>
      told.reduce((total, parts) => total + parts[name], 0);
    const expected = [1, 2, 3].map((i) => first![i]! + second![i]!);
    expect([sum('output'), sum('cacheRead'), sum('cacheWrite5m')]).toEqual(expected);
    fs.rmSync(file);
  });
  await fc.assert(property, { numRuns: 200 });
});
