import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, everySession } from '../../src/sdk/index.ts';
import type { Live, LiveFrame } from '../../src/sdk/index.ts';
import { Transcript } from '../../test/usage/transcript.ts';
import type { Measure } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer } from '../server.ts';
import type { Server } from '../server.ts';
import { quantile } from '../statistics.ts';

const files = 50;
const appends = 100;
/** Between what is seen and the next append, ms. */
const restMs = 40;

/** From a line that an agent appends to its transcript until it is heard on the socket, and until it is in a report. */
export const usageLive: Measure = {
  name: 'usage-live',
  run: async () => {
    const home = scratchFolder();
    const configDir = join(home, 'claude');
    const transcripts = Array.from({ length: files }, (_, i) => new Transcript(configDir, `/srv/project-${i}`));
    for (const transcript of transcripts) transcript.respond(1);
    const server = await startServer({ folder: scratchFolder(), env: { HOME: home, CLAUDE_CONFIG_DIR: configDir } });
    await untilRead(server);
    const live = connect(server);
    const heard = await each(transcripts, await listener(live));
    live.close();
    const shown = await each(transcripts, await reporter(server));
    await server.stop();
    return [
      { measure: `append to token_update, ${files} files followed, p50`, unit: 'ms', values: heard, asked },
      { measure: '  p99', unit: 'ms', values: [quantile(heard, 0.99)] },
      { measure: 'append to GET /api/usage/daily, p50', unit: 'ms', values: shown, asked },
      { measure: '  p99', unit: 'ms', values: [quantile(shown, 0.99)] },
    ];
  },
};

const asked = { atMost: 20 };

const untilRead = async (server: Server): Promise<void> => {
  while ((await call(server, '/api/usage/status'))['state'] !== 'current') await pause(20);
};

/** Resolves when a response of so many tokens that is still to come is seen. */
type See = (tokens: number) => Promise<void>;

/** How long each append takes until it is seen, ms; sorted. */
const each = async (transcripts: readonly Transcript[], see: See): Promise<number[]> => {
  const took: number[] = [];
  for (let i = 0; i < appends; i++) {
    const output = 1000 + i;
    // Its one token of input counts too.
    const seen = see(output + 1);
    const from = performance.now();
    transcripts[i % transcripts.length]?.respond(output);
    await seen;
    took.push(performance.now() - from);
    await pause(restMs);
  }
  return took.toSorted((a, b) => a - b);
};

const listener = async (live: Live): Promise<See> => {
  const waiting = new Map<number, () => void>();
  const opened = Promise.withResolvers<void>();
  const onFrame = (frame: LiveFrame) => {
    if (frame.type === 'back') opened.resolve();
    if (frame.type === 'token_update') waiting.get(frame.tokensUsed)?.();
  };
  live.listen(everySession, { onFrame });
  await opened.promise;
  return (tokens) => new Promise((resolve) => waiting.set(tokens, resolve));
};

/** Asks again and again: what an answer takes is in the figure. */
const reporter = async (server: Server): Promise<See> => {
  let expected = await responsesOf(server);
  return async () => {
    expected += 1;
    while ((await responsesOf(server)) < expected);
  };
};

const responsesOf = async (server: Server): Promise<number> =>
  ((await call(server, '/api/usage/daily'))['totals'] as { responses: number }).responses;
