import { parentPort, workerData } from 'node:worker_threads';
import { type Followed, Follower, type Place } from './follower.ts';
import type { FollowAnswer, FollowData, FollowNews } from './follow.ts';
import type { Reader, UsageRecord, Utterance } from './reader.ts';
import { Responses } from './responses.ts';
import { sources } from './sources.ts';

/** The thread that reads: it does nothing else, so that files are read in place. */

const limits = { inPlace: true };

const placesOf = (reader: Reader): Pick<Followed<never>, 'source' | 'roots' | 'allFiles'> => ({
  source: reader.source,
  roots: (surroundings) => reader.roots(surroundings),
  allFiles: (surroundings) => reader.allFiles(surroundings),
});

const usageOf = (reader: Reader): Followed<UsageRecord> => ({
  ...placesOf(reader),
  readFrom: async (file, cursor) => {
    const { records, ...rest } = await reader.readFrom(file, cursor);
    return { ...rest, items: merged(records) };
  },
});

const textsOf = (reader: Reader): Followed<Utterance> => ({
  ...placesOf(reader),
  readFrom: async (file, cursor) => {
    const texts = await reader.textsFrom?.(file, cursor);
    if (texts === undefined) return { items: [], skipped: [], cursor: null, status: 'end', restarted: false };
    const { utterances, ...rest } = texts;
    return { ...rest, items: utterances };
  },
});

/** Copies of a response in one session are one already here; which session had it first is not for a reader to say. */
const merged = (records: readonly UsageRecord[]): UsageRecord[] => {
  const bySession = Map.groupBy(records, ({ sessionId, agentId = '' }) => `${sessionId}\0${agentId}`);
  return [...bySession.values()].flatMap((some) => [...new Responses().addAll(some)]);
};

const follow = (): void => {
  const port = parentPort;
  if (!port) throw new Error('files are followed in a worker thread');
  const { wants, names, surroundings, known } = workerData as FollowData;
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let lastId = 0;
  const tell = (news: FollowNews) => port.postMessage(news);

  const followers = names.map((name) => {
    const reader = sources[name]!.whole(limits);
    const places = new Map<string, Place>(known[name] ?? []);
    return wants === 'usage' ? newFollower(usageOf(reader), places) : newFollower(textsOf(reader), places);
  });

  function newFollower<T extends UsageRecord | Utterance>(followed: Followed<T>, places: Map<string, Place>) {
    const { source } = followed;
    return new Follower<T>({
      followed,
      surroundings,
      known: places,
      take: (portion) => {
        const id = ++lastId;
        const taken = Promise.withResolvers<void>();
        waiting.set(id, taken);
        tell({ portion, id });
        return taken.promise;
      },
      onProgress: (progress) => tell({ progress }),
      onSettled: () => tell({ settled: source }),
      onError: (error) => tell({ error: error instanceof Error ? error.message : String(error), source }),
    });
  }

  port.on('message', (answer: FollowAnswer) => {
    if ('stop' in answer) return void Promise.all(followers.map((one) => one.close())).then(() => process.exit(0));
    const taken = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.refused === undefined) taken?.resolve();
    else taken?.reject(new Error(answer.refused));
  });
  for (const follower of followers) follower.start();
};

follow();
