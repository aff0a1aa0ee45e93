/** The sessions of a server over a real store and real sandboxes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { summarize } from '../projections/summary.ts';
import { ReplDirectory } from '../runner/repl/repl-directory.ts';
import { ReplManager } from '../runner/repl/repl-manager.ts';
import { ReplNames } from '../runner/repl/repl-names.ts';
import { openSessions } from './repl-sessions.suite.ts';

const owner = '019a8f5e-0000-7000-8000-00000000000a';
const other = '019a8f5e-0000-7000-8000-00000000000b';

type There = Awaited<ReturnType<typeof openSessions>>;

const manage = async (there: There, options: { most?: number; sessionDir?: string; saveIntervalMs?: number } = {}) => {
  const { most = 3, sessionDir, saveIntervalMs = 86_400_000 } = options;
  const { store, runner, sessions, driver } = there;
  let now = Date.parse('2026-11-20T12:00Z');
  const failures: string[] = [];
  const manager = new ReplManager({
    runner,
    sessions,
    directory: await ReplDirectory.open(runner, store, summarize),
    names: await ReplNames.open(runner, store),
    journal: store,
    clock: { now: () => now },
    owner,
    engine: async () => `test ${(await driver.engine()).binary}`,
    maxCachedSessions: most,
    saveIntervalMs,
    sessionDir,
    onFailure: (session) => failures.push(session),
  });
  manager.begin();
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...there, manager, failures, pass };
};

const open = async (options?: Parameters<typeof manage>[1]) => manage(await openSessions(), options);

const tempFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-journals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

describe('a manager of sessions', () => {
  it('creates a session by its first command, runs it, and lists it', async () => {
    const { manager } = await open();
    expect(await manager.executeCommand('notes', 'let n = 1; n + 1')).toEqual({ output: '2', shouldExit: false });
    expect(await manager.executeCommand('notes', ':quit')).toEqual({ output: '', shouldExit: true });
    expect(await manager.executeCommand('notes', 'n', { owner: other })).toMatchObject({
      output: expect.stringContaining('n is not defined') as string,
    });
    const [notes] = manager.listSessions();
    expect(notes).toMatchObject({ name: 'notes', eventCount: 3, checkpointCount: 1 });
    expect(notes!.created).toBeInstanceOf(Date);
    expect(manager.listSessions({})).toHaveLength(2);
    expect(await manager.executeCommand(notes!.id, 'n')).toMatchObject({ output: '1' });
    await expect(manager.executeCommand('no name', '1')).rejects.toMatchObject({ kind: 'invalid_request' });
    const nobody = '019a8f5e-0000-7000-8000-0000000000ff';
    await expect(manager.executeCommand(nobody, '1')).rejects.toMatchObject({ kind: 'session_not_found' });
  });

  it('gives a name once, however many ask at once', async () => {
    const { manager } = await open();
    const asked = Array.from({ length: 8 }, (_, i) => manager.executeCommand('notes', `globalThis.n = ${i}; n`));
    expect((await Promise.all(asked)).map(({ output }) => output)).toEqual(asked.map((_, i) => `${i}`));
    expect(manager.listSessions()).toHaveLength(1);
    expect(manager.pool.size()).toBe(1);
  });

  it('has a handle of a session that tells its state', async () => {
    const { manager } = await open();
    const notes = await manager.getSession('notes');
    expect(notes.getState()).toMatchObject({ stateId: 's0', seq: -1, language: 'javascript', bindings: [] });
    expect(await notes.execute('const a = 1; let b = 2; a + b')).toEqual({ output: '3', shouldExit: false });
    expect(notes.getState()).toMatchObject({ stateId: 's1', seq: 2, bindings: ['a', 'b'] });
    expect(notes.getState().engine).toMatch(/^test [0-9a-f]{64}$/);
    expect(notes.getState().size).toBeGreaterThan(100_000);
    expect(notes.getMetadata()).toMatchObject({ name: 'notes', eventCount: 3 });
    expect(notes.getChangesSinceLastSave().map(({ type }) => type)).toEqual(['input', 'output', 'checkpoint']);
    expect(await manager.getSession('notes')).toBe(notes);
  });

  it('keeps so many in memory, and brings the others back', async () => {
    const { manager, driver } = await open({ most: 2 });
    for (const name of ['a', 'b', 'c']) await manager.executeCommand(name, `var me = '${name}'; me`);
    expect(manager.pool.getAllMetadata().map(({ name }) => name)).toEqual(['b', 'c']);
    await vi.waitFor(() => expect(driver.kept).toBe(2));
    expect(await manager.executeCommand('a', 'me')).toMatchObject({ output: "'a'" });
    expect(manager.pool.getAllMetadata().map(({ name }) => name)).toEqual(['c', 'a']);
  });

  it('forgets what was removed', async () => {
    const { manager, sessions } = await open();
    const { id } = await manager.getSession('notes');
    await sessions.remove(id);
    expect([manager.pool.size(), manager.listSessions()]).toEqual([0, []]);
    expect(await manager.executeCommand('notes', 'typeof n')).toMatchObject({ output: "'undefined'" });
  });

  it('takes no more once it is shut down', async () => {
    const { manager } = await open();
    await manager.executeCommand('notes', '1');
    await manager.shutdown();
    await expect(manager.executeCommand('notes', '2')).rejects.toMatchObject({ kind: 'server_stopping' });
    await expect(manager.executeCommand('more', '2')).rejects.toMatchObject({ kind: 'server_stopping' });
  });
});

describe('saving', () => {
  it('writes a full image of a dirty session, from which the same comes back', async () => {
    const { manager, sessions, store, factsOf, driver } = await open();
    const notes = await manager.getSession('notes');
    expect(notes.isDirty()).toBe(false);
    for (let n = 1; n <= 3; n++) await notes.execute(`var n = ${n}; const f${n} = () => n + ${n}; n`);
    expect([notes.isDirty(), manager.pool.getDirty()]).toEqual([true, [notes]]);
    await manager.saveDirtySessions();
    expect([notes.isDirty(), notes.getChangesSinceLastSave()]).toEqual([false, []]);
    const { image, checkpoints } = await factsOf(notes.id);
    expect(checkpoints).toBe(4);
    const { frames } = (await store.imageChain(notes.id, image))!;
    expect(frames).toHaveLength(1);
    await driver.pause(notes.id);
    expect(await sessions.execute(notes.id, '[n, f1(), f3()]')).toBe('[ 3, 4, 6 ]');
    // What is saved is not saved again.
    await manager.persistence.forceSave();
    await manager.persistence.forceSave();
    expect((await factsOf(notes.id)).checkpoints).toBe(6);
    expect(await manager.persistence.loadSession('nobody')).toBeNull();
  });

  it('has a session of another engine run again first', async () => {
    const there = await openSessions();
    const id = await there.create();
    for (const n of [1, 2]) await there.sessions.execute(id, `var n = ${n}; n`);
    await there.close();
    const db = new DatabaseSync(there.file);
    db.exec(`UPDATE repl_engines SET id = 'another', binary = 'another', image = x'00'`);
    db.close();
    const renewed: unknown[] = [];
    const { manager, store, factsOf } = await manage(await there.restart({ onRenewed: (told) => renewed.push(told) }));
    await manager.saveSession('notes');
    const { image } = await factsOf(id);
    expect((await store.imageChain(id, image))!.frames).toHaveLength(1);
    expect((await manager.getSession('notes')).getState().bindings).toEqual(['n']);
    expect(renewed).toHaveLength(1);
  });

  it('is not done to a session that is paused, and its state is told all the same', async () => {
    const { manager, runner, factsOf } = await open();
    const { id } = await manager.getSession('notes');
    await manager.executeCommand('notes', 'var n = 1');
    await runner.execute(id, [{ type: 'pause' }], () => ({ status: 200, body: '' }));
    await manager.saveSession('notes');
    expect((await factsOf(id)).checkpoints).toBe(1);
    expect((await manager.getSession('notes')).getState()).toMatchObject({ stateId: 's1', seq: 2 });
    await expect(manager.executeCommand('notes', 'n')).rejects.toMatchObject({ kind: 'session_paused' });
  });

  it('changes nothing that a command sees, and nothing of what can be gone back to', async () => {
    const { manager, sessions, entries } = await open();
    const notes = await manager.getSession('notes');
    await notes.execute('let n = 1; function* g() { yield n++; yield n++ } const it = g(); it.next().value');
    await manager.saveSession('notes');
    expect(await notes.execute('it.next().value')).toEqual({ output: '2', shouldExit: false });
    await manager.saveSession('notes');
    await sessions.goto(notes.id, 2);
    expect(await notes.execute('it.next().value')).toEqual({ output: '2', shouldExit: false });
    expect((await entries(notes.id)).filter(({ type }) => type === 'checkpoint')).toMatchObject([
      { reason: 'command' },
      { reason: 'periodic', stateId: 's2' },
      { reason: 'command' },
      { reason: 'periodic' },
      { reason: 'goto' },
      { reason: 'command' },
    ]);
  });

  it('comes by itself when a session has been dirty for a while and many images lead to it', async () => {
    const { manager, pass, factsOf } = await open({ saveIntervalMs: 5000 });
    const notes = await manager.getSession('notes');
    const checkpoints = async () => (await factsOf(notes.id)).checkpoints;
    for (let n = 1; n <= 15; n++) await notes.execute(`var n = ${n}`);
    pass(5000);
    await manager.persistence.saveLong();
    expect(await checkpoints()).toBe(15);
    await notes.execute('n');
    await manager.persistence.saveLong();
    expect([await checkpoints(), notes.isDirty()]).toEqual([17, false]);
    for (let n = 1; n <= 20; n++) await notes.execute(`var n = ${n}`);
    pass(4999);
    await manager.persistence.saveLong();
    expect(await checkpoints()).toBe(37);
    pass(1);
    await manager.persistence.saveLong();
    expect(await checkpoints()).toBe(38);
  });

  it('of a small session takes some KB', async () => {
    const { manager, factsOf } = await open();
    const notes = await manager.getSession('notes');
    for (let n = 1; n <= 16; n++) await notes.execute(`var n${n} = { n: ${n} }; n${n}`);
    const before = await factsOf(notes.id);
    await manager.saveSession('notes');
    const after = await factsOf(notes.id);
    expect(after.size - before.size).toBeLessThan(24_000);
    expect(after.size / after.commands).toBeLessThan(3000);
  });

  it('keeps no more in memory for it than so much', async () => {
    const { manager } = await open();
    const notes = await manager.getSession('notes');
    for (let n = 1; n <= 3; n++) await manager.executeCommand('notes', 'console.log("x".repeat(500_000))');
    expect(notes.getChangesSinceLastSave()).toHaveLength(0);
    expect(notes.isDirty()).toBe(true);
  });
});

describe('a folder of sessions', () => {
  const linesOf = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; seq?: number; value?: string });

  it('has the journal of each, by owner and name', async () => {
    const folder = tempFolder();
    const { manager } = await open({ sessionDir: folder });
    await manager.executeCommand('notes', 'let n = 1; n');
    await manager.executeCommand('notes', 'n + 1', { owner: other });
    await manager.saveSession('notes');
    await manager.saveSession('notes', { owner: other });
    const notes = linesOf(join(folder, 'notes.jsonl'));
    expect(notes.map(({ type }) => type)).toEqual(['session', 'input', 'output', 'checkpoint', 'checkpoint']);
    expect(notes.map(({ seq }) => seq)).toEqual([undefined, 0, 1, 2, 3]);
    expect(linesOf(join(folder, other, 'notes.jsonl'))).toHaveLength(5);
    expect(statSync(join(folder, 'notes.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('follows what becomes of a session: forks, going back, other names, its end', async () => {
    const folder = tempFolder();
    const { manager, sessions, runner } = await open({ sessionDir: folder });
    const { id } = await manager.getSession('notes');
    await manager.executeCommand('notes', 'let n = 1; n');
    await sessions.goto(id, 2);
    await sessions.fork(id, 'fork', owner);
    await vi.waitFor(() => expect(linesOf(join(folder, 'fork.jsonl'))).toHaveLength(6));
    const answer = () => ({ status: 200, body: '' });
    await runner.execute(id, [{ type: 'rename', name: 'Ünfit/for files' }], answer);
    await vi.waitFor(() => expect(readdirSync(folder).toSorted()).toEqual([`${id}.jsonl`, 'fork.jsonl'].toSorted()));
    await runner.execute(id, [{ type: 'rename', name: 'again' }], answer);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['again.jsonl', 'fork.jsonl']));
    expect(linesOf(join(folder, 'again.jsonl')).at(-1)).toMatchObject({ reason: 'goto' });
    await sessions.remove(id);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['fork.jsonl']));
  });

  it('is caught up with at the start', async () => {
    const folder = tempFolder();
    const there = await openSessions();
    const id = await there.create();
    await there.sessions.execute(id, '1');
    const again = await manage(await there.restart(), { sessionDir: folder });
    await vi.waitFor(() => expect(linesOf(join(folder, 'notes.jsonl'))).toHaveLength(4));
    await again.manager.executeCommand('notes', '2');
    await again.manager.shutdown();
    expect(linesOf(join(folder, 'notes.jsonl')).map(({ value }) => value)).toContain('2');
    expect(linesOf(join(folder, 'notes.jsonl'))).toHaveLength(7);
  });

  it('that can’t be written loses no command and is said once', async () => {
    const folder = tempFolder();
    const { manager, failures } = await open({ sessionDir: folder });
    const { id } = await manager.getSession('notes');
    await manager.saveSession('notes');
    rmSync(join(folder, 'notes.jsonl'));
    mkdirSync(join(folder, 'notes.jsonl'));
    expect(await manager.executeCommand('notes', '1 + 1')).toMatchObject({ output: '2' });
    await manager.saveSession('notes');
    expect(await manager.executeCommand('notes', '2 + 2')).toMatchObject({ output: '4' });
    await manager.saveSession('notes');
    expect(failures).toEqual([id]);
    rmSync(join(folder, 'notes.jsonl'), { recursive: true });
    await manager.executeCommand('notes', '3');
    await manager.saveSession('notes');
    expect(linesOf(join(folder, 'notes.jsonl')).filter(({ type }) => type === 'input')).toHaveLength(3);
  });
});
