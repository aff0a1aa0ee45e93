import type { Timers } from './guest-timers.ts';

/**
 * What runs inside the sandbox beside the session's own code. {@link guest} is given to the engine as text, so it stands alone: it uses
 * what the sandbox has, and its parameters. All that it needs it takes before the session's code can change it, and it iterates by
 * index: an iterator is the session's to break.
 */

/** Functions of util's `inspect`, as the sandbox has them. */
export interface Inspector {
  inspect: (value: unknown, options?: object) => string;
  formatWithOptions: (options: object, ...values: unknown[]) => string;
}

/** Something that the session's code asked of the world. */
export interface GuestRequest {
  id: number;
  op: 'llm' | 'checkpoint';
  /** JSON text. */
  arguments: string;
  /** An earlier command made it. */
  isOld: boolean;
}

/** How a command stands when nothing more of it can run. */
export interface Standing {
  /** Absent while its value has not settled. */
  done?: 'value' | 'error';
  /** What it came to, as text. */
  text?: string;
  /** Requests that nobody has answered. */
  requests: GuestRequest[];
  /** When the next timer is due, ms of the guest's clock. */
  due?: number;
}

/** What the host calls. Answers are JSON text. */
export interface Control {
  /** A command begins; `names` are declared by it, `constants` among them are not to change after it. JSON text. */
  begin: (seed: number, names: string, constants: string) => void;
  /** What its code came to, or the promise of that. */
  track: (value: unknown, isAsync: boolean) => void;
  thrown: (error: unknown) => void;
  /** A {@link Standing}. */
  look: () => string;
  /** `json`: the answer, or the message of an error. */
  settle: (id: number, isAnswer: boolean, json: string) => void;
  /** Runs the timers that are due. */
  wake: () => void;
  /** A command has ended: what it declared as constant is from now on. */
  end: () => void;
  /** Names that the session's code has bound. */
  bindings: () => string;
  /** Names of properties of what a path such as `a.b` leads to, without running anything. */
  complete: (path: string) => string;
  /** A promise was rejected and nothing handles that, or now something does. */
  rejected: (promise: unknown, reason: unknown, isHandled: boolean) => void;
  /** An input in a language that the engine itself does not know. */
  run?: (code: string) => void;
}

/** What a language is made with that the engine itself does not know. */
export interface Inside {
  output: (text: string) => void;
  shown: (value: unknown) => string;
  /** Asks the host; `settled` has the answer, `failed` an error. */
  ask: (
    op: GuestRequest['op'],
    args: Record<string, unknown>,
    settled: (value: unknown) => void,
    failed: (error: unknown) => void,
  ) => void;
  /** How the command that is under way ends, when it does. */
  ending: () => (done: 'value' | 'error', text: string) => void;
}

/** Those of the guest's functions that are a language's own. */
export type Language = Pick<Control, 'bindings' | 'complete'> & Required<Pick<Control, 'run'>>;

