import { expect, it, onTestFinished } from 'vitest';
import { Doorway } from '../doorways/doorway.ts';
import { Listener } from '../doorways/listener.ts';

const minute = 60_000;
/** How soon after waking all is as it should be; the test waits on real timers, so it allows for a busy machine. */
const soonMs = 5000;

it(
  'after a sleep sockets tick on with what has elapsed, and hear of what ended meanwhile',
  { timeout: 30_000 },
  async () => {
    const door = await Doorway.open();
    onTestFinished(() => door.close());
    const [goingOn, ending] = [
      await door.startSession({ duration: 60 * minute }),
      await door.startSession({ duration: 5 * minute }),
    ];
    const listener = await Listener.open(door);
    listener.subscribe('*');
    for (const { id } of [goingOn, ending]) await listener.untilPing(id);

    door.time.sleep(30 * minute);
    const wokeAt = performance.now();
    const seen = new Map<string, { status: string; elapsed: number }>();
    while (seen.get(goingOn.id)?.elapsed !== 30 * minute || seen.get(ending.id)?.status !== 'completed') {
      const { sessionId, status, elapsed } = await listener.nextOf('timer_update');
      seen.set(sessionId, { status, elapsed });
    }
    expect(performance.now() - wokeAt).toBeLessThan(soonMs);
    expect(seen.get(goingOn.id)?.status).toBe('active');
    const { body } = await door.request('GET', `/api/sessions/${ending.id}`);
    expect(body).toMatchObject({ status: 'completed', endTime: ending.startTime + 5 * minute, elapsed: 5 * minute });
    listener.close();
  },
);
