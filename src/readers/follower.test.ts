/** Files that are followed by the real reader in real folders. Whatever is found is handed over with how far it was read. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claudeReader } from './claude/reader.ts';
import { assistant } from './claude/transcript.suite.ts';
import { type Followed, Follower, type Place, type Portion, type Progress } from './follower.ts';
import { replace, tempFolder } from './following.suite.ts';
import type { UsageRecord } from './reader.ts';

const line = (n: number, sessionId = 's-1'): string =>
  `${JSON.stringify(assistant({ id: `m${n}`, requestId: `r${n}`, line: { sessionId } }))}\n`;
const lines = (...numbers: number[]): string => numbers.map((n) => line(n)).join('');

const write = (file: string, content: string, bornAt?: number): string => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  if (bornAt !== undefined) utimesSync(file, bornAt, bornAt);
  return file;
};

interface Begin {
  known?: ReadonlyMap<string, Place>;
  /** Before a portion is kept. */
  taking?: (portion: Portion<UsageRecord>) => void | Promise<void>;
  lookMs?: number;
}

/** A folder of Claude Code's, followed as a server does. */
class Following {
  readonly folder: string;
  /** Keys in the order in which they were kept. */
  readonly keys: string[] = [];
  readonly portions: Portion<UsageRecord>[] = [];
  /** As a store keeps them. */
  readonly places = new Map<string, Place>();
  readonly opened: string[] = [];
  readonly progress: Progress[] = [];
  readonly errors: unknown[] = [];
  settled = 0;
  readonly #follower: Follower<UsageRecord>;
  #wake: () => void = () => undefined;

  constructor(folder: string, { known = new Map(), taking = () => undefined, lookMs }: Begin) {
    this.folder = folder;
    for (const [file, place] of known) this.places.set(file, place);
    const reader = claudeReader({}, 'sessions');
    const followed: Followed<UsageRecord> = {
      source: reader.source,
      roots: (surroundings) => reader.roots(surroundings),
      allFiles: (surroundings) => reader.allFiles(surroundings),
      readFrom: async (file, cursor) => {
        this.opened.push(basename(file));
        const { records, ...rest } = await reader.readFrom(file, cursor);
        return { ...rest, items: records };
      },
    };
    this.#follower = new Follower({
      followed,
      surroundings: { home: '/nowhere', env: { CLAUDE_CONFIG_DIR: folder } },
      known,
      take: async (portion) => {
        await taking(portion);
        this.#keep(portion);
      },
      onProgress: (progress) => this.progress.push(progress),
      onSettled: () => this.#tell(() => (this.settled += 1)),
      onError: (error) => this.#tell(() => this.errors.push(error)),
      ...(lookMs !== undefined && { lookMs }),
    });
    onTestFinished(() => this.close());
    this.#follower.start();
  }

  close(): Promise<void> {
    return this.#follower.close();
  }

  async until(is: () => boolean): Promise<void> {
    while (!is()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Resolves when these have come, and gives what came since it was last asked. */
  async come(...keys: string[]): Promise<string[]> {
    await this.until(() => keys.every((key) => this.keys.includes(key)));
    return this.keys.splice(0);
  }

  /** Resolves when all that is there was looked at. */
  async all(): Promise<string[]> {
    await this.until(() => this.settled > 0);
    return this.keys.splice(0);
  }

  /** What is not counted, by file's name. */
  get skipped(): Record<string, Place['skipped']> {
    const some = [...this.places].filter(([, { skipped }]) => Object.keys(skipped).length > 0);
    return Object.fromEntries(some.map(([file, { skipped }]) => [basename(file), skipped]));
  }

  #keep(portion: Portion<UsageRecord>): void {
    this.#tell(() => {
      this.portions.push(portion);
      this.keys.push(...portion.items.map(({ key }) => key));
      for (const { file, place } of portion.places) this.places.set(file, JSON.parse(JSON.stringify(place)) as Place);
    });
  }

  #tell(change: () => void): void {
    change();
    this.#wake();
  }
}

const begin = (files: Record<string, string>, options: Begin = {}) => {
  const folder = tempFolder();
  const project = join(folder, 'projects', '-w');
  mkdirSync(project, { recursive: true });
  for (const [name, content] of Object.entries(files)) write(join(project, name), content);
  return { project, path: (name: string) => join(project, name), follow: new Following(folder, options) };
};

