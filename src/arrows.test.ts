/**
 * The rooms of src/ and who may import whom. The compiler's own parser reads the imports, so that type-only and dynamic ones
 * count too, and so do the modules that workers start from. The second half shows, on made-up sources, that the checker
 * objects when it should.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** What each room imports from directly; through it, it may import whatever that room may. A file right in src/ is a room too. */
const arrows: Record<string, readonly string[]> = {
  'worker-url': [],
  contract: [],
  session: ['contract'],
  journal: ['session'],
  hooks: ['journal'],
  stores: ['journal', 'worker-url'],
  projections: ['journal'],
  drivers: ['contract', 'worker-url'],
  readers: ['contract', 'worker-url'],
  ledger: ['readers'],
  runner: ['session', 'journal', 'drivers', 'ledger'],
  access: ['contract'],
  metrics: [],
  faces: ['runner', 'projections', 'access', 'hooks', 'metrics'],
  place: [],
  log: ['place'],
  // Looks at a store's data from the outside, offline and beside a running server, and puts it right.
  doctor: ['stores', 'projections', 'runner', 'place'],
  serve: ['stores', 'faces', 'doctor', 'log', 'place'],
  sdk: ['contract'],
  conformance: [],
  cli: ['sdk', 'place'],
};

/** Narrower or wider than the arrows: the one kind of import allowed between two rooms. */
const exceptions: readonly { from: string; to: string; only: Kind }[] = [
  { from: 'cli', to: 'contract', only: 'type' },
  // A store keeps users and tokens too: it implements access's port.
  { from: 'stores', to: 'access', only: 'type' },
  // And hooks with their deliveries.
  { from: 'stores', to: 'hooks', only: 'type' },
  // Offline commands load these when they are called, so that the others start without them.
  { from: 'cli', to: 'serve', only: 'dynamic' },
  { from: 'cli', to: 'ledger', only: 'dynamic' },
  { from: 'cli', to: 'conformance', only: 'dynamic' },
  { from: 'cli', to: 'doctor', only: 'dynamic' },
];

/** Clock and chance: inside the pure core they arrive with the command. */
const impure = [
  /^Date\.now$/,
  /^Math\.random$/,
  /^performance\.now$/,
  /^process\.(hrtime|uptime)$/,
  /^(crypto\.)?(randomUUID|randomUUIDv7|randomBytes|randomInt|getRandomValues)$/,
];

type Kind = 'static' | 'type' | 'dynamic';
type Import = { specifier: string; kind: Kind };
/** Source texts by path below src/, with forward slashes. */
type Sources = ReadonlyMap<string, string>;

const isTest = (file: string) => file.endsWith('.test.ts');
const roomOf = (file: string) => file.split('/')[0]!.replace(/\.ts$/, '');

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function nodesOf(file: string, text: string): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(parse(file, text));
  return found;
}

function importsOf(file: string, text: string): Import[] {
  return nodesOf(file, text).flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node))
      return [named(node.moduleSpecifier, isErased(node.importClause) ? 'type' : 'static')];
    if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      return [named(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')];
    if (ts.isImportTypeNode(node)) {
      return [named(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, 'type')];
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return [named(node.arguments[0] ?? node, 'dynamic')];
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'workerUrl') {
      const { specifier } = named(node.arguments[1] ?? node, 'dynamic');
      return [{ specifier: specifier === computed ? computed : `${specifier}.ts`, kind: 'dynamic' }];
    }
    return [];
  });
}

const computed = '(computed)';

function named(node: ts.Node, kind: Kind): Import {
  return { specifier: ts.isStringLiteralLike(node) ? node.text : computed, kind };
}

