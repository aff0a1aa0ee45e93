import { EvalFlags, JSException, JSValueHandle, QuickJS } from 'quickjs-wasi';
import type { QuickJSOptions } from 'quickjs-wasi';
import { guest } from './guest.ts';
import type { Control, Standing } from './guest.ts';
import { timers } from './guest-timers.ts';
import type { Image } from './image.ts';
import { schemeGuest } from './scheme-guest.ts';
import type { Source } from './source.ts';
import { Guard } from './vm-guard.ts';
import type { Limits, Watch } from './vm-guard.ts';
import type { WasmModule } from './wasm.ts';

/**
 * One sandbox: an engine in WebAssembly with the guest in it. Between calls its memory is its whole state, so an image of that brings
 * it back, here or in another process; see docs/decisions/014.
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

const optionsOf = (module: WasmModule, limits: Limits, guard: Guard): QuickJSOptions => ({
  wasm: module,
  wasi: guard.wasi,
  memoryLimit: limits.memoryBytes,
  maxStackSize: stackBytes,
  interruptHandler: guard.isOver,
  onUnhandledRejection: (...told) => guard.rejected(...told),
  timezoneOffset: 0,
});