describe('what is there', () => {
  it('is read, oldest first, and handed over with how far', async () => {
    const folder = tempFolder();
    const of = (name: string) => join(folder, 'projects', '-w', name);
    write(of('new.jsonl'), lines(3, 4), 3000);
    write(of('old.jsonl'), lines(1, 2), 1000);
    write(of('odd.jsonl'), `{"torn\n${line(5)}nothing\n`, 2000);
    const follow = new Following(folder, {});
    expect(await follow.all()).toEqual(['m1', 'm2', 'm5', 'm3', 'm4']);
    expect([...follow.places.keys()].map((file) => basename(file))).toEqual(['old.jsonl', 'odd.jsonl', 'new.jsonl']);
    expect(follow.skipped).toEqual({ 'odd.jsonl': { malformed: 2 } });
    expect(follow.progress.at(-1)).toMatchObject({ files: 3, of: 3 });
    expect(follow.progress.at(-1)?.bytes).toBe(follow.progress[0]?.ofBytes);
    expect(follow.errors).toEqual([]);
  });

  it('of a session comes before what its subagents left, whatever the times of their files', async () => {
    const folder = tempFolder();
    const of = (name: string) => join(folder, 'projects', '-w', name);
    write(of('s-1/subagents/agent-a.jsonl'), line(1), 1000);
    write(of('s-1/subagents/workflows/w/agent-b.jsonl'), line(2), 900);
    write(of('s-1.jsonl'), line(3), 2000);
    write(of('s-0.jsonl'), line(4), 1500);
    expect(await new Following(folder, {}).all()).toEqual(['m4', 'm3', 'm1', 'm2']);
  });

  it('is not opened again after a restart, but for what has changed', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1), 'b.jsonl': `${line(2)}{"torn\n`, 'c.jsonl': lines(3) });
    await follow.all();
    await follow.close();
    appendFileSync(path('b.jsonl'), line(4));
    const again = new Following(follow.folder, { known: follow.places });
    expect(await again.all()).toEqual(['m4']);
    expect(again.opened).toEqual(['b.jsonl']);
    expect(again.skipped).toEqual({ 'b.jsonl': { malformed: 1 } });
  });

  it('is read in portions, each file from where the one before stopped', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => line(i)).join('');
    const { follow } = begin({ 'a.jsonl': many, 'b.jsonl': lines(7000) });
    const keys = await follow.all();
    expect(new Set(keys).size).toBe(5001);
    expect(keys).toHaveLength(5001);
  });

  it('may be 5,000 small files', async () => {
    const files = Array.from({ length: 5000 }, (_, i): [string, string] => [
      `${i % 50}/${i}.jsonl`,
      i % 2 ? '' : line(i),
    ]);
    const folder = tempFolder();
    for (const [name, content] of files) write(join(folder, 'projects', name), content);
    const follow = new Following(folder, {});
    expect(new Set(await follow.all()).size).toBe(2500);
    expect(follow.places.size).toBe(5000);
    await follow.close();
    const again = new Following(folder, { known: follow.places });
    expect([await again.all(), again.opened]).toEqual([[], []]);
  });

  it('may be nothing, not even a folder', async () => {
    const follow = new Following(join(tempFolder(), 'none'), {});
    expect([await follow.all(), follow.errors]).toEqual([[], []]);
  });
});

