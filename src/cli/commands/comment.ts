import { ask, open } from '../api.ts';
import { command, optional, several } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { choice, label } from '../parse.ts';
import { chooseSession, oneSession, sessionOption } from '../session-choice.ts';
import { nameOf } from '../session-words.ts';

export const commentCommand = command({
  about:
    'Comments on a session, open or completed. With one word (in quotes) it is said of the latest session that is open, with two the first names the session.',
  args: { words: several('<words...>', '[session] and what to say, in quotes') },
  options: {
    session: sessionOption,
    type: optional('-t, --type <type>', 'note, question or insight (note)', choice(['note', 'question', 'insight'])),
    at: optional('--at <reference>', 'what in the session it is about; comments on it are a thread', label),
  },
  examples: [
    ['"the parser is the slow part"', 'on the latest session that is open'],
    ['review "why twice?" --type question --at "plan, step 3"', 'on the one called review'],
  ],
  exec: async ({ args, options, settings }) => {
    const { session: first, content } = saidOf(args.words);
    const asked = oneSession(first, options.session);
    const client = await open(settings);
    const session = await chooseSession(client, asked, ['active', 'paused'], ['completed']);
    const made = await ask(
      client.POST('/api/v1/sessions/{id}/comments', {
        params: { path: { id: session.id } },
        body: {
          content,
          ...(options.type === undefined ? {} : { comment_type: options.type }),
          ...(options.at === undefined ? {} : { reference_point: options.at }),
        },
      }),
    );
    return { value: made, text: () => `commented on ${nameOf(session)}` };
  },
});

const saidOf = (words: readonly string[]): { session?: string; content: string } => {
  const [first = '', second, ...more] = words;
  if (more.length > 0) throw usageFailure('put what you say in quotes: stint comment [session] "text"');
  return second === undefined ? { content: first } : { session: first, content: second };
};
