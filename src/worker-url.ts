/**
 * Where a worker's module is, seen from the module at `base`: in the checkout the sources run as they are, in the published
 * package what was built from them, so the extension is that of `base`.
 */
export const workerUrl = (base: string, name: string): URL => {
  const extension = base.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${name}${extension}`, base);
};
