import module from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';

// V8 may free compiled WebAssembly that another thread just came to use, which ends the whole process (nodejs/node#64500), and both
// the sandboxes and what strips types are WebAssembly. Whoever starts a thread looks here first: from then on nothing of it is freed
// before its module is.
setFlagsFromString('--no-wasm-code-gc');

/**
 * Where a worker's module is, seen from the module at `base`: in the checkout the sources run as they are, in the published
 * package what was built from them, so the extension is that of `base`.
 */
export const workerUrl = (base: string, name: string): URL => {
  const extension = base.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${name}${extension}`, base);
};

/**
 * A worker's environment: nothing but where compiled modules are kept. A worker does not take that over from the main thread,
 * and without it each one that runs the sources loads a TypeScript parser of its own: 10 MB and 50 ms.
 */
export const workerEnv = (): Record<string, string> => {
  const folder = module.getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
};
