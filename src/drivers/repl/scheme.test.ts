/** Scheme in real sandboxes: its state is that of its sandbox, as every session's is. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openRepl } from './repl-driver.suite.ts';
import type { Limits } from './vm-guard.ts';

let usual: ReturnType<typeof openRepl>;
beforeAll(() => {
  usual = openRepl({}, 'scheme');
});
afterAll(() => usual.close());

let last = 0;
/** A new session; limits of its own make a driver of its own. */
const open = (limits?: Partial<Limits>) => {
  const repl = limits ? openRepl(limits, 'scheme') : usual;
  if (limits) onTestFinished(() => repl.close());
  const name = `s${++last}`;
  /** What an input printed, and then what it came to. */
  const said = async (input: string): Promise<string> => {
    let printed = '';
    const { text } = await repl.send(name, input, (more) => (printed += more));
    return printed + text;
  };
  return { ...repl, name, said };
};

/** Each input, and what is said to it. */
const conversation = async (said: (input: string) => Promise<string>, lines: readonly string[][]): Promise<void> => {
  for (const [input = '', expected] of lines) expect([input, await said(input)]).toEqual([input, expected]);
};

describe('an input', () => {
  it('comes to what its last expression does, as it is written', async () => {
    await conversation(open().said, [
      ['(+ 1 2)', '3'],
      ['1 "two" \'three', 'three'],
      ['(list 1.5 "a\\nb" #\\c \'d #t (vector 1 2) \'())', '(1.5 "a\\nb" #\\c d #t #(1 2) ())'],
      ['(cons 1 2)', '(1 . 2)'],
      ['(lambda (x) x)', '#<Closure>'],
      ['(delay 1)', '#<Promise>'],
      ['(define l (list 1 2)) (set-cdr! (cdr l) l) l', '#0=(1 2 . #0#)'],
      ['; only words', ''],
      ['(if #f #f)', ''],
      ['(display "hi") (newline) (write "hi") 7', 'hi\n"hi"7'],
      ['(for-each display (list 1 2))', '12'],
      ['(js-eval "({ a: [1] })")', '{ a: [ 1 ] }'],
    ]);
  });

  it('is shown in part where it is long', async () => {
    const { said } = open();
    expect(await said('(iota 5000)')).toMatch(/^\(0 1 2 .* 998 999 \.\.\.\)$/);
    expect(await said('(list->vector (iota 5000))')).toMatch(/^#\(0 1 2 .* 999 \.\.\.\)$/);
    expect(await said('(make-string 20000 #\\a)')).toMatch(/^"a{9999}\.\.\. 10002 more characters$/);
    expect(await said("(define deep '()) (do ((i 0 (+ i 1))) ((= i 3000)) (set! deep (list deep))) deep")).toMatch(
      /^\({101}\.\.\.\){101}$/,
    );
  });

  it('goes on with what those before it have defined', async () => {
    await conversation(open().said, [
      ['(define x 1)', ''],
      ['(define (add n) (set! x (+ x n)) x)', ''],
      ['(add 2)', '3'],
      ['(define counter (let ((n 0)) (lambda () (set! n (+ n 1)) n)))', ''],
      ['(counter) (counter)', '2'],
      ['_', '2'],
      ["(define table (make-eq-hashtable)) (hashtable-set! table 'a 1)", ''],
      ["(hashtable-ref table 'a 0)", '1'],
      ['(define-macro (twice e) `(begin ,e ,e)) (twice (counter))', '4'],
      ["(eval '(define y (+ x 1)))", ''],
      ['y', '4'],
      ['(define _ 5) (+ 1 1)', '2'],
      ['_', '5'],
    ]);
  });

  it('that fails says why, and the session lives on', async () => {
    await conversation(open().said, [
      ['(foo)', 'Uncaught execute: unbound symbol: "foo"'],
      ['(display "so far") (car 1)', 'so farUncaught Attempt to apply car on 1'],
      ['(error "bad thing:" 1 "a")', 'Uncaught bad thing: 1 "a"'],
      ["(raise 'oops)", 'Uncaught oops'],
      ['(begin (sleep 0.5) (car 1))', 'Uncaught Attempt to apply car on 1'],
      ['(timer (lambda () (car 1)) 0.001) (sleep 1)', 'Uncaught Attempt to apply car on 1'],
      ["(eval '(car 1))", 'Uncaught Attempt to apply car on 1'],
      ['(1 2', 'Uncaught found EOS in list: "(1 2"'],
      ['(define hasOwnProperty 1)', 'Uncaught hasOwnProperty can’t be defined'],
      ['(with-output-to-port (open-output-string) (lambda (p) (car 1)))', 'Uncaught Attempt to apply car on 1'],
      ['(display 1) (+ 1 1)', '12'],
    ]);
  });

  it('may loop long in a tail call, and call itself deeply', { timeout: 60_000 }, async () => {
    const { said } = open({ cpuMs: 20_000 });
    expect(await said('(let loop ((i 0)) (if (< i 10000) (loop (+ i 1)) i))')).toBe('10000');
    expect(await said('(define (f n) (if (= n 0) 0 (+ 1 (f (- n 1))))) (f 5000)')).toBe('5000');
  });
});

describe('a continuation', () => {
  it('is entered again by a later input, also after the session was brought back', async () => {
    const { said, driver, name } = open();
    await said('(define k #f) (define n 0)');
    expect(await said('(begin (set! n (+ n 1)) (list n (call/cc (lambda (c) (set! k c) 1))))')).toBe('(1 1)');
    await driver.pause(name);
    expect(await said("(k 'again)")).toBe('(1 again)');
  });

  it('is that of a snapshot, there and elsewhere', async () => {
    const { said, send, driver, restore, name } = open();
    await said("(define k #f) (define all '()) (begin (set! all (cons (call/cc (lambda (c) (set! k c) 0)) all)) all)");
    const image = await driver.snapshot(name);
    expect(await said('(k 1)')).toBe('(1)');
    await restore(`${name}b`, image);
    expect((await send(`${name}b`, '(k 2)')).text).toBe('(2)');
    expect((await send(`${name}b`, 'all')).text).toBe('(2)');
    expect(await said('all')).toBe('(1)');
  });
});

describe('a model', () => {
  it('is waited for wherever it is asked', async () => {
    await conversation(open().said, [
      ['(llm "a")', '"answer to a"'],
      [
        '(define (ask q) (string-append "<" (llm q) ">")) (list (ask "a") (ask "b"))',
        '("<answer to a>" "<answer to b>")',
      ],
      ['(map llm (list "a" "b"))', '("answer to a" "answer to b")'],
      ['(eval \'(string-append "<" (llm "a") ">"))', '"<answer to a>"'],
      ['(timer (lambda () (display (llm "a"))) 0.001) (sleep 1)', 'answer to a()'],
      ['(list-sort (lambda (a b) (llm "a") (< a b)) (list 2 1))', '(1 2)'],
      ['(llm 1)', 'Uncaught llm: the prompt must be a string'],
      ['(llm "a" \'(system))', 'Uncaught llm: the options must be a list of pairs, such as ((system . "…"))'],
    ]);
  });

  it('is asked with the options’ names in either way', async () => {
    const { driver, name } = open();
    const asked: unknown[] = [];
    const code = '(llm "p" \'((max-tokens . 10) (system . "s") (stop "a" "b")))';
    const command = { code, language: 'scheme' as const, at: 0, seed: 1 };
    const ended = await driver.send(name, command, {
      printed: () => {},
      waiting: async ({ requests: [request] }) => {
        asked.push(JSON.parse(request!.arguments));
        return { do: 'answer', id: request!.id, isAnswer: false, json: '"the model is gone"', at: 0 };
      },
      ended: () => Promise.resolve(),
    });
    expect(asked).toEqual([{ prompt: 'p', maxTokens: 10, system: 's', stop: ['a', 'b'] }]);
    expect(ended).toMatchObject({ as: 'error', text: 'Uncaught the model is gone' });
  });
});

describe('a state', () => {
  const commands = fc.constantFrom(
    '(set! n (+ n 1)) n',
    '(set! all (cons (random-integer 1000) all)) all',
    '(hashtable-set! table n all) (hashtable-size table)',
    '(list n (call/cc (lambda (c) (set! k c) 0)))',
    '(k n)',
    '(set! get (let ((i n) (before get)) (lambda () (+ i (before))))) (get)',
    '(car n)',
    '(sleep 1)',
    '(string-append (llm "q") (number->string n))',
  );

  it('that was brought back at any point is that of a session that went straight through', async () => {
    const { send, driver } = open();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(commands, fc.boolean()), { minLength: 1, maxLength: 10 }), async (steps) => {
        const [straight, broken] = [`straight ${++runs}`, `broken ${runs}`];
        const begin = "(define n 0) (define all '()) (define table (make-eqv-hashtable)) (define k display)";
        for (const one of [straight, broken]) await send(one, `${begin} (define (get) 0)`, undefined, 0);
        for (const [i, [input, leaves]] of steps.entries()) {
          const expected = await send(straight, input, undefined, i + 1);
          expect((await send(broken, input, undefined, i + 1)).text).toBe(expected.text);
          if (leaves) await driver.pause(broken);
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('a Scheme session may not', () => {
  it.each([
    ['run for ever', '(let loop () (loop))', { cpuMs: 1000 }, 'cpu'],
    ['call itself without end', '(define (f n) (+ 1 (f n))) (f 0)', { cpuMs: 1000 }, 'cpu'],
    ['print without end', '(let loop () (display (make-string 10000 #\\a)) (loop))', { outputChars: 1e5 }, 'output'],
  ])('%s', async (_, input, limits, why) => {
    const { said, send, name } = open(limits);
    await said('(define n 1)');
    expect(await send(name, `(set! n 2) ${input}`)).toMatchObject({ as: 'stopped', why });
    expect(await said('n')).toBe('1');
  });

  it('take more memory than there is for it', async () => {
    const { said } = open({ memoryBytes: 16 << 20 });
    expect(await said('(define big (make-vector 100000000 0))')).toMatch(/out of memory/);
    expect(await said('(+ 1 1)')).toBe('2');
  });

  it('reach the host', async () => {
    await conversation(open().said, [
      ['(js-eval "typeof process + typeof require + typeof fetch")', `"${'undefined'.repeat(3)}"`],
      ['(js-invocation \'globalThis \'(eval "typeof process"))', '"undefined"'],
      ['(js-call (js-new "Function" "return typeof require"))', '"undefined"'],
      ...['exit', 'load', 'js-load', 'node-require', 'delete-file', 'file-exists?', 'command-line'].map((name) => [
        name,
        `Uncaught execute: unbound symbol: "${name}"`,
      ]),
    ]);
  });
});

it('names what a Scheme session has bound, and what there is', async () => {
  const { said, driver, name } = open();
  await said('(define my-name 1)');
  expect((await driver.ask(name, { ask: 'bindings' })).words).toEqual(['my-name']);
  const { words } = await driver.ask(name, { ask: 'complete', path: '' });
  expect(words).toEqual(expect.arrayContaining(['my-name', 'llm', 'string-append', 'call/cc']));
});
