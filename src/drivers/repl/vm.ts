import { EvalFlags, JSException, JSValueHandle, QuickJS } from 'quickjs-wasi';
import type { QuickJSOptions } from 'quickjs-wasi';
import { guest } from './guest.ts';
import type { Control, Standing } from './guest.ts';
import { timers } from './guest-timers.ts';
import type { Image } from './image.ts';
import { schemeGuest } from './scheme-guest.ts';
import type { Source } from './source.ts';
import type { WasmMemory, WasmModule } from './wasm.ts';

/**
 * One sandbox: an engine in WebAssembly with the guest in it. Between calls its memory is its whole state, so an image of that brings
 * it back, here or in another process (quickjs.md).
 */

/** What a memory needs beside itself to be alive again; the same for all images that come of one beginning. */
export interface Pointers {
  stack: number;
  runtime: number;
  context: number;
  /** The guest's functions, in the order of {@link controls}; those at the end may be missing, which came later or are a language's. */
  controls: readonly number[];
}

/** A sandbox at rest. */
export interface Rest {
  image: Image;
  pointers: Pointers;
}

export interface Limits {
  memoryBytes: number;
  cpuMs: number;
  outputChars: number;
}

/** Why a command was stopped from outside. */
export type Stop = 'cancelled' | 'cpu' | 'output';

export interface Surroundings {
  /** The engine, compiled. */
  module: WasmModule;
  /** Text of the module that prints values. */
  inspector: string;
  limits: Limits;
}

const controls = [
  'begin',
  'track',
  'thrown',
  'look',
  'settle',
  'wake',
  'end',
  'bindings',
  'complete',
  'rejected',
  'run',
] as const satisfies (keyof Control)[];
type ControlName = (typeof controls)[number];

const outputName = 'output';
const promiseName = 'promise';
/** What the inspector knows of promises, which in a browser it can't. */
const promisesUnknown = 'getPromiseDetails:()=>[g,void 0]';
const promisesKnown = 'getPromiseDetails:(p)=>{let d=[g];promise(p,(isRejected,r)=>{d=[isRejected?h:0,r]});return d}';
/** Below the engine's own limit, so that deep recursion is an error and not a trap. */
const stackBytes = 262_144;
const nanosPerMs = 1_000_000n;
/** How often the clock of the thread is looked at: the engine asks far more often whether it is to go on. */
const asksPerLook = 16;
/** Of CPU: a command that takes more is a long one. */
const longMs = 250;
/** Of CPU: what is asked between two commands, where the session's code can make it long. */
const askedMs = 500;

export class Vm {
  readonly #vm: QuickJS;
  readonly #pointers: Pointers;
  readonly #functions = new Map<ControlName, JSValueHandle>();
  readonly #guard: Guard;
  readonly #image: Image;

