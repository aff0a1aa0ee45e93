import { ofDecision } from '../check.ts';
import { expectSame, expectThat, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';

const printed = 'a value printed as Node’s REPL prints it (depth, cycles, no colours over HTTP)';
const thrown = 'a throwing command: HTTP 200 with the error as text in output';

const values: readonly [what: string, command: string, expected: string][] = [
  ['number', '1 + 1', '2'],
  ['minus-zero', '-0', '-0'],
  ['float', '0.1 + 0.2', '0.30000000000000004'],
  ['nan', '0 / 0', 'NaN'],
  ['bigint', '2n ** 70n', '1180591620717411303424n'],
  ['text', `'it' + "'s"`, `"it's"`],
  ['text-plain', '`a`', `'a'`],
  ['text-lines', `'a\\nb'`, `'a\\nb'`],
  ['unicode', `'漢字 🦀'`, `'漢字 🦀'`],
  ['undefined', 'undefined', 'undefined'],
  ['null', 'null', 'null'],
  ['boolean', '!0', 'true'],
  ['declaration', 'let declared = 5', 'undefined'],
  ['assignment', 'globalThis.assigned = 5', '5'],
  ['symbol', `Symbol('a b')`, 'Symbol(a b)'],
  ['object', '({ a: 1, b: { c: [1, 2] }, "d-e": undefined })', `{ a: 1, b: { c: [ 1, 2 ] }, 'd-e': undefined }`],
  ['cycle', '{ const own = { name: 1 }; own.own = own; own }', '<ref *1> { name: 1, own: [Circular *1] }'],
  ['array', `[1, 'two', [3]]`, `[ 1, 'two', [ 3 ] ]`],
  ['holes', '[1, , 3]', '[ 1, <1 empty item>, 3 ]'],
  ['long-array', 'Array.from({ length: 200 }, () => 1).length && new Array(150).fill(0).slice(0, 3)', '[ 0, 0, 0 ]'],
  ['many', 'new Array(120).fill(7)', longArray()],
  ['map', `new Map([['a', { b: 1 }]])`, `Map(1) { 'a' => { b: 1 } }`],
  ['set', 'new Set([1, "a"])', `Set(2) { 1, 'a' }`],
  ['class', 'class Point {}; Point', '[class Point]'],
  ['class-child', 'class Base {}; class Child extends Base {}; Child', '[class Child extends Base]'],
  ['instance', 'class Pair { a = 1; b = 2 }; new Pair()', 'Pair { a: 1, b: 2 }'],
  ['function', '(function named() {})', '[Function: named]'],
  ['arrow', '() => 1', '[Function (anonymous)]'],
  ['async-function', '(async function later() {})', '[AsyncFunction: later]'],
  ['generator', '(function* each() {})', '[GeneratorFunction: each]'],
  ['date', 'new Date(0)', '1970-01-01T00:00:00.000Z'],
  ['regex', '/a+/gi', '/a+/gi'],
  ['bytes', 'new Uint8Array([1, 2, 255])', 'Uint8Array(3) [ 1, 2, 255 ]'],
  ['getter', '({ get a() { return 1 } })', '{ a: [Getter] }'],
  ['no-prototype', 'Object.create(null)', '[Object: null prototype] {}'],
  ['boxed', 'new Number(3)', '[Number: 3]'],
  ['lines', '1;\n2;\n3', '3'],
  ['comment', '1 // one', '1'],
  ['empty', '', 'undefined'],
];

/** As Node shows a hundred of many. */
function longArray(): string {
  const line = `  ${Array.from({ length: 12 }, () => '7').join(', ')},`;
  const lines = Array.from({ length: 8 }, () => line);
  return `[\n${lines.join('\n')}\n  7, 7, 7, 7,\n  ... 20 more items\n]`;
}

const valueCheck = ([what, command, expected]: (typeof values)[number]): ReplCheck =>
  ofDecision(`values.${what}`, printed, async (context) => (await context.created()).says(command, expected));

const errors: readonly [what: string, command: string, words: string][] = [
  ['error', `throw new Error('on purpose')`, 'Error: on purpose'],
  ['type-error', 'null.field', 'TypeError'],
  ['reference-error', 'nobodyHasThis', 'ReferenceError'],
  ['syntax-error', 'let = = 1', 'SyntaxError'],
  ['half', 'function f() {', 'SyntaxError'],
  ['number', 'throw 42', '42'],
  ['rejection', `await Promise.reject(new RangeError('too far'))`, 'RangeError: too far'],
  ['own-class', `class Mine extends Error { name = 'Mine' }; throw new Mine('of my own')`, 'of my own'],
  ['after-output', `console.log('first'); throw new Error('then')`, 'Error: then'],
  ['hostile', 'throw { get message() { throw 1 }, toString: null, [Symbol.toPrimitive]: 5 }', ''],
];

const errorCheck = ([what, command, words]: (typeof errors)[number]): ReplCheck =>
  ofDecision(`values.throws-${what}`, `${thrown}; the session lives on`, async (context) => {
    const session = await context.ran('var alive = 1');
    const output = await session.run(command);
    expectThat(output !== '' && output.includes(words), `the error as text with ${shown(words)}`, shown(output));
    await session.says('alive', '1');
  });

const consoleLines: readonly [what: string, command: string, expected: string][] = [
  ['log', `console.log('a', 1, { b: [2] }); 3`, 'a 1 { b: [ 2 ] }\n3'],
  ['levels', `console.info('i'); console.warn('w'); console.error('e'); console.debug('d'); 1`, 'i\nw\ne\nd\n1'],
  ['format', `console.log('%s is %d', 'x', 5); 1`, 'x is 5\n1'],
  ['later', `await new Promise((done) => setTimeout(() => { console.log('late'); done(1) }, 5))`, 'late\n1'],
];

const consoleCheck = ([what, command, expected]: (typeof consoleLines)[number]): ReplCheck =>
  ofDecision(`values.console-${what}`, 'console.* goes to output', async (context) =>
    (await context.created()).says(command, expected),
  );

/** What a command says. */
export const shownValues: ReplGroup = {
  name: 'values',
  title: 'Values, errors and console',
  checks: [
    ...values.map(valueCheck),
    ...errors.map(errorCheck),
    ...consoleLines.map(consoleCheck),
    ofDecision('values.depth', printed, async (context) => {
      const output = await (await context.created()).run('({ a: { b: { c: { d: 1 } } } })');
      // Versions of Node break lines elsewhere.
      expectSame('output in one line', output.replaceAll(/\s+/g, ' '), '{ a: { b: { c: [Object] } } }');
    }),
    ofDecision('values.no-colours', 'no colours over HTTP', async (context) => {
      const session = await context.created();
      for (const command of ['({ a: 1 })', `throw new Error('x')`, `console.log({ b: 'c' })`]) {
        const output = await session.run(command);
        expectThat(!output.includes('\u001b['), 'no colours in output', shown(output));
      }
    }),
    ofDecision('values.console-throws', `console.* goes to output; ${thrown}`, async (context) => {
      const output = await (await context.created()).run(`console.log('first'); throw new Error('then')`);
      expectThat(/^first\n[^]*then/.test(output), 'what was printed, then the error', shown(output));
    }),
  ],
};
