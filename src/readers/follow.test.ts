/** Following here or, where there is much, in a thread: nothing is lost or read twice on the way from the one to the other. */
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { assistant } from './claude/transcript.suite.ts';
import { Follow } from './follow.ts';
import type { Place, Portion } from './follower.ts';
import { tempFolder } from './following.suite.ts';
import type { UsageRecord } from './reader.ts';

/** So many of them are much. */
const many = 600;
const line = (n: number): string =>
  `${JSON.stringify(assistant({ id: `m${n}`, requestId: `r${n}`, text: 'x'.repeat(16_000) }))}\n`;
const linesTo = (to: number): string => Array.from({ length: to }, (_, n) => line(n)).join('');

interface Begin {
  folder?: string;
  known?: ReadonlyMap<string, Place>;
  taking?: (portion: Portion<UsageRecord>) => void;
}

const begin = ({ folder = tempFolder(), known = new Map(), taking = () => undefined }: Begin = {}) => {
  const keys: string[] = [];
  const errors: unknown[] = [];
  const places = new Map(known);
  let settled = 0;
  let wake = () => undefined as void;
  const until = async (is: () => boolean) => {
    while (!is()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  };
  const begun = () => {
    const follow = new Follow({
      wants: 'usage',
      names: ['claude'],
      surroundings: { home: '/nowhere', env: { CLAUDE_CONFIG_DIR: folder } },
      known: { claude: [...places] },
      take: async (portion) => {
        taking(portion);
        keys.push(...portion.items.map(({ key }) => key));
        for (const { file, place } of portion.places) places.set(file, place);
        wake();
      },
      onSettled: () => {
        settled += 1;
        wake();
      },
      onError: (error) => {
        errors.push(error);
        wake();
      },
    });
    onTestFinished(() => follow.stop());
    return follow;
  };
  const file = join(folder, 'projects', '-w', 's-1.jsonl');
  mkdirSync(dirname(file), { recursive: true });
  return { folder, file, keys, errors, places, until, begun, settled: () => settled };
};

const distinct = (keys: readonly string[]): [number, number] => [keys.length, new Set(keys).size];

describe('much', () => {
  it('is read in a thread, and what comes then here', async () => {
    const { file, keys, errors, until, begun, settled } = begin();
    writeFileSync(file, linesTo(many));
    begun();
    await until(() => keys.length === many);
    appendFileSync(file, line(many));
    await until(() => keys.includes(`m${many}`));
    // The thread has settled, and so has who goes on after it.
    await until(() => settled() >= 2);
    appendFileSync(file, line(many + 1));
    await until(() => keys.includes(`m${many + 1}`));
    expect([distinct(keys), errors]).toEqual([[many + 2, many + 2], []]);
  });

  it('that is refused is read again', { timeout: 30_000 }, async () => {
    let refusals = 1;
    const { file, keys, errors, until, begun } = begin({
      taking: () => {
        if (refusals-- > 0) throw new Error('the disk is full');
      },
    });
    writeFileSync(file, linesTo(many));
    begun();
    await until(() => keys.length > 0);
    expect([distinct(keys), errors.map(String)]).toEqual([[many, many], ['Error: claude: the disk is full']]);
  });

  it.skipIf(process.getuid?.() === 0)('that cannot be read is left alone, here and in the thread', async () => {
    const { file, keys, places, until, begun, settled } = begin();
    writeFileSync(file, linesTo(many));
    chmodSync(file, 0);
    begun();
    await until(() => settled() >= 2);
    expect(places.get(file)?.skipped).toEqual({ unreadable: 1 });
    writeFileSync(file.replace('s-1', 's-2'), line(1));
    await until(() => keys.length === 1 && settled() >= 3);
    // Once by the thread, and then twice here.
    expect(settled()).toBe(3);
  });

  it('is read on where it was stopped', async () => {
    const there = begin();
    writeFileSync(there.file, linesTo(many));
    writeFileSync(there.file.replace('s-1', 's-2'), linesTo(2 * many).slice(linesTo(many).length));
    const first = there.begun();
    await first.stop();
    const read = there.keys.length;
    there.begun();
    await there.until(() => there.keys.length === 2 * many);
    expect(read).toBeLessThan(2 * many);
    expect(distinct(there.keys)).toEqual([2 * many, 2 * many]);
  });
});

describe('little', () => {
  it('is read here, and goes to a thread when it becomes much', async () => {
    const { file, keys, until, begun } = begin();
    writeFileSync(file, line(0));
    begun();
    await until(() => keys.length === 1);
    appendFileSync(file, linesTo(many).slice(line(0).length));
    await until(() => keys.length >= many);
    expect(distinct(keys)).toEqual([many, many]);
  });
});