  private constructor(vm: QuickJS, { pointers, image }: Rest, guard: Guard) {
    this.#vm = vm;
    this.#pointers = pointers;
    this.#guard = guard;
    this.#image = image;
    pointers.controls.forEach((token, i) => this.#functions.set(controls[i]!, vm.importHandle(token)));
    guard.rejected = (promise, reason, isHandled) => this.#rejected(promise, reason, isHandled);
  }

  /** A sandbox in which nothing has run yet. `scheme`: the text of the library that is Scheme there. */
  static async begin(
    { module, inspector, limits }: Surroundings,
    scheme?: string,
  ): Promise<{ memory: Buffer; pointers: Pointers }> {
    const guard = new Guard(limits);
    const vm = await QuickJS.create(optionsOf(module, limits, guard));
    const output = vm.newFunction(outputName, guard.output);
    const promise = vm.newFunction(promiseName, tellOfPromise);
    const printing = vm.evalCode(`((promise) => {
      globalThis.Atomics = {};
      const URL = class {}, module = { exports: {} }, exports = module.exports;
      ${withPromises(inspector)}
      ;return module.exports;
    })`);
    const util = vm.callFunction(printing, vm.undefined, promise);
    const make = vm.evalCode(`(${guest.toString()})`);
    const makeTimers = vm.evalCode(`(${timers.toString()})`);
    const language = scheme === undefined ? vm.undefined : schemeIn(vm, scheme);
    const control = vm.callFunction(make, vm.undefined, output, util, makeTimers, language);
    const named = scheme === undefined ? controls.filter((name) => name !== 'run') : controls;
    const tokens = named.map((name) => vm.exportHandle(control.getProp(name)));
    for (const handle of [make, makeTimers, printing, util, control]) handle.dispose();
    const { memory, stackPointer, runtimePtr, contextPtr } = vm.snapshot();
    return {
      memory: Buffer.from(memory.buffer, memory.byteOffset, memory.length),
      pointers: { stack: stackPointer, runtime: runtimePtr, context: contextPtr, controls: tokens },
    };
  }

  /** The sandbox that an image is of. The image is its own from then on. */
  static async restore(rest: Rest, { module, limits }: Surroundings): Promise<Vm> {
    const guard = new Guard(limits);
    const { image, pointers } = rest;
    const snapshot = {
      memory: sizeOnly(image.length),
      stackPointer: pointers.stack,
      runtimePtr: pointers.runtime,
      contextPtr: pointers.context,
      extensions: [],
    };
    const vm = await QuickJS.restore(snapshot, optionsOf(module, limits, guard));
    image.copyTo(Buffer.from(vm._getMemory().buffer));
    // The image has what the limit was when it was made.
    (vm as unknown as Raw).exports.qjs_set_memory_limit(limits.memoryBytes);
    vm.registerHostCallback(outputName, guard.output);
    vm.registerHostCallback(promiseName, tellOfPromise);
    return new Vm(vm, rest, guard);
  }

  /** Bytes of the engine's memory. */
  get size(): number {
    return this.#vm._getMemory().buffer.byteLength;
  }

  /** Starts an input; what it came to is told by {@link look}. `at`: Unix ms. */
  start(source: Source | { scheme: string }, at: number, seed: number, watch: Watch): Standing {
    this.#guard.begin();
    this.#guard.enter(at, watch);
    const isScheme = 'scheme' in source;
    const { names, constants } = isScheme ? { names: [], constants: [] } : source;
    this.#call('begin', seed, JSON.stringify(names), JSON.stringify(constants));
    this.#attempt(() => {
      if (isScheme) return void this.#call('run', source.scheme);
      const { code, isAsync } = source;
      const value = this.#vm.evalCode(code, 'repl', isAsync ? EvalFlags.ASYNC : EvalFlags.TYPE_GLOBAL);
      this.#callWith('track', [value, isAsync ? this.#vm.true : this.#vm.false]);
      value.dispose();
    });
    return this.#standing();
  }

  /** Answers what the guest has asked for; `json` is the answer, or an error's message. */
  settle(id: number, isAnswer: boolean, json: string, at: number, watch: Watch): Standing {
    this.#guard.enter(at, watch);
    this.#call('settle', id, isAnswer, json);
    return this.#standing();
  }

  /** Runs the timers that are due at a time of the guest's clock. */
  wake(at: number, watch: Watch): Standing {
    this.#guard.enter(at, watch);
    this.#attempt(() => this.#call('wake'));
    return this.#standing();
  }

  /** The command has come to its end. */
  end(): void {
    this.#call('end');
  }

  bindings(watch: Watch): string[] {
    return this.#names(watch, 'bindings');
  }

  /** A proxy's traps are run for it: where they take long it throws, and the sandbox is to be thrown away. */
  complete(path: string, watch: Watch): string[] {
    return this.#names(watch, 'complete', path);
  }

  /** What changed since it was asked last, packed. */
  frame(): Buffer {
    return this.#image.take(Buffer.from(this.#vm._getMemory().buffer));
  }

  /** All of the state as it was asked for last, as the difference from the engine's memory; packed. */
  whole(): Buffer {
    return this.#image.whole();
  }

  /** The state as it was asked for last, for another sandbox: after a command that was stopped this one is of no use. */
  before(): Rest {
    return { image: this.#image, pointers: this.#pointers };
  }

  dispose(): void {
    this.#vm.dispose();
  }

  /** What the session's code throws is what its command came to. */
  #attempt(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof JSException)) throw error;
      this.#guard.check();
      this.#callWith('thrown', [error.handle]);
      error.dispose();
    }
  }

  #names(watch: Watch, name: 'bindings' | 'complete', ...path: string[]): string[] {
    this.#guard.begin(askedMs);
    this.#guard.enter(0, watch);
    let told: string;
    try {
      told = this.#call(name, ...path);
    } finally {
      this.#guard.leave();
    }
    return JSON.parse(told) as string[];
  }

  /** All that can run has run. */
  #standing(): Standing {
    let told: string;
    try {
      this.#vm.executePendingJobs();
      // It may print, and what it prints may have its own way of being shown.
      told = this.#call('look');
    } finally {
      this.#guard.leave();
    }
    return JSON.parse(told) as Standing;
  }

  /** The engine asks in the middle of its work: nothing may be thrown through that. It has no memory left then, or is being stopped. */
  #rejected(promise: JSValueHandle, reason: JSValueHandle, isHandled: boolean): void {
    if (!this.#functions.has('rejected')) return;
    try {
      this.#callWith('rejected', [promise, reason, isHandled ? this.#vm.true : this.#vm.false]);
    } catch (error) {
      if (!(error instanceof JSException)) throw error;
      error.dispose();
    }
  }

  #call(name: ControlName, ...values: (string | number | boolean)[]): string {
    const handles = values.map((value) => this.#vm.hostToHandle(value));
    const text = this.#callWith(name, handles);
    for (const handle of handles) handle.dispose();
    return text;
  }

  #callWith(name: ControlName, handles: readonly JSValueHandle[]): string {
    const answer = this.#vm.callFunction(this.#functions.get(name)!, this.#vm.undefined, ...handles);
    const text = answer.isString ? answer.toString() : '';
    answer.dispose();
    return text;
  }
}

