import { describe, expect, it } from 'vitest';
import type { Progress } from '../readers/follower.ts';
import { UsageReading } from './usage-reading.ts';

const begin = Date.parse('2026-11-20T12:00:00Z');

const open = (names: readonly string[] = ['claude', 'codex']) => {
  const time = { now: begin };
  const said: [object, string][] = [];
  const log = { info: (about: object, words: string) => void said.push([about, words]) };
  const reading = new UsageReading({ names, now: () => time.now, log: log as never });
  return { reading, said, pass: (ms: number) => (time.now += ms) };
};

const at = (files: number, of: number, source = 'claude'): Progress => ({
  source,
  files,
  of,
  bytes: files * 1000,
  ofBytes: of * 1000,
});

describe('the first reading', () => {
  it('goes on until all of every source is read', () => {
    const { reading, pass } = open();
    expect(reading.status).toEqual({ state: 'reading', sources: [] });
    reading.progressed(at(1, 4));
    reading.settled('codex');
    expect(reading.status).toEqual({ state: 'reading', sources: [at(1, 4)] });
    reading.progressed(at(4, 4));
    pass(1500);
    reading.settled('claude');
    expect(reading.status).toEqual({
      state: 'current',
      sources: [],
      readSince: '2026-11-20T12:00:01.500Z',
      tookMs: 1500,
    });
  });

  it('has a source that is done until the others are, so that its share does not go back', () => {
    const { reading } = open();
    reading.progressed(at(9, 9, 'codex'));
    reading.settled('codex');
    reading.progressed(at(1, 3));
    expect(reading.status.sources).toEqual([at(9, 9, 'codex'), at(1, 3)]);
    expect(reading.underWay).toEqual([at(1, 3)]);
    reading.settled('claude');
    expect(reading.underWay).toEqual([]);
  });

  it('is told in the log: when it begins, how far it is, and when it ends', () => {
    const { reading, said, pass } = open();
    reading.progressed(at(1, 4));
    reading.progressed(at(2, 4));
    pass(10_000);
    reading.tell();
    pass(500);
    reading.settled('claude');
    reading.settled('codex');
    reading.tell();
    expect(said).toEqual([
      [{ source: 'claude', files: 4, bytes: 4000 }, 'reading what an agent left on disk'],
      [{ source: 'claude', files: 2, of: 4, percent: 50 }, 'still reading what an agent left on disk'],
      [{ source: 'claude', files: 4, bytes: 4000, tookMs: 10_500 }, 'what an agent left on disk is read'],
    ]);
  });
});

describe('what comes later', () => {
  const openRead = () => {
    const opened = open();
    for (const source of ['claude', 'codex']) opened.reading.settled(source);
    return opened;
  };

  it('bit by bit is no reading, however many files it is in', () => {
    const { reading, said, pass } = openRead();
    for (let i = 0; i < 3; i++) {
      reading.progressed(at(1, 2));
      expect(reading.status).toMatchObject({ state: 'current', sources: [] });
      reading.settled('claude');
      pass(5000);
    }
    reading.tell();
    expect(said).toEqual([]);
  });

  it('and takes its time is one, from then on', () => {
    const { reading, said, pass } = openRead();
    reading.progressed(at(1, 600));
    pass(1000);
    expect(reading.status).toMatchObject({ state: 'reading', sources: [at(1, 600)], tookMs: 0 });
    reading.progressed(at(300, 600));
    reading.settled('claude');
    expect(reading.status).toMatchObject({ state: 'current', readSince: '2026-11-20T12:00:00.000Z' });
    expect(said.map(([, words]) => words)).toEqual([
      'reading what an agent left on disk',
      'what an agent left on disk is read',
    ]);
  });
});

it('is off where nothing is read', () => {
  expect(open([]).reading.status).toEqual({ state: 'off', sources: [] });
});
