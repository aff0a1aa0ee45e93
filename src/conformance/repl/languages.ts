import { ofDecision } from '../check.ts';
import { expectSame, expectThat, shown } from '../judge.ts';
import type { ReplCheck, ReplContext, ReplGroup } from './context.ts';
import type { Lines } from './living.ts';
import type { ReplSession } from './session.ts';

const types = 'TypeScript: types stripped';
const scheme = 'language scheme: its state is saved in the same way';

type Script = readonly [what: string, lines: Lines];

const typescript: readonly Script[] = [
  [
    'annotation',
    [
      ['let n: number = 1; n', '1'],
      ['const f = (x: string, y?: number): string => x + (y ?? 0); f("a")', `'a0'`],
    ],
  ],
  ['interface', [['interface Point { x: number; y?: number }'], ['const p: Point = { x: 1 }; p', '{ x: 1 }']]],
  ['generic', [['function first<T>(all: T[]): T | undefined { return all[0] }'], ['first<number>([7])', '7']]],
  [
    'as',
    [
      ['(5 as unknown as string)', '5'],
      ['const k = { a: 1 } satisfies Record<string, number>; k.a', '1'],
    ],
  ],
  ['type', [['type Both = { a: 1 } & { b: 2 }; const both = { a: 1, b: 2 } as Both; both.b', '2']]],
  [
    'class',
    [
      ['class C { private n: number = 1; readonly m?: string; up(): number { return ++this.n } }'],
      ['new C().up()', '2'],
    ],
  ],
  ['await', [['const v: number = await Promise.resolve(3); v', '3']]],
  ['non-null', [['const maybe: { a: number } | null = { a: 4 }; maybe!.a', '4']]],
  ['again', [['let n: number = 1'], ['let n: string = "b"'], ['n', `'b'`]]],
  [
    'javascript',
    [
      ['[1, 2].map((x) => x * 2)', '[ 2, 4 ]'],
      ['1 < 2 && 3 > 2', 'true'],
    ],
  ],
  ['lines', [['const add = (\n  a: number,\n  b: number,\n): number =>\n  a + b;\nadd(1, 2)', '3']]],
];

const schemes: readonly Script[] = [
  [
    'number',
    [
      ['(+ 1 2)', '3'],
      ['(* 2 (- 5 1))', '8'],
    ],
  ],
  ['define', [['(define n 1)'], ['(set! n (+ n 1))'], ['n', '2']]],
  ['procedure', [['(define (twice x) (* 2 x))'], ['(twice 21)', '42']]],
  ['closure', [['(define next (let ((i 0)) (lambda () (set! i (+ i 1)) i)))'], ['(next)', '1'], ['(next)', '2']]],
  [
    'list',
    [
      [`(list 1 2 3)`, '(1 2 3)'],
      [`(map (lambda (x) (* x x)) '(1 2 3))`, '(1 4 9)'],
      [`(cons 1 2)`, '(1 . 2)'],
    ],
  ],
  [
    'text',
    [
      ['(string-append "a" "b")', '"ab"'],
      [`'symbol`, 'symbol'],
    ],
  ],
  [
    'boolean',
    [
      ['(= 1 1)', '#t'],
      ['(null? (list 1))', '#f'],
    ],
  ],
  [
    'let',
    [
      ['(let ((a 1) (b 2)) (+ a b))', '3'],
      ['(let* ((a 1) (b (+ a 1))) b)', '2'],
    ],
  ],
  ['cond', [['(cond ((> 1 2) 1) ((> 2 1) 2) (else 3))', '2']]],
  ['tail-call', [['(define (count n) (if (= n 0) 0 (count (- n 1))))'], ['(count 5000)', '0']]],
  ['call-cc', [['(+ 1 (call/cc (lambda (k) (k 41))))', '42']]],
  ['macro', [['(define-macro (my-unless c x) `(if ,c #f ,x))'], ['(my-unless #f 5)', '5']]],
  ['lines', [['(define (f x)\n  ; doubled\n  (* x 2))\n(f 4)', '8']]],
];

const scriptCheck =
  (language: 'typescript' | 'scheme', rule: string) =>
  ([what, lines]: Script): ReplCheck =>
    ofDecision(`languages.${language}-${what}`, rule, async (context) => {
      const session = await context.created({ language });
      for (const [command, expected] of lines) {
        if (expected === undefined) await session.run(command);
        else await session.says(command, expected);
      }
    });

const failing = async (
  session: ReplSession,
  commands: readonly string[],
  after: string,
  expected: string,
): Promise<void> => {
  for (const command of commands) {
    const output = await session.run(command);
    expectThat(
      /uncaught|error|unbound|not defined|expected|unexpected/i.test(output),
      `an error for ${command}`,
      shown(output),
    );
  }
  await session.says(after, expected);
};

