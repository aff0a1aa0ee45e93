import type { JSValueHandle, QuickJSOptions } from 'quickjs-wasi';
import type { WasmMemory } from './wasm.ts';

export interface Limits {
  memoryBytes: number;
  cpuMs: number;
  outputChars: number;
}

/** Why a command was stopped from outside. */
export type Stop = 'cancelled' | 'cpu' | 'output';

const nanosPerMs = 1_000_000n;
/** How often the clock of the thread is looked at: the engine asks far more often whether it is to go on. */
const asksPerLook = 16;
/** Of CPU: a command that takes more is a long one. */
const longMs = 100;

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
export class Guard {
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

/** CPU time of this thread, ms. */
const cpuNow = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
