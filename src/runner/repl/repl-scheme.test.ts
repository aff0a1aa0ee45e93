/** Sessions of Scheme in a real store and real sandboxes. */
import { describe, expect, it } from 'vitest';
import { openSessions } from '../../serve/repl-sessions.suite.ts';

const scheme = { language: 'scheme' } as const;

describe('a continuation', () => {
  it('is there after a restart, at an earlier event and in a fork', async () => {
    const first = await openSessions();
    const id = await first.create(scheme);
    await first.sessions.execute(id, "(define k #f) (define all '())");
    const take = '(begin (set! all (cons (call/cc (lambda (c) (set! k c) 0)) all)) all)';
    expect(await first.sessions.execute(id, take)).toBe('(0)');
    const { seq } = (await first.entries(id)).at(-1)!;
    const second = await first.restart();
    expect(await second.sessions.execute(id, '(k 1)')).toBe('(1)');
    await second.sessions.execute(id, '(set! k #f)');
    const fork = await second.fork(id, seq);
    expect(await second.sessions.execute(fork, '(k 2)')).toBe('(2)');
    await second.sessions.goto(id, seq);
    expect(await second.sessions.execute(id, 'all')).toBe('(0)');
    expect(await second.sessions.execute(id, '(k 3)')).toBe('(3)');
    expect(await second.sessions.execute(fork, 'all')).toBe('(2)');
  });
});

describe('a model’s answer', () => {
  it('has a receipt, and whoever goes back to where it was waited for gets it without asking again', async () => {
    const there = await openSessions();
    const id = await there.create(scheme);
    expect(await there.sessions.execute(id, '(define a (llm "q")) (string-append a "!")')).toBe('"answer to q!"');
    const entries = await there.entries(id);
    expect(entries.map(({ type }) => type)).toEqual([
      'input',
      'checkpoint',
      'llm_req',
      'llm_resp',
      'checkpoint',
      'output',
      'checkpoint',
    ]);
    await there.sessions.goto(id, 1);
    // Defined, and nothing yet.
    expect(await there.sessions.execute(id, 'a')).toBe('');
    const again = await there.restart();
    await again.sessions.goto(id, 1);
    // What waits goes on while a command waits; it says nothing, as its own command is over.
    expect(await again.sessions.execute(id, '(sleep 0.01) a')).toBe('"answer to q"');
    expect(again.asked).toEqual(['q']);
    expect((await again.runner.state(id))?.facts.tokensUsed).toBe(5);
  });

  it('that failed is the command’s error', async () => {
    const there = await openSessions({ say: () => Promise.reject(new Error('overloaded')) });
    const id = await there.create(scheme);
    expect(await there.sessions.execute(id, '(define n 1) (llm "q")')).toBe('Uncaught overloaded');
    expect(await there.sessions.execute(id, 'n')).toBe('1');
  });
});

it('sessions of several languages are beside each other', async () => {
  const there = await openSessions();
  const [script, lisp] = [await there.create(), await there.create(scheme, 'lisp')];
  const many = Array.from({ length: 10 }, (_, i) => i);
  const said = await Promise.all(
    many.map((i) => there.sessions.execute(i % 2 === 0 ? script : lisp, i % 2 === 0 ? `${i} + 1` : `(+ ${i} 1)`)),
  );
  expect(said).toEqual(many.map((i) => `${i + 1}`));
});

it('`checkpoint` tells where it is', async () => {
  const there = await openSessions();
  const id = await there.create(scheme);
  expect(await there.sessions.execute(id, '(checkpoint "here")')).toMatch(/^\(\d+ "s\d+"\)$/);
  expect(await there.entries(id)).toContainEqual(expect.objectContaining({ reason: 'manual', label: 'here' }));
});