describe('a file that', () => {
  it('grows is read on', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) });
    await follow.all();
    appendFileSync(path('a.jsonl'), lines(2, 3));
    expect(await follow.come('m3')).toEqual(['m2', 'm3']);
    appendFileSync(path('a.jsonl'), line(4));
    expect(await follow.come('m4')).toEqual(['m4']);
  });

  it('ends in the middle of a line is read on when the line is whole', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) });
    await follow.all();
    const [start, end] = [line(2).slice(0, 100), line(2).slice(100)];
    appendFileSync(path('a.jsonl'), start);
    write(path('b.jsonl'), line(3));
    expect(await follow.come('m3')).toEqual(['m3']);
    appendFileSync(path('a.jsonl'), end);
    expect(await follow.come('m2')).toEqual(['m2']);
    expect(follow.skipped).toEqual({});
  });

  it('is written anew is read from its beginning', async () => {
    const { follow, path } = begin({ 'a.jsonl': `${lines(1, 2)}{"torn\n` });
    await follow.all();
    expect(follow.skipped).toEqual({ 'a.jsonl': { malformed: 1 } });
    replace(path('a.jsonl'), lines(5, 6, 7));
    expect(await follow.come('m7')).toEqual(['m5', 'm6', 'm7']);
    expect(follow.skipped).toEqual({});
  });

  it('is cut short is read from its beginning', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1, 2, 3) });
    await follow.all();
    truncateSync(path('a.jsonl'), line(1).length);
    expect(await follow.come('m1')).toEqual(['m1']);
    appendFileSync(path('a.jsonl'), line(9));
    expect(await follow.come('m9')).toEqual(['m9']);
  });

  it('is moved is read under its new name', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) });
    await follow.all();
    renameSync(path('a.jsonl'), path('b.jsonl'));
    expect(await follow.come('m1')).toEqual(['m1']);
    appendFileSync(path('b.jsonl'), line(2));
    expect(await follow.come('m2')).toEqual(['m2']);
  });

  it('is deleted takes nothing back, and what is left is followed', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1), 'b.jsonl': lines(2) });
    await follow.all();
    unlinkSync(path('a.jsonl'));
    appendFileSync(path('b.jsonl'), line(3));
    expect(await follow.come('m3')).toEqual(['m3']);
    expect([...follow.places.keys()].map((file) => basename(file))).toEqual(['a.jsonl', 'b.jsonl']);
    write(path('a.jsonl'), lines(1, 4));
    expect(await follow.come('m4')).toContain('m4');
  });

  it('makes way for a link to another file is read from there', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) });
    const elsewhere = write(join(tempFolder(), 'elsewhere'), lines(1, 2));
    await follow.all();
    unlinkSync(path('a.jsonl'));
    symlinkSync(elsewhere, path('a.jsonl'));
    expect(await follow.come('m2')).toContain('m2');
  });

  it('leads only to itself is told once, and no more when it is a file again', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) }, { lookMs: 1 });
    symlinkSync(path('loop.jsonl'), path('loop.jsonl'));
    symlinkSync(path('-x'), path('-x'));
    symlinkSync(join(follow.folder, 'projects'), join(follow.folder, 'projects', '-up'));
    await follow.until(() => 'loop.jsonl' in follow.skipped);
    const before = follow.settled;
    await follow.until(() => follow.settled > before + 3);
    expect(follow.skipped).toEqual({ 'loop.jsonl': { symlink_loop: 1 } });
    expect(follow.portions.filter(({ places }) => places.some(({ file }) => file.endsWith('loop.jsonl')))).toHaveLength(
      1,
    );
    replace(path('loop.jsonl'), lines(2));
    expect(await follow.come('m2')).toContain('m2');
    expect(follow.skipped).toEqual({});
  });

  it('is no file keeps nothing from being read, and what was known of it stays', async () => {
    const { follow, path } = begin({ 'a.jsonl': `{"torn\n${line(1)}`, 'b.jsonl': lines(2) });
    await follow.all();
    unlinkSync(path('a.jsonl'));
    mkdirSync(path('a.jsonl'));
    await follow.until(() => follow.skipped['a.jsonl']?.not_a_file === 1);
    expect(follow.skipped).toEqual({ 'a.jsonl': { malformed: 1, not_a_file: 1 } });
    replace(path('a.jsonl'), lines(3));
    expect(await follow.come('m3')).toContain('m3');
    expect(follow.skipped).toEqual({});
  });

  it('goes while others are read is passed over', async () => {
    const { follow, path } = begin(
      { 'a.jsonl': Array.from({ length: 2000 }, (_, i) => line(i)).join(''), 'b.jsonl': '', 'c.jsonl': '' },
      {
        taking: () => {
          rmSync(path('b.jsonl'), { force: true });
          rmSync(path('c.jsonl'), { force: true });
        },
      },
    );
    write(path('d.jsonl'), line(3000));
    expect(await follow.come('m3000')).toContain('m1999');
    expect([follow.errors, follow.skipped]).toEqual([[], {}]);
  });
});

