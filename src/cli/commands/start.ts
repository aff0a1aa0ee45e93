import { ask, open } from '../api.ts';
import { command, optional } from '../command.ts';
import { defaultWords, limitOptions, limitsOf } from '../limits.ts';
import { choice, label } from '../parse.ts';
import { sessionLine } from '../session-words.ts';

export const startCommand = command({
  about: 'Starts a session in which nothing runs: a block of time, or something that reports its tokens itself.',
  args: { name: optional('[name]', 'what to call it', label) },
  options: {
    ...limitOptions,
    onEnd: optional(
      '--on-end <what>',
      'when the time is up: complete, or extend by what it overruns (complete)',
      choice(['complete', 'extend']),
    ),
  },
  examples: [
    ['--for 25m', 'a block of 25 minutes'],
    ['review --for 2h --budget 200k', 'with a name and a token budget'],
    ['night --for 8h --budget 2M --on-budget pause', 'its time stands still when the tokens are used'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const name = args.name === undefined ? {} : { name: args.name };
    const onDue = options.onEnd === undefined ? {} : { onDue: options.onEnd };
    const session = await ask(client.POST('/api/sessions', { body: { ...name, ...limitsOf(options), ...onDue } }));
    const notes = options.for === undefined ? [defaultWords] : [];
    return { value: session, text: (screen) => [sessionLine(screen, session, 'started'), ...notes].join('\n') };
  },
});
