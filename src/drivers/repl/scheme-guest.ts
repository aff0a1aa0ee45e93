import type { Inside, Language } from './guest.ts';

/**
 * Scheme inside the sandbox: what {@link schemeGuest} makes of the library there. It is given to the engine as text beside the guest, so
 * it stands alone, too.
 */

/** As much of BiwaScheme as is used. */
export interface SchemeLibrary {
  TopEnv: Record<string, unknown>;
  CoreEnv: Record<string, unknown>;
  nil: unknown;
  undef: unknown;
  Error: new (message: string) => Error;
  Pair: new (car: unknown, cdr: unknown) => SchemePair;
  Symbol: new (name: string) => { name: string };
  Set: new () => object;
  Promise: new () => object;
  Closure: new (body: unknown, free: readonly unknown[], dot: number, expected: number) => object;
  Call: new (procedure: object, values: readonly unknown[]) => object;
  Pause: (new (begin: (pause: SchemePause) => void) => SchemePause) & { prototype: SchemePause };
  Port: {
    current_input: unknown;
    current_output: unknown;
    current_error: unknown;
    NullInput: new () => object;
    CustomOutput: new (write: (text: string) => void) => object;
  };
  Parser: new (code: string) => object;
  Compiler: (new () => { compile: (...parts: unknown[]) => unknown }) & { expand: (code: unknown) => unknown };
  Interpreter: (new (failed: (error: unknown) => void) => Interpreter) & { prototype: Interpreter };
  array_to_list: (values: readonly unknown[]) => unknown;
  to_write: (value: unknown) => string;
  to_display: (value: unknown) => string;
  define_libfunc: (name: string, least: number, most: number | null, run: (values: unknown[]) => unknown) => void;
}

interface SchemePair {
  car: unknown;
  cdr: unknown;
}

interface SchemePause {
  resume: (value: unknown) => unknown;
  ready: () => void;
}

interface Interpreter {
  parser: object;
  compiler: object;
  after_evaluate: (value: unknown) => void;
  resume: (isResumed: boolean) => unknown;
  run_dump_hook: () => void;
}