/** A command that was stopped: its sandbox is to be thrown away. */
export class Stopped extends Error {
  readonly why: Stop;

  constructor(why: Stop) {
    super(`stopped: ${why}`);
    this.why = why;
  }
}

/** Watches a command while it runs. */
export interface Watch {
  /** Whether somebody asked for it to be stopped. */
  isCancelled: () => boolean;
  /** What it prints, as it comes. */
  print: (text: string) => void;
  /** It has taken so much CPU that others come first from now on; told once. */
  isLong: () => void;
}

/** What a sandbox meets of the world: a clock, an end of what it may take, and somebody who hears what it prints. */
class Guard {
  readonly #limits: Limits;
  #watch: Watch | undefined;
  #nanos = 0n;
  #cpuUntil = Infinity;
  #cpuLeft = 0;
  #cpuMs = 0;
  #isLong = false;
  #asks = 0;
  #chars = 0;
  #why: Stop | undefined;
  /** Who hears of promises that were rejected. */
  rejected: NonNullable<QuickJSOptions['onUnhandledRejection']> = () => {};

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Of the whole command, also where it goes on after it has waited. */
  begin(cpuMs = this.#limits.cpuMs): void {
    this.#cpuLeft = this.#cpuMs = cpuMs;
    this.#isLong = false;
    this.#chars = 0;
    this.#why = undefined;
  }

  /** `at`: what the guest takes for now, Unix ms. */
  enter(at: number, watch: Watch): void {
    this.#nanos = BigInt(Math.trunc(at)) * nanosPerMs;
    this.#watch = watch;
    this.#cpuUntil = cpuNow() + this.#cpuLeft;
  }

