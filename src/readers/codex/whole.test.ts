/** Made-up rollouts come to what is true of them, and read on to what they come to when read at once. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Following, replace, tempFolder } from '../following.suite.ts';
import type { Reader, Sighting } from '../reader.ts';
import { Responses } from '../responses.ts';
import { codexReader } from './reader.ts';
import { bytesOf, rolloutName, spent } from './rollout.suite.ts';
import { scripts, write } from './script.suite.ts';

const numRuns = 150;

/** Reading of a file as often as asked, and all that came of it. */
class Reading extends Following {
  readonly sightings: Sighting[] = [];
  readonly #limits = new Set<string>();

  override async read() {
    const reading = await super.read();
    this.sightings.push(...(reading.sightings ?? []));
    for (const limit of reading.limits ?? []) this.#limits.add(JSON.stringify(limit));
    return reading;
  }

  /** Less what files in different places differ in. */
  get all(): unknown {
    const records = [...new Responses().addAll(this.records)];
    const told = records.map(({ file: _file, fileBornAt: _born, ...record }) => record);
    return { told: told.toSorted((a, b) => a.offset - b.offset), session: this.#session(), limits: [...this.#limits] };
  }

  #session(): unknown {
    const times = this.sightings.flatMap(({ from, until }) => [from, until]);
    const { from: _from, until: _until, title: _title, ...last } = this.sightings.at(-1) ?? {};
    const titles = new Set(this.sightings.flatMap(({ title }) => title ?? []));
    return { from: Math.min(...times), until: Math.max(...times), titles: [...titles], ...last };
  }
}

function at(reader: Reader, folder: string, name: string): Reading {
  fs.mkdirSync(join(folder, name), { recursive: true });
  return new Reading(reader, join(folder, name, rolloutName));
}

async function atOnce(folder: string, bytes: Buffer): Promise<Reading> {
  const whole = at(codexReader(), folder, 'whole');
  fs.writeFileSync(whole.file, bytes);
  return whole.readAll();
}

describe('made-up rollouts', () => {
  it('come to what is true of them', async () => {
    const folder = tempFolder();
    const property = fc.asyncProperty(scripts, async (script) => {
      const { lines, truth } = write(script);
      expect(spent(await atOnce(folder, Buffer.from(bytesOf(lines))))).toEqual(truth);
    });
    await fc.assert(property, { numRuns: 500 });
  });

  const pieces = scripts.chain((script) => {
    const bytes = Buffer.from(bytesOf(write(script).lines));
    return fc.record({ bytes: fc.constant(bytes), cuts: fc.array(fc.nat(bytes.length), { maxLength: 8 }) });
  });
  const sizes = fc.record({
    chunkBytes: fc.integer({ min: 1, max: 3000 }),
    batchBytes: fc.integer({ min: 1, max: 6000 }),
  });

  it('come to the same when they are read as they grow', async () => {
    const folder = tempFolder();
    const property = fc.asyncProperty(pieces, sizes, async ({ bytes, cuts }, limits) => {
      const growing = at(codexReader(limits), folder, 'growing');
      fs.writeFileSync(growing.file, '');
      let from = 0;
      for (const to of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
        fs.appendFileSync(growing.file, bytes.subarray(from, to));
        await growing.readAll();
        from = to;
      }
      expect(growing.all).toEqual((await atOnce(folder, bytes)).all);
    });
    await fc.assert(property, { numRuns });
  });

  it('come to the same when they are cut off and written again, in place or in the place of another', async () => {
    const folder = tempFolder();
    const property = fc.asyncProperty(pieces, fc.boolean(), async ({ bytes, cuts }, inPlace) => {
      const changing = at(codexReader(), folder, 'changing');
      fs.rmSync(changing.file, { force: true });
      fs.writeFileSync(changing.file, bytes);
      for (const cut of [...cuts, bytes.length]) {
        await changing.readAll();
        if (inPlace) fs.writeFileSync(changing.file, bytes.subarray(0, cut));
        else replace(changing.file, bytes.toString('utf8', 0, cut));
      }
      await changing.readAll();
      expect(changing.all).toEqual((await atOnce(folder, bytes)).all);
    });
    await fc.assert(property, { numRuns });
  });

  it('come to what the other comes to when a file is replaced by another of the same name', async () => {
    const folder = tempFolder();
    const property = fc.asyncProperty(scripts, scripts, async (one, other) => {
      const changing = at(codexReader(), folder, 'changing');
      fs.writeFileSync(changing.file, bytesOf(write(one).lines));
      await changing.readAll();
      replace(changing.file, bytesOf(write(other).lines));
      const restarted = new Reading(codexReader(), changing.file);
      restarted.cursor = changing.cursor;
      await restarted.readAll();
      expect(restarted.all).toEqual((await atOnce(folder, Buffer.from(bytesOf(write(other).lines)))).all);
    });
    await fc.assert(property, { numRuns });
  });

  it('come to the same when they were half read before they were moved or packed', async () => {
    const folder = tempFolder();
    const property = fc.asyncProperty(pieces, async ({ bytes, cuts }) => {
      const half = at(codexReader(), folder, 'sessions');
      fs.writeFileSync(half.file, bytes.subarray(0, cuts[0] ?? 0));
      await half.readAll();
      const moved = at(codexReader(), folder, 'archived_sessions');
      fs.writeFileSync(moved.file, bytes);
      await moved.readAll();
      const packed = new Reading(codexReader(), `${moved.file}.zst`);
      fs.writeFileSync(packed.file, zstdCompressSync(bytes));
      await packed.readAll();
      const whole = (await atOnce(folder, bytes)).all;
      expect([moved.all, packed.all]).toEqual([whole, whole]);
      const together = new Responses().addAll([...half.records, ...packed.records, ...moved.records]);
      expect([...together].length).toBe(new Set(moved.records.map(({ key }) => key)).size);
    });
    await fc.assert(property, { numRuns });
  });
});
