import { stripTypeScriptTypes } from 'node:module';
import { parse } from 'acorn';
import type { Node, Pattern, Program, Statement } from 'acorn';

/**
 * Rewrites an input so that its declarations outlive it, and may be made again by a later one.
 *
 *  S1  What `let`, `const` and `class` declare at the top of an input are properties of the global object from then on, so that a
 *      later input can declare them anew. Constants are sealed when the input has ended.
 *  S2  Nothing else is changed, and no line moves: an error's place is that of the input.
 *  S3  An input that begins with a brace is an object where it can be one, as in Node's REPL.
 */
export interface Source {
  code: string;
  /** It awaits at its top. */
  isAsync: boolean;
  /** Names that it declares, and those among them that are not to change. */
  names: readonly string[];
  constants: readonly string[];
}

/** What is wrong with an input, said as the engine would. */
export class SourceError extends Error {
  override name = 'SyntaxError';
}

export type ScriptLanguage = 'javascript' | 'typescript';

export const sourceOf = (input: string, language: ScriptLanguage): Source => {
  const code = language === 'typescript' ? withoutTypes(input) : input;
  const asObject = /^\s*\{/.test(code) && !/;\s*$/.test(code) ? tryParse(`(${code}\n)`) : undefined;
  if (asObject !== undefined) return { code: `(${code}\n)`, isAsync: awaits(asObject), names: [], constants: [] };
  return rewritten(code, parsed(code));
};

const withoutTypes = (input: string): string => {
  try {
    return stripTypeScriptTypes(input);
  } catch (error) {
    throw new SourceError(error instanceof Error ? error.message : String(error));
  }
};

const parsed = (code: string): Program => {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SourceError(inWords(error.message));
  }
};

/** Columns are counted from 1, as in stacks. */
const inWords = (message: string): string =>
  message
    .replace(
      /^'import' and 'export' may appear only with 'sourceType: module'/,
      'there is no import and no export here',
    )
    .replace(/\((\d+):(\d+)\)$/, (_, line: string, column: string) => `(${line}:${Number(column) + 1})`);

const tryParse = (code: string): Program | undefined => {
  try {
    return parsed(code);
  } catch {
    return undefined;
  }
};

/** S1, S2. */
const rewritten = (code: string, program: Program): Source => {
  const names: string[] = [];
  const constants: string[] = [];
  let out = '';
  let from = 0;
  const replace = (node: Node, text: string): void => {
    out += code.slice(from, node.start) + text;
    from = node.end;
  };
  for (const statement of program.body as Statement[]) {
    if (statement.type === 'VariableDeclaration' && (statement.kind === 'let' || statement.kind === 'const')) {
      const own = statement.declarations.flatMap(({ id }) => boundIn(id));
      names.push(...own);
      if (statement.kind === 'const') constants.push(...own);
      replace(statement, `void (${assignments(code, statement)})${afterLast(code, statement)}`);
    } else if (statement.type === 'ClassDeclaration') {
      const { name } = statement.id;
      names.push(name);
      replace(statement, `void (${name} = ${code.slice(statement.start, statement.end)});`);
    }
  }
  return { code: out + code.slice(from), isAsync: code.includes('await') && awaits(program), names, constants };
};

/** What stands between a declaration and its end, which may be on another line. */
const afterLast = (
  code: string,
  { declarations, end }: Extract<Statement, { type: 'VariableDeclaration' }>,
): string => {
  const rest = code.slice(declarations.at(-1)!.end, end);
  return rest.endsWith(';') ? rest : `${rest};`;
};

/** Between the parts of a declaration its own text stays, so that no line moves. */
const assignments = (
  code: string,
  { declarations, start, kind }: Extract<Statement, { type: 'VariableDeclaration' }>,
): string => {
  let from = start + kind.length;
  let out = '';
  for (const { id, init, end } of declarations) {
    out += code.slice(from, id.start) + code.slice(id.start, end) + (init ? '' : ' = void 0');
    from = end;
  }
  return out;
};

const boundIn = (pattern: Pattern): string[] => {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) => boundIn(one.type === 'RestElement' ? one.argument : one.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one === null ? [] : boundIn(one)));
    case 'AssignmentPattern':
      return boundIn(pattern.left);
    case 'RestElement':
      return boundIn(pattern.argument);
    default:
      return [];
  }
};

/** Whether something is awaited outside of functions. */
const awaits = (node: unknown): boolean => {
  if (Array.isArray(node)) return node.some(awaits);
  if (typeof node !== 'object' || node === null) return false;
  const { type } = node as Node;
  if (type === 'AwaitExpression' || (type === 'ForOfStatement' && (node as { await?: boolean }).await)) return true;
  if (/^(ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/.test(type)) return false;
  return Object.values(node).some(awaits);
};
