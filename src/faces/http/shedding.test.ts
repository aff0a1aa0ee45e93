import Fastify from 'fastify';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onError } from './problems.ts';
import { Load, shedding } from './shedding.ts';
import type { Weight } from './shedding.ts';

const limit = 1000;
const work = (bytes: number, user?: string): Weight => ({ bytes, part: 'work', ...(user ? { user } : {}) });
const smallRead = (bytes: number): Weight => ({ bytes, part: 'smallReads' });
const stream = (bytes: number, user?: string): Weight => ({ ...work(bytes, user), part: 'streams' });
const empty = { limit, used: () => 0 };
const full = { limit, used: () => limit };

describe('what is under way', () => {
  it('stays below half of the heap, whatever comes and goes', () => {
    const step = fc.record({ bytes: fc.integer({ min: 1, max: 400 }), ends: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const load = new Load(empty);
        const underWay: number[] = [];
        for (const { bytes, ends } of steps) {
          const sum = underWay.reduce((a, b) => a + b, 0);
          const admitted = load.admit(work(bytes));
          expect(admitted).toBe(sum === 0 || sum + bytes <= limit / 2);
          if (admitted) underWay.push(bytes);
          const ended = ends ? underWay.shift() : undefined;
          if (ended !== undefined) load.release(work(ended));
        }
      }),
    );
  });

  it('leaves a part to small reads, and they leave theirs to it', () => {
    const load = new Load(empty);
    expect(load.admit(work(500))).toBe(true);
    expect([load.admit(smallRead(100)), load.admit(smallRead(100))]).toEqual([true, false]);
    load.release(work(500));
    expect(load.admit(work(500))).toBe(true);
    load.release(smallRead(100));
    expect(load.admit(smallRead(100))).toBe(true);
  });
});

describe('what one asks for and does not finish', () => {
  it('leaves half of the part for work to others, unless it is the owner’s', () => {
    const load = new Load(empty);
    expect(['bo', 'bo', 'bo', 'vi'].map((user) => load.admit(work(125, user)))).toEqual([true, true, false, true]);
    expect([load.admit(work(125)), load.admit(work(125))]).toEqual([true, false]);
    load.release(work(125, 'bo'));
    expect(load.admit(work(125, 'bo'))).toBe(true);
  });

  it('takes nothing from those who have a token when it needs none', () => {
    const load = new Load(empty);
    const strangers = Array.from({ length: 100 }, () => load.admit({ bytes: 10, part: 'strangers' }));
    expect(strangers.filter(Boolean)).toHaveLength(3);
    expect([load.admit(work(500)), load.admit(smallRead(125))]).toEqual([true, true]);
  });

  it('is always let in once, however large', () => {
    expect(new Load(empty).admit(work(10_000, 'bo'))).toBe(true);
  });
});

describe('streams, however many are open', () => {
  it('leave their parts to work and small reads', () => {
    const load = new Load(empty);
    const open = Array.from({ length: 100 }, () => load.admit(stream(50)));
    expect(open.filter(Boolean)).toHaveLength(5);
    expect([load.admit(work(250)), load.admit(work(250)), load.admit(smallRead(125))]).toEqual([true, true, true]);
    load.release(stream(50));
    expect(load.admit(stream(50))).toBe(true);
    expect(new Load(full).admit(stream(50))).toBe(false);
  });

  it('of one user leave half to others', () => {
    const load = new Load(empty);
    expect(['bo', 'bo', 'bo', 'vi'].map((user) => load.admit(stream(50, user)))).toEqual([true, true, false, true]);
    expect(load.admit(work(250, 'bo'))).toBe(true);
  });
});

describe('a heap that is full', () => {
  it('takes small reads, and one request at a time', () => {
    const load = new Load(full);
    expect(load.admit(smallRead(10))).toBe(true);
    expect([load.admit(work(10)), load.admit(work(10))]).toEqual([true, false]);
    load.release(work(10));
    expect(load.admit(work(10_000))).toBe(true);
  });

  it('takes everything again when there is room', () => {
    const gibibyte = 2 ** 30;
    const large = 2 ** 20;
    let used = gibibyte;
    const load = new Load({ limit: gibibyte, used: () => used });
    expect([load.admit(work(large)), load.admit(work(large))]).toEqual([true, false]);
    used = gibibyte / 2;
    expect([load.admit(work(large)), load.admit(work(large))]).toEqual([true, true]);
  });
});

describe('a large answer', () => {
  const mebibyte = 2 ** 20;

  it.each(['text/csv', 'text/event-stream'])('counts as one though %s is asked for', async (accept) => {
    const app = Fastify();
    onTestFinished(() => app.close());
    app.setErrorHandler(onError);
    shedding(app, app.log, { limit: 20 * mebibyte, used: () => 0 });
    const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
    const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>();
    app.get('/api/analytics/export', async () => {
      ask();
      await isRead;
      return 'all';
    });
    app.get('/api/sessions/:id/events', async () => 'followed');
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const statusOf = async (path: string, wanted = accept) =>
      (await fetch(url + path, { headers: { accept: wanted } })).status;
    const first = statusOf('/api/analytics/export');
    await isAsked;
    const second = statusOf('/api/analytics/export');
    expect(await statusOf('/api/sessions/1/events', 'Text/Event-Stream')).toBe(200);
    read();
    expect([await first, await second]).toEqual([200, 503]);
  });
});
