import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Base, Image } from './image.ts';

const pageBytes = 4096;
const growth = 16 * pageBytes;

const memoryOf = (image: Image): Buffer => {
  const memory = Buffer.alloc(image.length);
  image.copyTo(memory);
  return memory;
};

/** Memories that come one after another: some bytes of each differ from the one before, and it may have grown. */
const memories = fc
  .array(
    fc.record({
      grows: fc.nat({ max: 2 }),
      writes: fc.array(fc.tuple(fc.nat({ max: 3 * growth }), fc.nat({ max: 255 })), { maxLength: 40 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((steps) => {
    let memory = Buffer.alloc(growth);
    return steps.map(({ grows, writes }) => {
      memory = Buffer.concat([memory, Buffer.alloc(grows * growth)]);
      for (const [at, byte] of writes) if (at < memory.length) memory[at] = byte;
      return Buffer.from(memory);
    });
  });

describe('given memories that come one after another', () => {
  it('then their differences lead from nothing to each of them', () => {
    fc.assert(
      fc.property(memories, (all) => {
        const [image, followed] = [new Image(), new Image()];
        for (const memory of all) {
          followed.apply(image.take(memory));
          expect(memoryOf(image).equals(memory)).toBe(true);
          expect(memoryOf(followed).equals(memory)).toBe(true);
        }
      }),
    );
  });

  it('then the whole of each leads from what they share to it', () => {
    fc.assert(
      fc.property(memories, ([base, ...all]) => {
        const shared = new Base(base);
        const image = new Image(shared);
        for (const memory of all) {
          image.take(memory);
          const other = new Image(shared);
          other.apply(image.whole());
          expect(memoryOf(other).equals(memory)).toBe(true);
        }
        expect(memoryOf(new Image(shared)).equals(base!)).toBe(true);
      }),
    );
  });

  it('then a fresh memory that is not zero becomes what it was', () => {
    fc.assert(
      fc.property(memories, (all) => {
        const image = new Image();
        for (const memory of all) image.take(memory);
        const fresh = Buffer.alloc(image.length, 9);
        image.copyTo(fresh);
        expect(fresh.equals(all.at(-1)!)).toBe(true);
      }),
    );
  });
});

describe('given a memory', () => {
  it('when it did not change, then the difference is its length', () => {
    const image = new Image();
    const memory = Buffer.alloc(4 * growth, 7);
    expect(image.take(memory).length).toBeLessThan(2000);
    expect(image.take(memory).length).toBeLessThan(10);
  });

  it('when a difference was changed or cut off, then it is refused', () => {
    for (const memory of [Buffer.alloc(growth, 1), Buffer.concat([Buffer.from([1]), Buffer.alloc(growth - 1)])]) {
      const bytes = new Image().take(memory);
      for (let length = 0; length < bytes.length; length += 5)
        expect(() => new Image().apply(bytes.subarray(0, length))).toThrow(/damaged/);
      for (let at = 1; at < bytes.length; at += 3) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= 16;
        expect(() => new Image().apply(changed)).toThrow(/damaged/);
      }
    }
  });
});
