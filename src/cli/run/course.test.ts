import { beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../sdk/index.ts';
import { Course } from './course.ts';
import { Title, titleOf } from './terminal.ts';

const minute = 60_000;
const hour = 60 * minute;
const sessionId = '01a1fa94-1f06-7f84-ad4f-275bf81cf925';

let now: number;
const session = (change: Partial<Session> = {}): Session => ({
  id: sessionId,
  name: 'login',
  kind: 'timer',
  owner: sessionId,
  status: 'active',
  startTime: 0,
  duration: hour,
  elapsed: 0,
  remaining: hour,
  tokensUsed: 0,
  onBudget: 'warn',
  budgetCounts: 'new',
  onDue: 'extend',
  createdAt: 0,
  updatedAt: 0,
  ...change,
});
const courseOf = (change: Partial<Session> = {}) => new Course(session(change), () => now);
const told = (elapsed: number, remaining: number, status: Session['status'] = 'active') =>
  ({ type: 'timer_update', sessionId, elapsed, remaining, status }) as const;

beforeEach(() => {
  now = 1_000_000;
});

describe('the course of a run', () => {
  it('goes on by itself while nothing is heard', () => {
    const course = courseOf();
    now += 20 * minute;
    expect(course).toMatchObject({ elapsed: 20 * minute, remaining: 40 * minute, over: 0 });
    now += 50 * minute;
    expect(course).toMatchObject({ remaining: 0, over: 10 * minute });
  });

  it('stands still while the session is paused', () => {
    const course = courseOf();
    course.hear(told(10 * minute, 50 * minute, 'paused'));
    now += 2 * hour;
    expect(course).toMatchObject({ elapsed: 10 * minute, remaining: 50 * minute });
    course.hear(told(10 * minute, 50 * minute));
    now += minute;
    expect(course.remaining).toBe(49 * minute);
  });

  it('follows the server when its time was changed', () => {
    const course = courseOf();
    now += 10 * minute;
    expect(course.hear(told(10 * minute, 50 * minute))).toBe(false);
    expect(course.hear(told(10 * minute, 5 * minute))).toBe(true);
    expect(course.remaining).toBe(5 * minute);
  });

  it('remembers what was planned when an overrun is added at the end', () => {
    const course = courseOf();
    course.hear(told(70 * minute, 0, 'completed'));
    course.put(session({ status: 'completed', duration: 70 * minute, elapsed: 70 * minute, remaining: 0, over: true }));
    expect(course).toMatchObject({ plannedMs: hour, over: 10 * minute });
  });

  it('is never due without a limit', () => {
    const course = courseOf({ unlimited: true, duration: 0, remaining: 0 });
    now += 1000 * hour;
    expect(course).toMatchObject({ remaining: Infinity, over: 0, timeShare: 0 });
  });
});

describe('the window’s title', () => {
  it.each([
    [{}, 0, 'login · 1h left · 0 tokens'],
    [{ tokenBudget: 200_000, tokensUsed: 48_200 }, 90_500, 'login · 59m left · 48.2k of 200k tokens'],
    [{}, 59 * minute + 500, 'login · 1m left · 0 tokens'],
    [{}, 59 * minute + 45_000, 'login · 15s left · 0 tokens'],
    [{}, 63 * minute, 'login · 3m over · 0 tokens'],
    [{ status: 'paused' }, minute, 'login · 1h left · 0 tokens · paused'],
    [{ name: 'evil\u0007\u001b]9;x' }, 0, 'evil��]9;x · 1h left · 0 tokens'],
  ] as const)('of %j after %d ms', (change, passed, title) => {
    const course = courseOf(change);
    now += passed;
    expect(titleOf(course)).toBe(title);
  });
});

describe('what is written to the terminal', () => {
  const written = (course: Course, steps: (() => void)[], env = {}): string[] => {
    const texts: string[] = [];
    const title = new Title((text) => texts.push(text), env);
    for (const step of steps) {
      step();
      title.notify(course);
    }
    return texts.slice(1);
  };

  it('is one notification at 80 and one at 95 %, of the budget and of the time', () => {
    const course = courseOf({ tokenBudget: 1000 });
    const use = (totalUsed: number) => () =>
      void course.hear({ type: 'token_update', sessionId, tokensUsed: 1, totalUsed });
    const pass = (ms: number) => () => void (now += ms);
    expect(
      written(course, [
        use(799),
        use(800),
        use(900),
        use(950),
        use(1200),
        pass(47 * minute),
        pass(minute),
        pass(minute),
        pass(9 * minute),
        pass(hour),
      ]),
    ).toEqual([
      '\u001b]9;stint: 80 % of the token budget of login is used, 800 of 1k\u0007',
      '\u001b]9;stint: 95 % of the token budget of login is used, 950 of 1k\u0007',
      '\u001b]9;stint: 80 % of the time of login is gone, 12m left\u0007',
      '\u001b]9;stint: 96 % of the time of login is gone, 2m left\u0007',
    ]);
  });

  it('is the higher one only when two are crossed at once, and both again for another budget', () => {
    const course = courseOf({ tokenBudget: 1000, tokensUsed: 970 });
    const texts = written(course, [() => {}, () => course.put(session({ tokenBudget: 1200, tokensUsed: 970 }))]);
    expect(texts).toEqual([expect.stringContaining('97 %'), expect.stringContaining('80 %')]);
  });

  it('is handed through tmux, which would keep it to itself', () => {
    const course = courseOf({ tokenBudget: 10, tokensUsed: 9 });
    expect(written(course, [() => {}], { TMUX: '/tmp/x,1,0' })).toEqual([
      '\u001bPtmux;\u001b\u001b]9;stint: 90 % of the token budget of login is used, 9 of 10\u0007\u001b\\',
    ]);
  });
});