describe('a folder that', () => {
  it('is new is followed, with its subagents', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) });
    await follow.all();
    const other = join(follow.folder, 'projects', '-other');
    write(join(other, 'x.jsonl'), line(2));
    expect(await follow.come('m2')).toEqual(['m2']);
    appendFileSync(join(other, 'x.jsonl'), line(3));
    expect(await follow.come('m3')).toEqual(['m3']);
    const agent = path('a/subagents/agent-1.jsonl');
    write(agent, line(4));
    expect(await follow.come('m4')).toEqual(['m4']);
    appendFileSync(agent, line(5));
    expect(await follow.come('m5')).toEqual(['m5']);
  });

  it('is there before what is in it is followed all the same', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) }, { lookMs: 2e9 });
    await follow.all();
    const other = join(follow.folder, 'projects', '-other');
    for (const folder of [other, path('a'), path('a/subagents')]) {
      mkdirSync(folder);
      const before = follow.settled;
      await follow.until(() => follow.settled > before);
    }
    write(join(other, 'x.jsonl'), line(2));
    expect(await follow.come('m2')).toEqual(['m2']);
    write(path('a/subagents/agent-1.jsonl'), line(3));
    expect(await follow.come('m3')).toEqual(['m3']);
  });

  it('was not there at the start is found by a look', async () => {
    const folder = join(tempFolder(), 'later');
    const follow = new Following(folder, { lookMs: 1 });
    await follow.all();
    write(join(folder, 'projects', '-w', 'a.jsonl'), line(1));
    expect(await follow.come('m1')).toEqual(['m1']);
    appendFileSync(join(folder, 'projects', '-w', 'a.jsonl'), line(2));
    expect(await follow.come('m2')).toEqual(['m2']);
  });

  it.skipIf(process.getuid?.() === 0)('may not be looked into is told while it is so', async () => {
    const { follow, path } = begin({ 'a.jsonl': lines(1) }, { lookMs: 1 });
    const shut = join(follow.folder, 'projects', '-shut');
    write(join(shut, 'x.jsonl'), line(2));
    chmodSync(path('a.jsonl'), 0);
    chmodSync(shut, 0);
    await follow.until(() => '-shut' in follow.skipped && 'a.jsonl' in follow.skipped);
    expect(follow.skipped).toEqual({ '-shut': { unreadable: 1 }, 'a.jsonl': { unreadable: 1 } });
    chmodSync(shut, 0o700);
    chmodSync(path('a.jsonl'), 0o600);
    await follow.come('m1', 'm2');
    await follow.until(() => Object.keys(follow.skipped).length === 0);
  });
});

describe('a portion that', () => {
  it('is refused is read again, with all that comes after it', async () => {
    let refusals = 2;
    const { follow, path } = begin(
      { 'a.jsonl': Array.from({ length: 3000 }, (_, i) => line(i)).join(''), 'b.jsonl': lines(4000) },
      {
        lookMs: 1,
        taking: () => {
          if (refusals-- > 0) throw new Error('the disk is full');
        },
      },
    );
    const keys = await follow.come('m4000', 'm2999');
    expect(keys).toHaveLength(3001);
    expect(new Set(keys).size).toBe(3001);
    expect(follow.errors).toHaveLength(2);
    appendFileSync(path('a.jsonl'), line(5000));
    expect(await follow.come('m5000')).toEqual(['m5000']);
  });

  it('is under way when it is closed is waited for, and the rest is read next time', async () => {
    let closing: Promise<void> | undefined;
    const files = { 'a.jsonl': Array.from({ length: 9000 }, (_, i) => line(i)).join(''), 'b.jsonl': lines(9999) };
    const { follow } = begin(files, { taking: () => void (closing ??= follow.close()) });
    await follow.until(() => closing !== undefined);
    await closing;
    const first = follow.keys.splice(0);
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(9001);
    const again = new Following(follow.folder, { known: follow.places });
    const rest = await again.all();
    expect(first.length + rest.length).toBe(9001);
    expect(new Set([...first, ...rest]).size).toBe(9001);
  });
});
