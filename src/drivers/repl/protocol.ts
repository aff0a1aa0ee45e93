import type { GuestRequest } from './guest.ts';
import type { ReplLanguage } from '../../contract/repl.ts';
import type { Pointers } from './vm.ts';
import type { Limits, Stop } from './vm-guard.ts';
import type { WasmModule } from './wasm.ts';

/** What is said between the main thread and a thread of sandboxes. */

export interface ThreadData {
  module: WasmModule;
  /** Text of the module that prints values. */
  inspector: string;
  limits: Limits;
}

/** What a thread is given beside. */
export interface ThreadStart extends ThreadData {
  /** One 32-bit number; see {@link cancelFlag}. */
  flags: SharedArrayBuffer;
}

/** A sandbox in which nothing has run yet; what sessions are the differences from. */
export interface Engine {
  /** Hash of all that is in it. */
  id: string;
  /** Hash of the binary: an image is of use to this one alone. */
  binary: string;
  pointers: Pointers;
  /** Its memory, as a difference from nothing; packed. */
  image: Uint8Array;
}

/** How a session's latest image comes about. */
export interface Chain {
  engine: Engine;
  /** Differences, the first from the engine's memory, oldest first; packed. An empty one is of a memory that did not change. */
  frames: readonly Uint8Array[];
}

export interface Command {
  code: string;
  language: ReplLanguage;
  /** What the guest takes for now, Unix ms. */
  at: number;
  /** Of its random numbers: a whole number below 2⁵³. */
  seed: number;
  /** The frame at its end is to be the difference from the engine's memory. */
  isApart?: boolean;
}

/** How a command goes on that waited. */
export type Next =
  | {
      do: 'answer';
      id: number;
      isAnswer: boolean;
      /** JSON text: the answer, or an error's message. */ json: string;
      at: number;
    }
  | { do: 'wake'; at: number };

/** What can be asked of a sandbox at rest. */
export type Question = { ask: 'bindings' } | { ask: 'complete'; path: string } | { ask: 'image' };

export type Order =
  /** `scheme`: the text of the library that is Scheme in it. */
  | { do: 'begin'; scheme?: string }
  | ({ do: 'open'; session: string } & Chain)
  | { do: 'run'; session: string; command: Command }
  | ({ session: string } & Next)
  | ({ do: 'ask'; session: string } & Question);

export type ToThread = { order: Order } | { drop: string };

/** The main thread stops what runs by writing 1 here. */
export const cancelFlag = 0;

export type FromThread =
  /** Once, at its start: its number, where the system has one. */
  | { thread: number | undefined }
  /** What runs takes long. */
  | { long: true }
  /** After a long command: it runs only where nobody else wants to, and can't be otherwise any more. */
  | { staysBehind: true }
  | { printed: string }
  /** What the order came to. */
  | { came: Came }
  /** It could not be followed at all. */
  | { failed: string };

export type Came =
  | { to: 'begun'; engine: Engine }
  | { to: 'open' }
  | { to: 'waiting'; waiting: Waiting }
  | { to: 'ended'; ended: Ended }
  | { to: 'answer'; words: readonly string[]; image?: Uint8Array };

/** A command waits: for answers, or for its clock to be at `due`, Unix ms. */
export interface Waiting {
  requests: readonly GuestRequest[];
  due?: number;
  /** The difference from the image before; packed. */
  frame: Uint8Array;
}

export interface Ended {
  as: 'value' | 'error' | 'stopped';
  text: string;
  /** Why it was stopped: nothing of it is left then. */
  why?: Stop | 'broken';
  /** The difference from the image before, or from the engine's memory; packed. */
  frame: Uint8Array;
  isApart: boolean;
  /** Bytes of the engine's memory at the end. */
  size: number;
}
