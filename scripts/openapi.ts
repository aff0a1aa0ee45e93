/**
 * Writes openapi.json and the SDK's types from the schemas that validate requests; with --check only tells whether the
 * committed files are current.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import type { OpenAPI3 } from 'openapi-typescript';
import { serve } from '../src/serve.ts';

const root = join(import.meta.dirname, '..');

const document = await describe();
const outputs = {
  'openapi.json': `${JSON.stringify(document, null, 2)}\n`,
  'src/sdk/schema.generated.ts': astToString(await openapiTS(document, { alphabetize: false })),
};

const stale = Object.entries(outputs).filter(([file, text]) => read(file) !== text);
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is not current; run: npm run openapi`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [file, text] of stale) writeFileSync(join(root, file), text);
  console.log(stale.length === 0 ? 'all current' : `written: ${stale.map(([file]) => file).join(', ')}`);
}

/** The description as a running server serves it. */
async function describe(): Promise<OpenAPI3> {
  const folder = mkdtempSync(join(tmpdir(), 'stint-openapi-'));
  const token = 'a-token-for-this-run-only-0123456789';
  const common = { port: 0, host: '127.0.0.1', hostNames: [], behindProxy: false };
  const server = await serve({ ...common, folder, logLevel: 'ERROR', token });
  try {
    const response = await fetch(`${server.url}/openapi.json`);
    return (await response.json()) as OpenAPI3;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}
