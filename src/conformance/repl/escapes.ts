import { ofDecision } from '../check.ts';
import { expectSame, expectThat, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';

const sandboxed = 'a sandboxed VM: no file system, no network';
const within = `${sandboxed}; the session lives on`;

/** Each gives `'none'` where there is no way out. */
const ways: readonly [what: string, command: string][] = [
  ['process', `typeof process === 'undefined' ? 'none' : 'process'`],
  ['require', `typeof require === 'undefined' ? 'none' : 'require'`],
  ['module', `typeof module === 'undefined' && typeof __dirname === 'undefined' ? 'none' : 'module'`],
  [
    'fetch',
    `typeof fetch === 'undefined' ? 'none' : await fetch('http://127.0.0.1:1').then(() => 'fetched', () => 'none')`,
  ],
  ['sockets', `typeof WebSocket === 'undefined' && typeof XMLHttpRequest === 'undefined' ? 'none' : 'sockets'`],
  [
    'workers',
    `typeof Worker === 'undefined' && typeof SharedArrayBuffer === 'undefined' ? 'none' : typeof Worker === 'undefined' ? 'none' : 'worker'`,
  ],
  [
    'engine',
    `typeof std === 'undefined' && typeof os === 'undefined' && typeof Deno === 'undefined' && typeof Bun === 'undefined' ? 'none' : 'host'`,
  ],
  ['function', `(() => { try { return typeof Function('return process')() } catch { return 'none' } })()`],
  [
    'constructor',
    `(() => { try { return typeof (() => {}).constructor.constructor('return process.env')() } catch { return 'none' } })()`,
  ],
  [
    'this',
    `(() => { try { return typeof this.constructor.constructor('return process')().mainModule } catch { return 'none' } })()`,
  ],
  [
    'console',
    `(() => { try { return typeof console.log.constructor('return process')() } catch { return 'none' } })()`,
  ],
  ['timer', `(() => { try { return typeof setTimeout.constructor('return process')() } catch { return 'none' } })()`],
  ['llm', `(() => { try { return typeof llm.constructor('return process')() } catch { return 'none' } })()`],
  ['async-function', `await (async () => {}).constructor('return process')().then(() => 'process', () => 'none')`],
  [
    'generator',
    `(() => { try { return typeof (function* () {}).constructor('return process')().next().value } catch { return 'none' } })()`,
  ],
  ['eval', `(() => { try { return typeof (0, eval)('process') } catch { return 'none' } })()`],
  ['import', `await import('node:fs').then(() => 'fs', () => 'none')`],
  ['import-file', `await import('file:///etc/passwd').then(() => 'passwd', () => 'none')`],
  ['import-http', `await import('http://127.0.0.1:1/x.js').then(() => 'fetched', () => 'none')`],
  [
    'import-data',
    `await import('data:text/javascript,export default typeof process').then((m) => m.default === 'undefined' ? 'none' : 'data', () => 'none')`,
  ],
  [
    'thrown-by-host',
    `await (async () => { try { await llm(Symbol('x')) } catch (e) { try { return typeof e.constructor.constructor('return process')() } catch { return 'none' } } return 'none' })()`,
  ],
  [
    'stack-of-host',
    `(() => { const was = Error.prepareStackTrace; Error.prepareStackTrace = (_, calls) => calls; const calls = new Error().stack; Error.prepareStackTrace = was; return Array.isArray(calls) && calls.some((c) => c.getThis?.()?.process) ? 'process' : 'none' })()`,
  ],
  ['global', `(() => { const g = globalThis; return 'process' in g || 'require' in g ? 'process' : 'none' })()`],
];

const wayCheck = ([what, command]: (typeof ways)[number]): ReplCheck =>
  ofDecision(`escapes.${what}`, within, async (context) => {
    const session = await context.ran('let kept = 41');
    await session.says(command, `'none'`);
    await session.says('kept + 1', '42');
  });

/** Code that breaks what its own session has. */
const pollution: readonly [what: string, command: string][] = [
  ['object', `Object.prototype.polluted = 'yes'; Object.prototype.output = 'mine'; 0`],
  ['then', `Object.prototype.then = function (done) { done('hijacked') }; 0`],
  ['to-json', `Object.prototype.toJSON = () => 'mine'; String.prototype.toJSON = () => 'mine'; 0`],
  ['array', `Array.prototype.push = Array.prototype.map = Array.prototype.join = () => 'mine'; 0`],
  ['promise', `globalThis.Promise = Promise.prototype.then = null; 0`],
  ['json', `JSON.stringify = JSON.parse = () => 'mine'; 0`],
  ['proto', `({}).__proto__.shouldExit = true; Object.prototype.__defineGetter__('shouldExit', () => true); 0`],
  ['globals', `for (const k of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[k] } catch {} 0`],
  ['setter', `Object.defineProperty(Object.prototype, 'value', { set() { throw 1 }, get() { return 'mine' } }); 0`],
];

const pollutionCheck = ([what, command]: (typeof pollution)[number]): ReplCheck =>
  ofDecision(`escapes.pollution-${what}`, 'what code does to its prototypes harms itself alone', async (context) => {
    const [session, neighbour] = [await context.created(), await context.ran('let n = { a: [1] }')];
    await session.run(command);
    const answer = await session.execute('1 + 1');
    const body = answer.body as { output?: unknown; shouldExit?: unknown };
    expectSame('status and shouldExit of its next command', [answer.status, body.shouldExit], [200, false]);
    expectThat(typeof body.output === 'string', 'output to be a string', shown(answer.body));
    await neighbour.says('n', '{ a: [ 1 ] }');
    await (await context.created()).says('[{ b: 2 }, typeof {}.polluted]', `[ { b: 2 }, 'undefined' ]`);
    const events = await session.events();
    expectSame(
      'seq',
      events.map(({ seq }) => seq),
      events.map((_, i) => i),
    );
  });

const lying: readonly [what: string, command: string, never: string][] = [
  [
    'inspect',
    `({ [Symbol.for('nodejs.util.inspect.custom')](depth, options, inspect) { return typeof inspect?.constructor?.constructor?.('return typeof process')() } })`,
    'object',
  ],
  ['getter', `({ get [Symbol.toStringTag]() { throw new Error('lied') } })`, 'node:'],
  ['stack', `const e = new Error('x'); e.stack`, 'file:'],
  ['proxy', `new Proxy({}, { get() { throw new Error('trap') }, ownKeys() { throw new Error('trap') } })`, 'node:'],
  ['thrown-proxy', `throw new Proxy(new Error('x'), { get() { throw 1 }, getPrototypeOf() { throw 2 } })`, 'node:'],
];

const lyingCheck = ([what, command, never]: (typeof lying)[number]): ReplCheck =>
  ofDecision(
    `escapes.shown-${what}`,
    'what shows values is in the sandbox, too; no error shows a path of the server',
    async (context) => {
      const session = await context.ran('let kept = 41');
      const output = await session.run(command);
      expectThat(
        !output.includes(never) && !/node_modules|\/home\/|\.ts:\d/.test(output),
        `nothing of the server`,
        shown(output),
      );
      await session.says('kept + 1', '42');
    },
  );

/** Ways out that must lead nowhere. */
export const escapes: ReplGroup = {
  name: 'escapes',
  title: 'The sandbox',
  checks: [
    ...ways.map(wayCheck),
    ...pollution.map(pollutionCheck),
    ...lying.map(lyingCheck),
    ofDecision('escapes.import-statement', `${sandboxed}, no modules`, async (context) => {
      const session = await context.ran('let kept = 41');
      const output = await session.run(`import { readFileSync } from 'node:fs'; readFileSync('/etc/passwd', 'utf8')`);
      expectThat(!output.includes('root:') && /Error/.test(output), 'an error for an import', shown(output));
      await session.says('kept + 1', '42');
    }),
  ],
};
