/** The figures of a live view, asked of a real server that reads a transcript. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Transcript } from '../../../test/usage/transcript.ts';
import { readOwnerToken, readServerFile } from '../../place.ts';
import { clientOf } from '../client.ts';
import { emptyFolder, startServer, useFolder } from '../stint.suite.ts';
import { Feed, isNews } from './feed.ts';
import type { Figures } from './figures.ts';

const home = emptyFolder();
const folder = useFolder();
const config = join(home, 'claude');
const transcript = new Transcript(config, '/srv/shop');
transcript.prompt('sell more');
transcript.respond(100);
beforeAll(async () => {
  await startServer(folder, { HOME: home, CLAUDE_CONFIG_DIR: config });
});

const at = (url: string) => clientOf({ url, token: readOwnerToken(folder) ?? '', isHere: true });
const here = () => at(readServerFile(folder)?.url ?? '');
const patience = { timeout: 15_000, interval: 20 };

const open = (client = here()) => {
  const feed = new Feed({ client, span: 'today', timeZone: 'UTC' });
  const told: Figures[] = [];
  feed.onFigures = (figures) => void told.push(figures);
  onTestFinished(() => feed.end());
  return { feed, told };
};

describe('a feed', () => {
  it('asks for all that is shown', async () => {
    const { feed, told } = open();
    await vi.waitFor(async () => {
      await feed.ask();
      expect(feed.figures?.reading?.state).toBe('current');
      // What is read is asked for apart from how far the reading is.
      expect(feed.figures?.used?.responses).toBe(1);
    }, patience);
    const { figures } = feed;
    expect(figures).toMatchObject({ span: 'today', used: { output: 100, responses: 1 }, budgets: [] });
    expect(figures?.models.map(({ model }) => model)).toEqual(['claude-opus-4-5-20251101']);
    expect(figures?.sessions.map(({ name }) => name)).toEqual(['sell more']);
    expect(figures?.windows.map(({ source, windowMinutes }) => [source, windowMinutes])).toEqual([
      ['claude', 300],
      ['claude', 10_080],
    ]);
    expect(figures?.block).toMatchObject({ active: true, output: 100 });
    expect(figures?.hours).toHaveLength(12);
    expect(told.at(-1)).toBe(figures);
    expect(Math.abs(feed.now - Date.now())).toBeLessThan(60_000);
  });

  it('asks anew when an event is heard of, not at the clock’s ticks', async () => {
    const { feed, told } = open();
    const tick = { type: 'timer_update', sessionId: 's', elapsed: 1, remaining: 0, status: 'active' } as const;
    expect(isNews(tick)).toBe(false);
    expect(isNews({ ...tick, cursor: 7, seq: 2 })).toBe(true);
    expect(isNews({ type: 'gap', sessionId: '*', cursor: 7, reason: 'too_far_behind' })).toBe(true);
    await feed.ask();
    feed.hear({ type: 'token_update', sessionId: 's', tokensUsed: 1, totalUsed: 1, cursor: 5, seq: 1 });
    await vi.waitFor(() => expect(told).toHaveLength(2), patience);
  });

  it('asks at a tick where it never had an answer', async () => {
    const { feed, told } = open();
    feed.tick();
    await vi.waitFor(() => expect(told).toHaveLength(1), patience);
  });

  it('asks once for what comes together, and again for what comes while it asks', async () => {
    const { feed, told } = open();
    const asking = feed.ask();
    for (let i = 0; i < 50; i++) feed.changed();
    transcript.respond(11);
    await asking;
    await vi.waitFor(() => expect(told).toHaveLength(2), patience);
    for (let i = 0; i < 50; i++) feed.changed();
    await vi.waitFor(() => expect(told).toHaveLength(3), patience);
  });

  it('leads from one span to the next', async () => {
    const { feed, told } = open();
    await feed.ask();
    feed.next();
    expect(feed.span).toBe('week');
    await vi.waitFor(() => expect(told.at(-1)?.span).toBe('week'), patience);
    expect(told.at(-1)?.used.responses).toBeGreaterThan(0);
  });

  it('keeps what it has while the server is away, and asks where it is then', async () => {
    const { feed, told } = open();
    await feed.ask();
    feed.back(at('http://127.0.0.1:1'));
    feed.next();
    await vi.waitFor(async () => expect(await feed.ask().catch(() => 'refused')).toBe('refused'), patience);
    expect([told.length, feed.figures?.span]).toEqual([1, 'today']);
    feed.back(here());
    await vi.waitFor(() => expect(feed.figures?.span).toBe('week'), patience);
  });
});
