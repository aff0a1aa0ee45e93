/** The store's port for images of REPL sessions; see session/repl.ts for which image is a session's. */
export interface ReplImages {
  /** Keeps a memory in which nothing has run, once; resolves when it is durable. */
  keepEngine(engine: ReplEngine): Promise<void>;
  /** How an image comes about; undefined where there is none of that number. */
  imageChain(session: string, image: number): Promise<ImageChain | undefined>;
}

export interface ReplEngine {
  /** Hash of all that is in it. */
  id: string;
  /** Hash of the program that the memory is of. */
  binary: string;
  /** JSON: what is needed beside the memory. */
  pointers: string;
  image: Uint8Array;
}

export interface ImageChain {
  engine: ReplEngine;
  /** The first is the difference from the engine's memory, each other one from the one before. */
  frames: readonly Uint8Array[];
}

/** An image as it is kept with the events that it belongs to. */
export interface ReplImage {
  /** From 0 within the session. */
  n: number;
  /** The image that it is the difference from; absent for the engine's memory. */
  base?: number;
  /** An engine's id that is kept. */
  engine: string;
  frame: Uint8Array;
}

/** Images that a fork begins with: those of another session, up to a number. */
export interface ForkedImages {
  session: string;
  upTo: number;
}