export function guest(
  output: (text: string) => void,
  util: Inspector,
  makeTimers: (newId: () => number) => Timers,
  language?: (inside: Inside) => Language,
): Control {
  const { inspect, formatWithOptions } = util;
  const { stringify, parse } = JSON;
  const { defineProperty, getOwnPropertyDescriptor, getOwnPropertyNames, getPrototypeOf, setPrototypeOf, create } =
    Object;
  const now = Date.now;
  const { isArray, prototype: arrays } = Array;
  const { isView } = ArrayBuffer;
  const NativePromise = Promise;
  const NativeMap = Map;
  const NativeError = Error;
  const NativeTypeError = TypeError;
  const text = String;
  const { floor, max } = Math;
  const uncurry = <A extends unknown[], R>(method: (...args: A) => R) =>
    Function.prototype.call.bind(method) as unknown as (self: unknown, ...args: A) => R;
  const then = uncurry(Promise.prototype.then as (done: (v: unknown) => void, failed: (e: unknown) => void) => unknown);
  const repeat = uncurry(String.prototype.repeat);
  const replaceAll = uncurry(String.prototype.replaceAll as (from: string, to: string) => string);
  const split = uncurry(String.prototype.split as (by: string) => string[]);
  const joined = uncurry<[string], string>(Array.prototype.join);
  const slice = uncurry(Array.prototype.slice as (from: number) => unknown[]);
  const setIn = uncurry(Map.prototype.set as (key: unknown, value: unknown) => unknown);
  const deleteIn = uncurry(Map.prototype.delete as (key: unknown) => boolean);
  const each = uncurry(Map.prototype.forEach as (visit: (value: unknown) => void) => void);
  const apply = Reflect.apply as (fn: unknown, self: unknown, args: readonly unknown[]) => unknown;
  const reject = Promise.reject.bind(Promise) as (error: unknown) => Promise<never>;
  const world = globalThis as unknown as Record<string, unknown>;
  /** Without a prototype: nobody else's properties are in it. */
  const table = <T>(): Record<string, T> => create(null) as Record<string, T>;
  const list = <T>(): T[] => setPrototypeOf([], null) as T[];
  const define = (name: string, value: unknown, enumerable: boolean): void => {
    const descriptor = table<unknown>();
    descriptor['value'] = value;
    descriptor['writable'] = descriptor['configurable'] = true;
    descriptor['enumerable'] = enumerable;
    defineProperty(world, name, descriptor);
  };

  // Printing
  let depth = 0;
  const print = (values: readonly unknown[]): void => {
    const options = table<unknown>();
    const args = list<unknown>();
    args[0] = options;
    for (let i = 0; i < values.length; i++) args[i + 1] = values[i];
    const said = apply(formatWithOptions, undefined, args) as string;
    const margin = repeat('  ', depth);
    output(`${margin}${depth > 0 ? replaceAll(said, '\n', `\n${margin}`) : said}\n`);
  };
  const counts = table<number>();
  const times = table<number>();
  function say(): void {
    print(slice(arguments, 0));
  }
  const tellTime = (label: string): void => print([`${label}: ${now() - (times[label] ?? now())}ms`]);
  const console = {
    log: say,
    info: say,
    debug: say,
    warn: say,
    error: say,
    table: say,
    dir: (value: unknown, options?: object): void => {
      output(`${options === undefined ? inspect(value) : inspect(value, options)}\n`);
    },
    trace(): void {
      say.apply(undefined, slice(arguments, 0) as []);
    },
    assert(is: unknown): void {
      if (is) return;
      const values = slice(arguments, 1);
      if (values.length > 0) output('Assertion failed: ');
      print(values.length > 0 ? values : ['Assertion failed']);
    },
    count: (label: unknown = 'default'): void =>
      print([`${text(label)}: ${(counts[text(label)] = (counts[text(label)] ?? 0) + 1)}`]),
    countReset: (label: unknown = 'default'): void => void delete counts[text(label)],
    group(): void {
      if (arguments.length > 0) print(slice(arguments, 0));
      depth += 1;
    },
    groupEnd: (): void => void (depth = max(0, depth - 1)),
    time: (label: unknown = 'default'): void => void (times[text(label)] = now()),
    timeLog: (label: unknown = 'default'): void => tellTime(text(label)),
    timeEnd: (label: unknown = 'default'): void => {
      tellTime(text(label));
      delete times[text(label)];
    },
  };

  // Random numbers are those of the command's seed (sfc32, by Chris Doty-Humphrey, public domain): run again, it has the same.
  let [a, b, c, d] = [0, 0, 0, 1];
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  };
  const reseed = (seed: number): void => {
    a = seed | 0;
    b = floor(seed / 0x1_0000_0000) | 0;
    c = 0;
    d = 1;
    for (let i = 0; i < 12; i++) next();
  };
  Math.random = function random() {
    return ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 0x20_0000_0000_0000;
  };

  // Requests to the host, in the order in which they were made; they share their numbers with timers.
  interface Pending extends Omit<GuestRequest, 'isOld'> {
    resolve: (value: unknown) => void;
    reject: (error: unknown) => void;
  }
  let requests = list<Pending>();
  let lastId = 0;
  /** As it was when the command began. */
  let begunId = 0;
  const timers = makeTimers(() => ++lastId);
  const without = <T extends { id: number }>(all: readonly T[], id: unknown): T[] => {
    const rest = list<T>();
    for (let i = 0; i < all.length; i++) if (all[i]!.id !== id) rest[rest.length] = all[i]!;
    return rest;
  };
  const ask = (op: GuestRequest['op'], args: Record<string, unknown>): Promise<unknown> => {
    const json = stringify(args);
    return new NativePromise((resolve, fail) => {
      requests[requests.length] = { id: ++lastId, op, arguments: json, resolve, reject: fail };
    });
  };
  const llm = (prompt: unknown, options?: Record<string, unknown>): Promise<unknown> => {
    if (typeof prompt !== 'string') return reject(new NativeTypeError('llm: the prompt must be a string'));
    const args = table<unknown>();
    const names = options === undefined ? [] : getOwnPropertyNames(options);
    for (let i = 0; i < names.length; i++) args[names[i]!] = options![names[i]!];
    args['prompt'] = prompt;
    return ask('llm', args);
  };
  const checkpoint = (label?: unknown): Promise<unknown> => {
    const args = table<unknown>();
    if (label !== undefined) args['label'] = text(label);
    return ask('checkpoint', args);
  };
  function setTimeout(run: unknown, ms?: unknown): number {
    return timers.set(run, ms, slice(arguments, 2), false);
  }
  function setInterval(run: unknown, ms?: unknown): number {
    return timers.set(run, ms, slice(arguments, 2), true);
  }
  const clearTimer = (id: unknown): void => timers.clear(id);

  define('console', console, false);
  define('llm', llm, false);
  define('checkpoint', checkpoint, false);
  define('setTimeout', setTimeout, false);
  define('setInterval', setInterval, false);
  define('clearTimeout', clearTimer, false);
  define('clearInterval', clearTimer, false);
  define('global', globalThis, false);
  define('_', undefined, false);
  define('_error', undefined, false);
  delete world['SharedArrayBuffer'];
  delete world['Atomics'];
  const ofSandbox = table<true>();
  for (const name of getOwnPropertyNames(world)) ofSandbox[name] = true;

  interface CallSite {
    getFunctionName(): string | null;
    getFileName(): string | null;
    getLineNumber(): number | null;
    getColumnNumber(): number | null;
  }
  /** As inspect knows it from V8: the error itself, then where it was in the session's code. */
  const traced = (error: Error, calls: readonly CallSite[]): string => {
    let said = text(error);
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i]!;
      if (call.getFileName() !== 'repl') continue;
      const name = call.getFunctionName();
      const place = `repl:${text(call.getLineNumber())}:${text(call.getColumnNumber())}`;
      said += `\n    at ${name === null || name === '<eval>' ? place : `${name} (${place})`}`;
    }
    return said;
  };
  (Error as unknown as { prepareStackTrace: typeof traced }).prepareStackTrace = traced;

  const messageIn = (error: unknown): string => {
    try {
      const { message } = error as { message?: unknown };
      if (typeof message === 'string') return message;
    } catch {
      // Nor can what was thrown be looked at.
    }
    return 'for a reason that is no error';
  };

  /** A value's own way of being shown may fail, and so may what it was shown with, where the session's code has changed it. */
  const shown = (value: unknown): string => {
    try {
      return inspect(value);
    } catch (error) {
      return `[it can’t be shown: ${messageIn(error)}]`;
    }
  };

  // The command under way
  let done: Standing['done'];
  let outcome = '';
  let constants: string[] = [];
  /** Constants and what they are, so that no getter of the session's own is run for one. */
  const seals = table<{ get: () => unknown; value: unknown }>();
  /** One that was left may come to its end while another is under way. */
  let command = 0;
  /** All that was declared. */
  const named = table<true>();
  /** Where the session's code has made the name its own, it stays so. */
  const remember = (name: string, value: unknown): void => {
    if (named[name]) return;
    const { writable = false } = getOwnPropertyDescriptor(world, name) ?? {};
    if (writable) world[name] = value;
  };
  const settled = (value: unknown): void => {
    remember('_', value);
    done = 'value';
    outcome = shown(value);
  };
  const failed = (error: unknown): void => {
    remember('_error', error);
    done = 'error';
    outcome = `Uncaught ${shown(error)}`;
  };
  /** By promise: why it was rejected, while nothing handles that. */
  let rejections = new NativeMap<unknown, unknown>();
  const mostTold = 10;
  const tellRejections = (): void => {
    let told = 0;
    const all = rejections;
    rejections = new NativeMap();
    each(all, (reason) => {
      if (++told <= mostTold) output(`Uncaught (in promise) ${shown(reason)}\n`);
    });
    if (told > mostTold) output(`Uncaught (in promise), ${told - mostTold} more\n`);
  };
  const valueAt = (path: string): unknown => {
    let value: unknown = world;
    const parts = path === '' ? [] : split(path, '.');
    for (let i = 0; i < parts.length; i++) {
      let found: PropertyDescriptor | undefined;
      for (let at = value; at !== null && at !== undefined && !found; at = getPrototypeOf(at))
        found = getOwnPropertyDescriptor(at, parts[i]!);
      const seal = seals[parts[i]!];
      value = seal !== undefined && seal.get === found?.get ? seal.value : found?.value;
    }
    return value;
  };

  const control: Control = {
    begin: (seed, names, sealed) => {
      command += 1;
      done = undefined;
      constants = parse(sealed) as string[];
      begunId = lastId;
      outcome = '';
      depth = 0;
      reseed(seed);
      const declared = parse(names) as string[];
      for (let i = 0; i < declared.length; i++) {
        named[declared[i]!] = true;
        const before = getOwnPropertyDescriptor(world, declared[i]!);
        if (before?.configurable === false) continue;
        const seal = seals[declared[i]!];
        const value = seal !== undefined && seal.get === before?.get ? seal.value : before?.value;
        define(declared[i]!, value, true);
      }
    },
    track: (value, isAsync) => {
      if (!isAsync) return settled(value);
      const own = command;
      then(
        value,
        (one) => void (own === command && settled((one as { value: unknown }).value)),
        (error) => void (own === command && failed(error)),
      );
    },
    thrown: failed,
    look: () => {
      if (done !== undefined) tellRejections();
      const asked = list<string>();
      for (let i = 0; i < requests.length; i++) {
        const { id, op, arguments: args } = requests[i]!;
        asked[i] = `{"id":${id},"op":"${op}","arguments":${stringify(args)},"isOld":${id <= begunId}}`;
      }
      const due = timers.due();
      const how = done === undefined ? '' : `"done":"${done}","text":${stringify(outcome)},`;
      return `{${how}${due === Infinity ? '' : `"due":${due},`}"requests":[${joined(asked, ',')}]}`;
    },
    settle: (id, isAnswer, json) => {
      for (let i = 0; i < requests.length; i++) {
        const request = requests[i]!;
        if (request.id !== id) continue;
        requests = without(requests, id);
        const value: unknown = parse(json);
        return isAnswer ? request.resolve(value) : request.reject(new NativeError(value as string));
      }
    },
    wake: () => timers.wake(),
    end: () => {
      for (let i = 0; i < constants.length; i++) {
        const name = constants[i]!;
        const declared = getOwnPropertyDescriptor(world, name);
        // What a script declared with var, or the engine itself, can't be sealed.
        if (declared === undefined || !declared.configurable || declared.get) continue;
        const value: unknown = declared.value;
        const get = () => value;
        seals[name] = { get, value };
        const descriptor = table<unknown>();
        descriptor['get'] = get;
        descriptor['set'] = () => {
          throw new NativeTypeError('Assignment to constant variable.');
        };
        descriptor['configurable'] = descriptor['enumerable'] = true;
        defineProperty(world, name, descriptor);
      }
      constants = [];
    },
    bindings: () => {
      const names = getOwnPropertyNames(world);
      const own = list<string>();
      for (let i = 0; i < names.length; i++) if (!ofSandbox[names[i]!]) own[own.length] = stringify(names[i]);
      return `[${joined(own, ',')}]`;
    },
    complete: (path) => {
      const found = table<true>();
      const own = list<string>();
      for (let at = valueAt(path); at !== null && at !== undefined; at = getPrototypeOf(at)) {
        // Of a list all numbers are names.
        const isList = (isArray(at) && at !== arrays) || isView(at) || typeof at === 'string';
        const names = isList ? ['length'] : getOwnPropertyNames(at);
        for (let i = 0; i < names.length; i++) {
          if (!found[names[i]!]) own[own.length] = stringify(names[i]);
          found[names[i]!] = true;
        }
      }
      return `[${joined(own, ',')}]`;
    },
    rejected: (promise, reason, isHandled) => {
      if (isHandled) deleteIn(rejections, promise);
      else setIn(rejections, promise, reason);
    },
  };
  if (language === undefined) return control;
  const { run, bindings, complete } = language({
    output,
    shown,
    ask: (op, args, settle, fail) => void then(ask(op, args), settle, fail),
    ending: () => {
      const own = command;
      return (how, said) => {
        if (own !== command || done !== undefined) return;
        done = how;
        outcome = said;
      };
    },
  });
  control.run = run;
  control.bindings = bindings;
  control.complete = complete;
  return control;
}