export function schemeGuest(library: SchemeLibrary, { output, shown, ask, ending }: Inside): Language {
  const { TopEnv, CoreEnv, Port, Pair, Pause, nil, undef } = library;
  const { Symbol: SchemeSymbol, Error: SchemeError, to_write: written, to_display: displayed } = library;
  const { stringify } = JSON;
  const { eval: evaluate } = globalThis;

  // Of Node it has nothing to reach.
  const ofNode = ['command-line', 'delete-file', 'exit', 'file-exists?', 'get-environment-variable'];
  ofNode.push('get-environment-variables', 'js-load', 'load', 'node-require');
  for (const name of ofNode) delete CoreEnv[name];
  const out = new Port.CustomOutput(output);
  Port.current_input = new Port.NullInput();

  // The library asks its tables whether they have a name, which a definition of that name would end.
  const has: unknown = Object.getOwnPropertyDescriptor(Object.prototype, 'hasOwnProperty')!.value;
  const names = {
    get hasOwnProperty() {
      return has;
    },
    set hasOwnProperty(_: unknown) {
      throw new SchemeError('hasOwnProperty can’t be defined');
    },
  };
  Object.setPrototypeOf(names, null);
  Object.setPrototypeOf(TopEnv, names);
  Object.setPrototypeOf(CoreEnv, names);

  // How a command ends
  type End = ReturnType<Inside['ending']>;
  /** Of the command that evaluates now. */
  let end: End | undefined;
  /** Of each pause, that of the command which made it. */
  const endOf = new WeakMap<SchemePause, End | undefined>();
  const failed = (error: unknown): void => end?.('error', `Uncaught ${messageOf(error)}`);
  const attempt = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      failed(error);
    }
  };
  const messageOf = (error: unknown): string => {
    if (error instanceof SchemeError) return error.message;
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  };

  // Where a timer of the guest's has thrown one, it is shown as a value is.
  Object.defineProperty(SchemeError.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: Error) {
      return this.message;
    },
  });

  // A pause begins once, though one that is passed on by what was called would be told to begin again; and what fails after it has
  // failed the command.
  const begun = new WeakSet<SchemePause>();
  const { ready, resume } = Pause.prototype;
  Pause.prototype.ready = function (this: SchemePause) {
    if (begun.has(this)) return;
    begun.add(this);
    endOf.set(this, end);
    ready.call(this);
  };
  Pause.prototype.resume = function (this: SchemePause, value: unknown) {
    const before = end;
    end = endOf.get(this) ?? before;
    attempt(() => resume.call(this, value));
    end = before;
  };

  // Values
  const mostNodes = 1000;
  const deepest = 100;
  const isPair = (value: unknown): value is SchemePair => value instanceof Pair;
  /** Whether it has few parts, none of them deep inside; where it has itself among them, each counts once. */
  const isSmall = (value: unknown): boolean => {
    const seen = new Set<unknown>();
    const left: { one: unknown; depth: number }[] = [{ one: value, depth: 0 }];
    let nodes = 0;
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { one, depth } = next;
      if (++nodes > mostNodes || depth > deepest) return false;
      if (seen.has(one)) continue;
      if (isPair(one)) left.push({ one: one.cdr, depth }, { one: one.car, depth: depth + 1 });
      else if (!Array.isArray(one)) continue;
      else if (one.length > mostNodes) return false;
      else for (const part of one as unknown[]) left.push({ one: part, depth: depth + 1 });
      seen.add(one);
    }
    return true;
  };
  /** Its beginning. */
  const brief = (value: unknown, room: { nodes: number }, depth = 0): string => {
    if (depth > deepest) return '...';
    const parts: string[] = [];
    const add = (one: unknown): boolean => {
      room.nodes -= 1;
      parts.push(room.nodes < 0 ? '...' : brief(one, room, depth + 1));
      return room.nodes >= 0;
    };
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length && add(value[i]); i++);
      return `#(${parts.join(' ')})`;
    }
    if (!isPair(value)) return written(value);
    let rest: unknown = value;
    while (isPair(rest) && add(rest.car)) rest = rest.cdr;
    if (!isPair(rest) && rest !== nil) parts.push('.', written(rest));
    return `(${parts.join(' ')})`;
  };
  const mostChars = 10_000;
  /** As the prompt shows it: nothing where there is nothing to say. */
  const told = (value: unknown): string => {
    if (value === undefined || value === undef) return '';
    if (value instanceof library.Promise) return '#<Promise>';
    const said = isSmall(value) ? written(value) : brief(value, { nodes: mostNodes });
    // The library does not know how it is written: it is JavaScript's.
    if (said.startsWith('[object ')) return shown(value);
    return said.length > mostChars ? `${said.slice(0, mostChars)}... ${said.length - mostChars} more characters` : said;
  };

  // What the world answers
  /** Names in Scheme's way are those of the other languages. */
  const nameOf = (key: unknown): string =>
    (key instanceof SchemeSymbol ? key.name : String(key)).replace(/-(\w)/g, (_, letter: string) =>
      letter.toUpperCase(),
    );
  const listed = (list: unknown): unknown[] => {
    const all: unknown[] = [];
    for (let rest = list; isPair(rest); rest = rest.cdr) all.push(rest.car);
    return all;
  };
  const optionsIn = (options: unknown): Record<string, unknown> => {
    const found: Record<string, unknown> = {};
    for (const one of listed(options)) {
      if (!isPair(one)) throw new SchemeError('llm: the options must be a list of pairs, such as ((system . "…"))');
      found[nameOf(one.car)] = isPair(one.cdr) || one.cdr === nil ? listed(one.cdr) : one.cdr;
    }
    return found;
  };
  const asked = (op: 'llm' | 'checkpoint', args: Record<string, unknown>, answered: (value: unknown) => unknown) =>
    new Pause((pause) =>
      ask(
        op,
        args,
        (value) => pause.resume(answered(value)),
        (error) => {
          const own = endOf.get(pause);
          own?.('error', `Uncaught ${error instanceof Error ? error.message : String(error)}`);
        },
      ),
    );
  library.define_libfunc('llm', 1, 2, ([prompt, options]) => {
    if (typeof prompt !== 'string') throw new SchemeError('llm: the prompt must be a string');
    return asked('llm', { ...optionsIn(options ?? nil), prompt }, (value) => value);
  });
  library.define_libfunc('checkpoint', 0, 1, ([label]) =>
    asked('checkpoint', label === undefined ? {} : { label: displayed(label) }, (value) => {
      const { seq, stateId } = value as { seq: number; stateId: string };
      return library.array_to_list([seq, stateId]);
    }),
  );

  // What the library lacks, or does in a way that can't wait
  library.define_libfunc('error', 1, null, ([message, ...irritants]) => {
    throw new SchemeError([displayed(message), ...irritants.map(written)].join(' '));
  });
  library.define_libfunc('eval', 1, 2, ([code]) => {
    const none = () => new library.Set();
    const expanded = library.Compiler.expand(code);
    const body = new library.Compiler().compile(expanded, [none(), none()], none(), none(), ['return']);
    return new library.Call(new library.Closure(body, [], -1, 0), []);
  });
  library.define_libfunc('js-eval', 1, 1, ([code]) => evaluate(code as string) as unknown);

  // What loops do most, without the complex numbers that the library makes of all; and no hook at each step.
  library.Interpreter.prototype.run_dump_hook = () => {};
  type Procedure = (values: unknown[], interpreter: Interpreter) => unknown;
  const quicker = (name: string, of: (a: number, b: number) => unknown): void => {
    const slow = CoreEnv[name] as Procedure;
    const quick: Procedure = (values, interpreter) => {
      const [a, b] = [values[0], values[1]];
      return values.length === 2 && typeof a === 'number' && typeof b === 'number'
        ? of(a, b)
        : slow(values, interpreter);
    };
    CoreEnv[name] = Object.assign(quick, slow);
  };
  quicker('+', (a, b) => a + b);
  quicker('-', (a, b) => a - b);
  quicker('*', (a, b) => a * b);
  quicker('=', (a, b) => a === b);
  quicker('<', (a, b) => a < b);
  quicker('>', (a, b) => a > b);
  quicker('<=', (a, b) => a <= b);
  quicker('>=', (a, b) => a >= b);

  /** The last value, where no definition has taken its name. */
  const lastName = '_';
  let last: unknown;
  TopEnv[lastName] = last;
  const remember = (value: unknown): void => {
    if (TopEnv[lastName] === last && value !== undefined && value !== undef) TopEnv[lastName] = last = value;
  };
  const isOfLibrary = new Set(Object.keys(TopEnv));
  return {
    run: (code) => {
      const own = ending();
      end = own;
      Port.current_output = Port.current_error = out;
      const interpreter = new library.Interpreter((error) => {
        throw error;
      });
      interpreter.parser = new library.Parser(code);
      interpreter.compiler = new library.Compiler();
      interpreter.after_evaluate = (value) => {
        remember(value);
        own('value', told(value));
      };
      attempt(() => interpreter.resume(false));
    },
    bindings: () => stringify(Object.keys(TopEnv).filter((name) => !isOfLibrary.has(name))),
    complete: (path) => {
      // Those of the compiler are in no table.
      const all = new Set(['call/cc', 'call-with-current-continuation']);
      for (const table of [TopEnv, CoreEnv]) for (const name of Object.keys(table)) all.add(name.trim());
      return stringify(path === '' ? [...all] : []);
    },
  };
}
