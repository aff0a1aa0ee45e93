import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GuestClock } from './guest-clock.ts';

/** What happens to a command that waits: real time passes, then its timer runs, or an answer comes before that. */
const steps = fc.array(
  fc.record({
    passes: fc.nat({ max: 5 }),
    timer: fc.option(fc.nat({ max: 5 }), { nil: undefined }),
    wakes: fc.boolean(),
  }),
  { maxLength: 30 },
);

it('given any waits, then answers and timers can be put in order again by their times alone, and none goes back', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const clock = new GuestClock(100);
      let real = 100;
      let due: number | undefined;
      let last = clock.now;
      for (const { passes, timer, wakes } of all) {
        // As the sandbox sets one: at least a millisecond from what it takes for now, or left from an earlier command.
        if (due === undefined && timer !== undefined)
          due = timer === 0 && last === 100 ? 50 : clock.now + Math.max(1, timer);
        real += passes;
        if (wakes && due !== undefined) {
          real = Math.max(real, due);
          expect(clock.woken(due)).toBe(Math.max(due, last));
          due = undefined;
        } else {
          const at = clock.answered(real, due);
          if (due !== undefined) expect(at).toBeLessThanOrEqual(clock.wakeAt(due));
        }
        expect(clock.now).toBeGreaterThanOrEqual(last);
        last = clock.now;
      }
    }),
  );
});

it('given a timer that ran, when an answer comes at the same moment, then its time is later', () => {
  const clock = new GuestClock(100);
  expect(clock.woken(105)).toBe(105);
  expect(clock.answered(105)).toBe(106);
  expect(clock.answered(200, 110)).toBe(110);
  expect(clock.woken(110)).toBe(110);
  expect(clock.answered(90)).toBe(111);
});