  leave(): void {
    this.#cpuLeft = this.#cpuUntil - cpuNow();
    this.#cpuUntil = Infinity;
    this.check();
  }

  /** Throws where the command was stopped: what it threw itself is of no matter then. */
  check(): void {
    if (this.#why !== undefined) throw new Stopped(this.#why);
  }

  /** Asked by the engine every so many steps. */
  readonly isOver = (): boolean => {
    if (this.#why === undefined && ++this.#asks % asksPerLook === 0) this.#look(cpuNow());
    return this.#why !== undefined;
  };

  #look(now: number): void {
    if (now > this.#cpuUntil) this.#why = 'cpu';
    else if (this.#watch?.isCancelled()) this.#why = 'cancelled';
    else if (!this.#isLong && now > this.#cpuUntil - this.#cpuMs + longMs) {
      this.#isLong = true;
      this.#watch?.isLong();
    }
  }

  readonly output = (text: JSValueHandle): JSValueHandle => {
    const said = text.toString();
    this.#chars += said.length;
    if (this.#chars > this.#limits.outputChars) this.#why ??= 'output';
    if (this.#why === undefined) this.#watch?.print(said);
    return text.vm.undefined;
  };

  readonly wasi = (memory: WasmMemory) => ({
    /** Each look at the clock takes a microsecond, so that who waits for time to pass does not wait for ever. */
    clock_time_get: (_id: number, _precision: bigint, result: number): number => {
      this.#nanos += 1000n;
      new DataView(memory.buffer).setBigUint64(result, this.#nanos, true);
      return 0;
    },
    random_get: (start: number, length: number): number => {
      new Uint8Array(memory.buffer, start, length).fill(0);
      return 0;
    },
    fd_write: (): number => 0,
  });
}

/** What is not public of the engine's wrapper. */
interface Raw {
  exports: { qjs_set_memory_limit: (bytes: number) => void };
}

/** So that the engine's memory is made that large and nothing is copied: it would touch all pages, and most are zeros. */
const sizeOnly = (length: number): Uint8Array => ({ byteLength: length, length: 0 }) as Uint8Array;

/** Tells `told` what a promise came to, if it has. Nothing is returned: the engine would keep that. */
const tellOfPromise = (promise: JSValueHandle, told: JSValueHandle): JSValueHandle => {
  const { vm, promiseState } = promise;
  if (promiseState !== fulfilled && promiseState !== rejected) return vm.undefined;
  const result = new JSValueHandle(vm, vm._getExports().qjs_promise_result(promise.ptr));
  try {
    vm.callFunction(told, vm.undefined, promiseState === rejected ? vm.true : vm.false, result).dispose();
  } finally {
    result.dispose();
  }
  return vm.undefined;
};
const fulfilled = 1;
const rejected = 2;

const withPromises = (inspector: string): string => {
  if (!inspector.includes(promisesUnknown)) throw new Error('the inspector is not the one that it was');
  return inspector.replace(promisesUnknown, promisesKnown);
};

/** The library takes itself for one of Node's: there is nothing of Node. */
const schemeIn = (vm: QuickJS, library: string): JSValueHandle => {
  const loaded = vm.evalCode(`(() => {
    const module = { exports: {} }, exports = module.exports, window = globalThis;
    let process = { argv: [], env: {} }, require = () => ({});
    ${library}
    ;process = require = undefined;
    return module.exports;
  })()`);
  const make = vm.evalCode(`((library) => (inside) => (${schemeGuest.toString()})(library, inside))`);
  return vm.callFunction(make, vm.undefined, loaded);
};

/** CPU time of this thread, ms. */
const cpuNow = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const optionsOf = (module: WasmModule, limits: Limits, guard: Guard): QuickJSOptions => ({
  wasm: module,
  wasi: guard.wasi,
  memoryLimit: limits.memoryBytes,
  maxStackSize: stackBytes,
  interruptHandler: guard.isOver,
  onUnhandledRejection: (...told) => guard.rejected(...told),
  timezoneOffset: 0,
});