/** Only `import type` leaves nothing behind: `import { type X }` still loads the module when it runs. */
function isErased(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

function seenFrom(room: string, seen = new Set<string>()): Set<string> {
  for (const next of arrows[room] ?? []) {
    if (!seen.has(next)) seenFrom(next, seen.add(next));
  }
  return seen;
}

function isAllowed(from: string, to: string, kind: Kind): boolean {
  if (from === to) return true;
  const exception = exceptions.find((one) => one.from === from && one.to === to);
  return exception ? exception.only === kind : seenFrom(from).has(to);
}

/** The file that a relative import means, below src/; undefined for packages and for what lies outside. */
function targetOf(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(dirname(file), specifier);
  return target.startsWith('..') ? undefined : target;
}

function objections(sources: Sources): string[] {
  return [...sources].flatMap(([file, text]) => {
    const room = roomOf(file);
    if (isTest(file)) return [];
    if (!arrows[room]) return [`${file}: the room "${room}" is not in the table`];
    return importsOf(file, text).flatMap(({ specifier, kind }) => {
      const complain = (why: string) => [`${file}: ${kind} import of ${specifier}: ${why}`];
      if (specifier === computed) return complain('name the module in the import, so that it can be checked');
      if (!specifier.startsWith('.')) return [];
      const target = targetOf(file, specifier);
      if (!target) return specifier.endsWith('.json') ? [] : complain('leaves src/');
      if (target.endsWith('.json')) return [];
      if (!sources.has(target)) return complain('no such file');
      if (isTest(target)) return complain('is a test');
      return isAllowed(room, roomOf(target), kind) ? [] : complain(`${room} may not`);
    });
  });
}

/** Each cycle once, as the files in it. Dynamic imports run later and close none. */
function cycles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]) => {
    const start = path.indexOf(file);
    if (start >= 0) found.push([...path.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    const targets = importsOf(file, sources.get(file) ?? '')
      .filter(({ kind }) => kind !== 'dynamic')
      .map(({ specifier }) => targetOf(file, specifier));
    for (const target of new Set(targets)) if (target) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

function impurities(file: string, text: string): string[] {
  return nodesOf(file, text)
    .filter((node) => {
      if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && !node.arguments?.length;
      if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return true;
      return (
        (ts.isPropertyAccessExpression(node) || ts.isIdentifier(node)) &&
        impure.some((name) => name.test(node.getText()))
      );
    })
    .map((node) => `${file}: ${node.getText()}`);
}

function readSources(): Sources {
  const root = import.meta.dirname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(files.toSorted().map((file) => [file.replaceAll('\\', '/'), readFileSync(join(root, file), 'utf8')]));
}

describe('src/', () => {
  const sources = readSources();
  const relativeImports = [...sources]
    .flatMap(([file, text]) => importsOf(file, text))
    .filter(({ specifier }) => specifier[0] === '.');
  const core = [...sources].filter(([file]) => roomOf(file) === 'session' && !isTest(file));

  it('has modules and imports to check', () => {
    expect([...sources.keys()].filter((file) => !isTest(file)).length).toBeGreaterThan(0);
    expect(relativeImports.length).toBeGreaterThan(0);
  });

  it('keeps to the arrows', () => expect(objections(sources)).toEqual([]));

  it('has no import cycles', () => expect(cycles(sources)).toEqual([]));

  it('has no clock and no chance in session/', () => {
    expect(core.length).toBeGreaterThan(0);
    expect(core.flatMap(([file, text]) => impurities(file, text))).toEqual([]);
  });
});

describe('the checker of arrows', () => {
  const targets: [string, string][] = ['contract', 'session', 'drivers', 'stores', 'sdk', 'ledger'].map((room) => [
    `${room}/x.ts`,
    '',
  ]);
  const check = (file: string, text: string) =>
    objections(new Map([...targets, ['serve.ts', ''], ['session/x.test.ts', ''], [file, text]]));

  it.each([
    ['the next room', 'session/a.ts', `import { x } from '../contract/x.ts'`],
    ['a room further left', 'stores/sqlite/a.ts', `import { x } from '../../contract/x.ts'`],
    ['its own room', 'session/a.ts', `export * from './x.ts'`],
    ['a package', 'session/a.ts', `import { z } from 'zod'`],
    ['types of the contract in the CLI', 'cli/a.ts', `import type { A, B } from '../contract/x.ts'`],
    ['the SDK in the CLI', 'cli/a.ts', `import { x } from '../sdk/x.ts'`],
    ['the server in the CLI, when called', 'cli/a.ts', `const { serve } = await import('../serve.ts')`],
    ['anything in a test', 'session/a.test.ts', `import { x } from '../stores/x.ts'`],
  ])('allows %s', (_, file, text) => expect(check(file, text)).toEqual([]));

  it.each([
    ['a room to the right', 'contract/a.ts', `import { x } from '../session/x.ts'`],
    ['types of a room to the right', 'contract/a.ts', `import type { X } from '../session/x.ts'`],
    ['an inline type of one', 'contract/a.ts', `type X = import('../session/x.ts').X`],
    ['a dynamic import of one', 'contract/a.ts', `const load = () => import('../session/x.ts')`],
    ['a worker in one', 'contract/a.ts', `new Worker(workerUrl(import.meta.url, '../session/x'))`],
    ['a re-export of one', 'contract/a.ts', `export { x } from '../session/x.ts'`],
    ['a store that sees a driver', 'stores/sqlite/a.ts', `import '../../drivers/x.ts'`],
    ['a driver that sees a store', 'drivers/repl/a.ts', `import '../../stores/x.ts'`],
    ['a face that sees a store', 'faces/http/a.ts', `import type { X } from '../../stores/x.ts'`],
    ['values of the contract in the CLI', 'cli/a.ts', `import { type A } from '../contract/x.ts'`],
    ['the ledger in the CLI at its start', 'cli/a.ts', `import { x } from '../ledger/x.ts'`],
    ['a test outside of tests', 'session/a.ts', `import './x.test.ts'`],
    ['a missing file', 'session/a.ts', `import './gone.ts'`],
    ['a way out of src/', 'session/a.ts', `import '../../scripts/x.ts'`],
    ['a computed import', 'session/a.ts', `await import(name)`],
    ['a room that is not in the table', 'utils/a.ts', ``],
  ])('objects to %s', (_, file, text) => expect(check(file, text)).toHaveLength(1));

  it('finds a cycle, through types too, and names the files in it', () => {
    const sources = new Map([
      ['session/a.ts', `import './b.ts'`],
      ['session/b.ts', `import type { C } from './c.ts'`],
      ['session/c.ts', `import './a.ts'; import('./c.ts')`],
    ]);
    expect(cycles(sources)).toEqual(['session/a.ts → session/b.ts → session/c.ts → session/a.ts']);
  });

  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'Math.random()',
    'crypto.randomUUID()',
    'performance.now()',
  ])('finds the clock or chance in %s', (text) => expect(impurities('session/a.ts', text).length).toBeGreaterThan(0));

  it.each(['new Date(at)', 'Date.parse(at)', '// Date.now()', `'Math.random()'`, 'state.now'])(
    'finds none in %s',
    (text) => {
      expect(impurities('session/a.ts', text)).toEqual([]);
    },
  );
});