const back = async (context: ReplContext, language: string, commands: readonly [string, string], ask: string) => {
  const session = await context.created({ language });
  for (const command of commands) await session.run(command);
  const second = await session.run(ask);
  await session.goto(2);
  return { first: await session.run(ask), second, session };
};

/** Languages beside JavaScript. */
export const languages: ReplGroup = {
  name: 'languages',
  title: 'TypeScript and Scheme',
  checks: [
    ofDecision('languages.default', 'language: javascript (default)', async (context) => {
      const session = await context.created();
      const output = await session.run('let n: number = 1');
      expectThat(output.includes('SyntaxError'), 'types to be no JavaScript', shown(output));
      const named = await context.created({ language: 'javascript' });
      await named.says('1 + 1', '2');
    }),
    ...typescript.map(scriptCheck('typescript', types)),
    ofDecision('languages.typescript-errors', `${types}; what is no TypeScript is an error`, async (context) => {
      const session = await context.created({ language: 'typescript' });
      await session.run('let n: number = 1');
      await failing(session, ['let = = 1', 'interface {', 'throw new Error("no")'], 'n', '1');
    }),
    ofDecision('languages.typescript-goto', 'goto any seq is exact', async (context) => {
      const { first, second } = await back(context, 'typescript', ['let n: number = 1', 'n = 2 as number'], 'n');
      expectSame('n before and after going back', [second, first], ['2', '1']);
    }),
    ofDecision('languages.typescript-fork', 'a fork has the language', async (context) => {
      const session = await context.created({ language: 'typescript' });
      await session.run('let n: number = 1');
      const made = context.unborn();
      await session.of(session.post('/fork', { name: made.name }));
      await made.says('(n as number) + 1', '2');
    }),
    ...schemes.map(scriptCheck('scheme', scheme)),
    ofDecision('languages.scheme-output', `${scheme}; what is displayed goes to output`, async (context) => {
      const session = await context.created({ language: 'scheme' });
      const output = await session.run('(begin (display "hello") (newline) 5)');
      expectThat(/^hello\n[^]*5$/.test(output), 'what was displayed, then the value', shown(output));
    }),
    ofDecision(
      'languages.scheme-errors',
      `${scheme}; a command that throws gives its error, the session lives on`,
      async (context) => {
        const session = await context.created({ language: 'scheme' });
        await session.run('(define n 1)');
        await failing(session, ['(nobody-has-this)', '(car 5)', '(+ 1', '(error "on purpose")'], 'n', '1');
      },
    ),
    ofDecision('languages.scheme-error-event', 'a throwing command gives an error event', async (context) => {
      const session = await context.created({ language: 'scheme' });
      await session.run('(nobody-has-this)');
      expectSame(
        'types',
        (await session.events()).map(({ type }) => type),
        ['input', 'error', 'checkpoint'],
      );
    }),
    ofDecision('languages.scheme-goto', 'goto any seq is exact', async (context) => {
      const commands = ['(define next (let ((i 0)) (lambda () (set! i (+ i 1)) i)))', '(next)'] as const;
      const { first, second } = await back(context, 'scheme', commands, '(next)');
      expectSame('(next) before and after going back', [second, first], ['2', '1']);
    }),
    ofDecision('languages.scheme-fork', 'a fork goes on by itself', async (context) => {
      const session = await context.created({ language: 'scheme' });
      await session.run('(define n 1)');
      const made = context.unborn();
      await session.of(session.post('/fork', { name: made.name }));
      await made.run('(set! n 10)');
      await session.says('n', '1');
      await made.says('n', '10');
    }),
    ofDecision('languages.scheme-limits', '5 s of CPU for one command; a runaway loop is stopped', async (context) => {
      const session = await context.created({ language: 'scheme' });
      await session.run('(define n 1)');
      const output = await session.begin('(begin (set! n 2) (let loop () (loop)))');
      expectThat(/stopped|limit|terminated|interrupted|exceed/i.test(output), 'the loop to be stopped', shown(output));
      await session.says('n', '1');
    }),
    ofDecision('languages.scheme-sandbox', 'loaded inside the sandbox', async (context) => {
      const session = await context.created({ language: 'scheme' });
      for (const command of [
        '(js-eval "process.env")',
        '(load "/etc/passwd")',
        '(read-file "/etc/passwd")',
        '(node-require "fs")',
      ]) {
        const output = await session.run(command);
        expectThat(!/root:|PATH|readFile/.test(output), 'nothing of the server', shown(output));
      }
      await session.says('(+ 1 1)', '2');
    }),
  ],
};
