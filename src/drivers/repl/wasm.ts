/** As much of WebAssembly as is used here: its types come with those of browsers. */

/** A compiled module. */
export type WasmModule = object & { readonly isWasmModule?: never };

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { compile: (bytes: Uint8Array) => Promise<WasmModule> };
};

export const compiled = (bytes: Uint8Array): Promise<WasmModule> => WebAssembly.compile(bytes);
