import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { serve } from '../../src/serve.ts';
import type { ServeOptions } from '../../src/serve/options.ts';

export const token = 'a-token-for-conformance-0123456789abcdef';

export interface RealServer {
  url: string;
  /** Of a new user. */
  newToken: (role: 'member' | 'viewer') => Promise<string>;
  stop: () => Promise<void>;
}

const tokenOf = async (client: StintClient, role: 'member' | 'viewer'): Promise<string> => {
  const { id } = unwrap(await client.POST('/api/users', { body: { name: role, role } }));
  const params = { path: { id } };
  return unwrap(await client.POST('/api/users/{id}/tokens', { params, body: { name: 'conformance' } })).token;
};

/** A server on a folder of its own, under the machine's own clock. */
export const realServer = async (more: Partial<ServeOptions> = {}): Promise<RealServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-conformance-'));
  const common = { port: 0, host: '127.0.0.1', hostNames: [], behindProxy: false, logLevel: 'ERROR' as const };
  const server = await serve({ ...common, folder, token, quiet: true, ...more });
  return {
    url: server.url,
    newToken: (role) => tokenOf(createClient({ url: server.url, token }), role),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
};
