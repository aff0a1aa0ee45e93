import { ask, open } from '../api.ts';
import { command, optional, required, withDefault } from '../command.ts';
import { countWords, parseCountOrZero } from '../count.ts';
import { json, label, text } from '../parse.ts';
import { plain } from '../plain.ts';
import { nameOf } from '../session-words.ts';
import { chooseSession, oneSession, sessionHelp, sessionOption } from '../session-choice.ts';

export const checkpointCommand = command({
  about: 'Marks a point that a session has reached, with its tokens at that moment.',
  args: {
    phase: required('<phase>', 'what was reached', label),
    session: optional('[session]', sessionHelp, text),
  },
  options: {
    session: sessionOption,
    prompts: withDefault('-p, --prompts <count>', 'prompts so far (0)', parseCountOrZero, 0),
    metadata: optional('--metadata <json>', 'anything of yours, kept with it', json),
  },
  examples: [
    ['"tests pass"', 'in the latest session that is open'],
    ['review-done review --prompts 12', 'in the one called review'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const session = await chooseSession(client, oneSession(args.session, options.session), ['active', 'paused']);
    const metadata = options.metadata === undefined ? {} : { metadata: options.metadata };
    const body = { phase: args.phase, promptCount: options.prompts, ...metadata };
    const params = { path: { id: session.id } };
    const reached = await ask(client.POST('/api/sessions/{id}/checkpoints', { params, body }));
    return {
      value: reached,
      text: () => `${nameOf(session)} reached “${plain(reached.phase)}” at ${countWords(reached.tokensUsed)} tokens`,
    };
  },
});
