import type { z } from 'zod';
import type { commentSchema, commentThreadsSchema } from '../contract/comments.ts';
import type { Commented, Recorded, SessionEvent } from '../contract/event.ts';

/** Comments in the words of the research contract. */

type CommentView = z.infer<typeof commentSchema>;
type Threads = z.infer<typeof commentThreadsSchema>['threads'];

const toComment = (session: string, at: number, data: Commented): CommentView => ({
  comment_id: data.id,
  session_id: session,
  content: data.text,
  comment_type: data.kind ?? 'note',
  ...(data.reference === undefined ? {} : { reference_point: data.reference }),
  author: { user_id: data.author, ...(data.authorName === undefined ? {} : { name: data.authorName }) },
  created_at: new Date(at).toISOString(),
});

export const commentsAmong = (session: string, events: readonly (SessionEvent | Recorded)[]): CommentView[] =>
  events.flatMap((event) => (event.type === 'commented' ? [toComment(session, event.at, event.data)] : []));

/** Comments, oldest first, by what they are about; the thread that was last added to comes first. */
export const threadsOf = (comments: readonly CommentView[]): Threads => {
  const threads = new Map<string | undefined, CommentView[]>();
  for (const comment of comments.toReversed()) {
    const thread = threads.get(comment.reference_point) ?? [];
    threads.set(comment.reference_point, [comment, ...thread]);
  }
  return [...threads].map(([point, ofThread]) => ({
    ...(point === undefined ? {} : { reference_point: point }),
    comments: ofThread,
  }));
};
