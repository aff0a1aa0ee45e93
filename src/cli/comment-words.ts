import type { Schemas } from '../sdk/index.ts';
import { plain } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { momentWords } from './session-words.ts';

type Comment = Schemas['Comment'];

/** `14:02 ada · question · on sources`, and what it says below. */
export const commentText = (screen: Screen, comment: Comment, now: number): string => {
  const { author, comment_type: type, reference_point: point, created_at: at, content } = comment;
  const facts = [
    `${momentWords(Date.parse(at), now)} ${plain(author.name ?? author.user_id)}`,
    ...(type === 'note' ? [] : [type]),
    ...(point === undefined ? [] : [`on ${plain(point)}`]),
  ];
  const lines = content.split(/\r?\n/).map((line) => `  ${plain(line)}`);
  return [paint(screen, 'dim', facts.join(' · ')), ...lines].join('\n');
};
