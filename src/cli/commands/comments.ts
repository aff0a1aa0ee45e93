import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, optional } from '../command.ts';
import { commentText } from '../comment-words.ts';
import { text } from '../parse.ts';
import { plain } from '../plain.ts';
import { paint } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { chooseSession, sessionHelp } from '../session-choice.ts';

type Page = Schemas['CommentThreads'];
type Comment = Schemas['Comment'];
interface Thread {
  reference_point?: string;
  comments: Comment[];
}

const page = 200;

export const commentsCommand = command({
  about: 'Shows the comments on a session, in threads by what they are about; the thread with the newest comes first.',
  args: { session: optional('[session]', sessionHelp, text) },
  options: {},
  examples: [
    ['', 'of the latest session that is open, else the latest'],
    ['review --json', 'of the one called review, for a script'],
  ],
  exec: async ({ args, settings }) => {
    const client = await open(settings);
    const { id } = await chooseSession(client, args.session, ['active', 'paused'], ['completed']);
    const threads = await allThreads(client, id);
    return { value: { session_id: id, threads }, text: (screen) => threadsText(screen, threads) };
  },
});

/** A page may end within a thread: what is older is put before what is there. */
const allThreads = async (client: Client, id: string): Promise<Thread[]> => {
  const threads = new Map<string | undefined, Thread>();
  for (let cursor: string | undefined; ;) {
    const query = { limit: page, ...(cursor === undefined ? {} : { cursor }) };
    const found: Page = await ask(client.GET('/api/v1/sessions/{id}/comments', { params: { path: { id }, query } }));
    for (const thread of found.threads) {
      const met = threads.get(thread.reference_point)?.comments ?? [];
      threads.set(thread.reference_point, { ...thread, comments: [...thread.comments, ...met] });
    }
    cursor = found.cursor;
    if (cursor === undefined) return [...threads.values()];
  }
};

const threadsText = (screen: Screen, threads: readonly Thread[]): string => {
  if (threads.length === 0) return 'no comments yet; add one with: stint comment "text"';
  const now = Date.now();
  return threads
    .map(({ reference_point: point, comments }) => {
      const head = point === undefined ? [] : [paint(screen, 'bold', plain(point))];
      // The thread's head says what they are about.
      const said = comments.map(({ reference_point: _, ...comment }) => commentText(screen, comment, now));
      return [...head, ...said].join('\n');
    })
    .join('\n\n');
};
