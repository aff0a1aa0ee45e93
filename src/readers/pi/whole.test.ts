/** Made-up sessions read on to what they come to when read at once. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReadingLimits } from '../batch.ts';
import { Following, tempFolder } from '../following.suite.ts';
import type { Cursor, Sighting, Utterance } from '../reader.ts';
import { piReader } from './reader.ts';
import { answer, at, bytesOf, header, prompt, sessionName } from './session.suite.ts';

const usage = fc.record({ input: fc.nat(99), output: fc.nat(99), cacheRead: fc.nat(99), cacheWrite: fc.nat(99) });
const ms = fc.nat(5000);
const line = fc.oneof(
  fc.tuple(ms, usage).map(([time, used]) => answer(`a${time}`, used, time)),
  fc.tuple(ms, fc.string()).map(([time, text]) => prompt(`p${time}`, text, time)),
  fc.tuple(ms, usage).map(([time, used]) => ({ type: 'compaction', id: 'c', timestamp: at(time), usage: used })),
  ms.map((time) => ({ type: 'model_change', timestamp: at(time), modelId: `model-${time}` })),
  ms.map((time) => header({ timestamp: at(time), parentSession: '/s/t_0.jsonl', id: `s${time}` })),
  fc.constantFrom('{ "usage" torn', '', '{"usage":1}', { type: 'message', message: { role: 'assistant' } }),
);
const growing = fc.array(line, { maxLength: 12 }).chain((lines) => {
  const bytes = Buffer.from(bytesOf(lines));
  return fc.record({ bytes: fc.constant(bytes), cuts: fc.array(fc.nat(bytes.length), { maxLength: 6 }) });
});
const sizes = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 900 }),
  batchBytes: fc.integer({ min: 1, max: 2000 }),
});

/** All that came of a file; a place reached in an unended line may give it twice. */
class Reading extends Following {
  readonly #limits: Partial<ReadingLimits>;
  readonly sightings: Sighting[] = [];
  readonly utterances = new Map<string, Utterance>();
  #texts: Cursor | undefined;

  constructor(limits: Partial<ReadingLimits>, file: string) {
    super(piReader(limits), file);
    this.#limits = limits;
  }

  override async read() {
    const reading = await super.read();
    this.sightings.push(...(reading.sightings ?? []));
    return reading;
  }

  async readTexts(): Promise<void> {
    for (let status = 'more'; status === 'more';) {
      const texts = await piReader(this.#limits).textsFrom!(this.file, this.#texts);
      for (const said of texts.utterances) this.utterances.set(said.key, said);
      this.#texts = JSON.parse(JSON.stringify(texts.cursor)) as Cursor;
      ({ status } = texts);
    }
  }

  get all(): unknown {
    const told = this.records.map(({ file: _file, fileBornAt: _born, ...record }) => JSON.stringify(record));
    const utterances = [...this.utterances.values()];
    return { told: [...new Set(told)], reasons: [...new Set(this.reasons)], utterances, sessions: this.#sessions() };
  }

  #sessions(): unknown {
    const ids = new Set(this.sightings.map(({ sessionId }) => sessionId));
    return [...ids].map((id) => {
      const seen = this.sightings.filter(({ sessionId }) => sessionId === id);
      const titles = seen.flatMap(({ title }) => title ?? []);
      const times = seen.flatMap(({ from, until }) => [from, until]);
      return { id, from: Math.min(...times), until: Math.max(...times), titles: [...new Set(titles)] };
    });
  }
}

it('sessions come to the same when they are read as they grow', async () => {
  const folder = tempFolder();
  const property = fc.asyncProperty(growing, sizes, async ({ bytes, cuts }, limits) => {
    const [whole, pieces] = [join(folder, sessionName), join(folder, `pieces-${sessionName}`)];
    fs.writeFileSync(whole, bytes);
    fs.rmSync(pieces, { force: true });
    fs.writeFileSync(pieces, '');
    const atOnce = new Reading({}, whole);
    await atOnce.readAll();
    await atOnce.readTexts();
    const piecewise = new Reading(limits, pieces);
    const bounds = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    for (const [i, bound] of bounds.slice(1).entries()) {
      fs.appendFileSync(pieces, bytes.subarray(bounds[i], bound));
      await piecewise.readAll();
      await piecewise.readTexts();
    }
    expect(piecewise.all).toEqual(atOnce.all);
  });
  await fc.assert(property, { numRuns: 150 });
});
