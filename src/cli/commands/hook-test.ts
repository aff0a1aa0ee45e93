import { ask, open } from '../api.ts';
import { command, required } from '../command.ts';
import { exitCodes } from '../failure.ts';
import { attemptWords, chooseHook, hookHelp, hookName } from '../hook-words.ts';
import { text } from '../parse.ts';
import { plain } from '../plain.ts';

export const hookTestCommand = command({
  about: 'Tries a hook at once, with an alert that is none. Ends with 1 when it fails.',
  args: { hook: required('<hook>', hookHelp, text) },
  options: {},
  examples: [['desk', 'the one called desk']],
  exec: async ({ args, settings }) => {
    const client = await open(settings);
    const hook = await chooseHook(client, args.hook);
    const attempt = await ask(client.POST('/api/hooks/{id}/test', { params: { path: { id: hook.id } } }));
    const said = attempt.output === undefined ? [] : attempt.output.trimEnd().split('\n');
    const lines = [`${hookName(hook)} ${attempt.ok ? 'works' : 'fails'}: ${attemptWords(attempt)}`, ...said.map(plain)];
    return { value: attempt, text: () => lines.join('\n'), exitCode: attempt.ok ? exitCodes.ok : exitCodes.failed };
  },
});
