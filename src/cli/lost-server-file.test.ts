/** server.json is deleted under a running server: the folder's lock still tells who has it. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRunning, readServerFile } from '../place.ts';
import { startServer, stint, useFolder } from './stint.suite.ts';

describe.skipIf(process.platform !== 'linux')('a server without its server.json', () => {
  const folder = useFolder();

  it('is named by another start, and stopped by `stint stop`', async () => {
    await startServer(folder);
    const pid = readServerFile(folder)?.pid ?? 0;
    rmSync(join(folder, 'server.json'));
    const second = await stint(['serve', '--port', '0', '--data', folder]);
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(`another stint server \\(process ${pid}\\) is using .* server\\.json is not there.* stint stop`),
      ),
    ]);
    const { code, stdout } = await stint(['stop', '--data', folder]);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`process ${pid}`)]);
    expect(isRunning(pid, undefined)).toBe(false);
    expect((await stint(['stop', '--data', folder])).code).toBe(3);
  });
});
