import { expect, it } from 'vitest';
import { unwrap } from '../../src/sdk/index.ts';
import type { StintClient } from '../../src/sdk/index.ts';
import { newFolder } from './data-folder.ts';
import { ServerProcess } from './server-process.ts';

const kills = 8;
const path = { params: { path: { name: 'notes' } } };

const execute = async (client: StintClient, command: string): Promise<string> =>
  unwrap(await client.POST('/api/repl/sessions/{name}/execute', { ...path, body: { command } })).output;

/** How many commands are acknowledged before the next kill. */
const momentOf = (round: number): number => (round * 7) % 11;

it(
  `a REPL session has what it acknowledged, at a command’s end, through ${kills} kills`,
  { timeout: 120_000 },
  async () => {
    const folder = newFolder();
    let server = await ServerProcess.start(folder);
    await execute(server.client(), 'const next = (() => { let n = 0; return () => ++n })()');
    let acknowledged = 0;

    for (let round = 1; round <= kills; round++) {
      const client = server.client();
      const moment = acknowledged + momentOf(round);
      const enough = Promise.withResolvers<void>();
      const writing = (async () => {
        for (;;) {
          if (acknowledged >= moment) enough.resolve();
          // Some goes back, to where it is already: a checkpoint, and a sandbox that is made anew.
          if (round % 3 === 0 && acknowledged % 4 === 1) await goHere(client);
          expect(await execute(client, 'next()')).toBe(`${acknowledged + 1}`);
          acknowledged += 1;
        }
      })().catch((error: unknown) => error);
      await enough.promise;
      await server.killHard();
      // It ended because the server did, and for no other reason.
      expect(String(await writing)).toMatch(/fetch failed|terminated|socket/i);
      server = await ServerProcess.start(folder);
      const found = Number(await execute(server.client(), 'next()'));
      // The last one may have been kept without being acknowledged.
      expect([acknowledged + 1, acknowledged + 2]).toContain(found);
      acknowledged = found;
    }

    const { events } = unwrap(
      await server.client().GET('/api/repl/sessions/{name}/events', {
        params: { ...path.params, query: { limit: 10_000 } },
      }),
    );
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
  },
);

const goHere = async (client: StintClient): Promise<void> => {
  const { eventCount } = unwrap(await client.GET('/api/repl/sessions/{name}', path));
  unwrap(await client.POST('/api/repl/sessions/{name}/goto', { ...path, body: { seq: eventCount - 1 } }));
};
