import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../load/load.ts';
import { longHistory } from '../long-history.ts';
import { report } from '../journal.ts';
import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer, startSessions } from '../server.ts';
import type { Server } from '../server.ts';

const clients = 64;
const runs = 5;
const mb = 1024 * 1024;
/** What is asked is asked of so much data. */
const askedMb = 150;
const loadMs = 6000;
const untilSteadyMs = 2500;

/** A backup of a long history while 64 clients append, and what appends wait at the most meanwhile. */
export const backup: Measure = {
  name: 'backup',
  run: async () => {
    const server = await startServer({ folder: longHistory() });
    const ids = await startSessions(server, clients);
    const paths = ids.map((id) => `/api/sessions/${id}/tokens`);
    const perAskedMs: number[] = [];
    const diskMs: number[] = [];
    const worst: number[] = [];
    const worstAlone: number[] = [];
    let size = 0;
    const append = (forMs: number) =>
      load({ ...server, clients, method: 'POST', paths, body: report, warmUpMs: 1000, forMs }, 201);
    for (let run = 0; run < runs; run++) {
      worstAlone.push((await append(loadMs - 1000)).maxMs);
      const appending = append(loadMs - 1000);
      await new Promise((resolve) => setTimeout(resolve, untilSteadyMs));
      const made = await timed(server);
      worst.push((await appending).maxMs);
      size = made.bytes / mb;
      perAskedMs.push((made.ms * askedMb) / size);
      diskMs.push((diskWriteMs(made.bytes) * askedMb) / size);
    }
    await server.stop();
    const note = `of ${Math.round(size)} MB, told for ${askedMb} MB`;
    return [
      {
        measure: `backup of ${askedMb} MB under ${clients} clients`,
        unit: 'ms',
        values: perAskedMs,
        asked: { atMost: 1000 },
        peer: { name: 'writing as much to the disk', values: diskMs },
        note,
      },
      { measure: '  longest append meanwhile', unit: 'ms', values: worst, asked: { atMost: 100 } },
      { measure: '  longest append without it', unit: 'ms', values: worstAlone },
    ];
  },
};

const timed = async (server: Server): Promise<{ ms: number; bytes: number }> => {
  const from = performance.now();
  const { bytes } = await call(server, '/api/backups', {});
  return { ms: performance.now() - from, bytes: Number(bytes) };
};

/** The same number of bytes, in pieces of a mebibyte, until they are on the disk. */
const diskWriteMs = (bytes: number): number => {
  const piece = Buffer.alloc(mb, 0x5a);
  const file = join(scratchFolder(), 'plain');
  const from = performance.now();
  const descriptor = openSync(file, 'w');
  for (let written = 0; written < bytes; written += mb) writeSync(descriptor, piece);
  fsyncSync(descriptor);
  closeSync(descriptor);
  if (statSync(file).size < bytes) throw new Error('not all was written');
  return performance.now() - from;
};
