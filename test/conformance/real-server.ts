import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../src/serve.ts';

export const token = 'a-token-for-conformance-0123456789abcdef';

/** A server on a folder of its own, under the machine's own clock. */
export const realServer = async (): Promise<{ url: string; stop: () => Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-conformance-'));
  const common = { port: 0, host: '127.0.0.1', hostNames: [], behindProxy: false, logLevel: 'ERROR' as const };
  const server = await serve({ ...common, folder, token, quiet: true });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
};
