import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, packed, unpacked, withDifference } from './image.ts';

const pageBytes = 4096;

/** Memories that come one after another: some bytes of each differ from the one before, and it may have grown. */
const memories = fc
  .array(
    fc.record({
      grows: fc.nat({ max: 2 }),
      writes: fc.array(fc.tuple(fc.nat({ max: 10 * pageBytes }), fc.nat({ max: 255 })), { maxLength: 20 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((steps) => {
    let memory = Buffer.alloc(pageBytes);
    return steps.map(({ grows, writes }) => {
      memory = Buffer.concat([memory, Buffer.alloc(grows * pageBytes)]);
      for (const [at, byte] of writes) if (at < memory.length) memory[at] = byte;
      return Buffer.from(memory);
    });
  });

describe('differences', () => {
  it('lead from nothing to every memory there was', () => {
    fc.assert(
      fc.property(memories, (all) => {
        let shadow: Buffer = Buffer.alloc(0);
        let image: Buffer = Buffer.alloc(0);
        for (const memory of all) {
          const found = differenceOf(shadow, memory);
          shadow = found.shadow;
          image = withDifference(image, unpacked(packed(found.difference)));
          expect(image.equals(memory)).toBe(true);
          expect(shadow.equals(memory)).toBe(true);
        }
      }),
    );
  });

  it('of nothing are small, and of what has not changed nothing but a length', () => {
    const memory = Buffer.alloc(64 * pageBytes, 7);
    const { difference, shadow } = differenceOf(Buffer.alloc(0), memory);
    expect(packed(difference).length).toBeLessThan(2000);
    expect(differenceOf(shadow, memory).difference).toHaveLength(4);
  });

  it('that were cut off are refused', () => {
    const bytes = packed(differenceOf(Buffer.alloc(0), Buffer.alloc(pageBytes, 1)).difference);
    expect(() => unpacked(bytes.subarray(0, bytes.length - 3))).toThrow();
  });
});
