import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const traceOf = async (before: string): Promise<string> => {
  const work = `
    import { stripTypeScriptTypes } from 'node:module';
    ${before}
    const source = 'const a: number = 1;\\n'.repeat(50);
    for (let i = 0; i < 2000; i++) stripTypeScriptTypes(source);`;
  const flags = ['--trace-wasm-code-gc', '--stress-wasm-code-gc', '--disable-warning=ExperimentalWarning'];
  const args = [...flags, '--input-type=module', '--eval', work];
  return (await promisify(execFile)(process.execPath, args)).stdout;
};

describe('given a process that works with WebAssembly', () => {
  test('when nothing is said, then V8 collects its compiled code', async () => {
    expect(await traceOf('')).toContain('[wasm-gc]');
  });

  test('when it may start threads, then its compiled code stays', async () => {
    const module = new URL('worker-url.ts', import.meta.url).href;
    expect(await traceOf(`await import(${JSON.stringify(module)});`)).not.toContain('[wasm-gc] Starting');
  });
});
