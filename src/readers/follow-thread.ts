import { parentPort, workerData } from 'node:worker_threads';
import type { FollowAnswer, FollowData, FollowNews } from './follow.ts';
import { followed } from './followed.ts';
import { Follower } from './follower.ts';

/** The thread that reads where there is much: it does nothing else, so that files are read in place. */

const limits = { inPlace: true };

const follow = (): void => {
  const port = parentPort;
  if (!port) throw new Error('files are followed in a worker thread');
  const { wants, names, surroundings, known } = workerData as FollowData;
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let lastId = 0;
  const tell = (news: FollowNews) => port.postMessage(news);

  const followers = names.map(
    (source) =>
      new Follower({
        followed: followed(wants, source, limits),
        surroundings,
        known: new Map(known[source]),
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
      }),
  );

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
