import { setTimeout as passing } from 'node:timers/promises';
import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import { barOf } from './bar.ts';
import type { Client } from './client.ts';
import { percentWords } from './count.ts';
import { Failure } from './failure.ts';
import { cut, plain } from './plain.ts';
import { progress } from './progress.ts';
import { say } from './say.ts';
import { screenOf } from './screen.ts';

/** What is said while what agents left is still being read: what is shown then is not all that there is. */

type Status = Schemas['UsageStatus'];

const lookMs = 100;
const barWidth = 16;

/** `claude 412 of 600 files, 61 %`; undefined while nothing is read, or it is not known yet what there is. */
export const readingWords = ({ state, sources }: Status): string | undefined => {
  if (state !== 'reading' || sources.length === 0) return undefined;
  const each = sources.map(({ source, files, of }) => `${plain(source)} ${files} of ${of} files`);
  const [bytes, ofBytes] = bytesOf(sources);
  return `${each.join(', ')}, ${percentWords(bytes, Math.max(1, ofBytes))}`;
};

const bytesOf = (sources: Status['sources']): [done: number, of: number] => [
  sources.reduce((sum, { bytes }) => sum + bytes, 0),
  sources.reduce((sum, { ofBytes }) => sum + ofBytes, 0),
];

/** Undefined where the server is older than the question. */
export const askReading = async (client: Client): Promise<Status | undefined> => {
  try {
    return await ask(client.GET('/api/usage/status'));
  } catch (error) {
    if (error instanceof Failure && error.error === 'not_found') return undefined;
    throw error;
  }
};

/** Says on stderr how far the reading is, where it is not done. */
export const tellReading = (status: Status | undefined): void => {
  const words = status && readingWords(status);
  if (words !== undefined) say(`reading what agents left: ${words}; this is not all yet`);
};

/** Resolves when all that was there is read; a bar shows meanwhile how far it is. */
export const waitForReading = async (client: Client): Promise<void> => {
  const told = progress();
  try {
    for (;;) {
      const status = await askReading(client);
      if (status?.state !== 'reading') return;
      told.say(barWords(status));
      await passing(lookMs);
    }
  } finally {
    told.end();
  }
};

const barWords = (status: Status): string => {
  const [bytes, ofBytes] = bytesOf(status.sources);
  const { full, rest } = barOf(ofBytes === 0 ? 0 : bytes / ofBytes, barWidth);
  const words = readingWords(status) ?? 'looking for what agents left';
  return cut(`${full}${rest} ${words}`, screenOf(process.stderr, process.env).columns - 1);
};
