import { ask, open } from '../api.ts';
import { command, flag, required } from '../command.ts';
import { confirm } from '../confirm.ts';
import { chooseHook, hookHelp, hookName, targetOf } from '../hook-words.ts';
import { text } from '../parse.ts';

export const hookRmCommand = command({
  about: 'Deletes a hook with its deliveries and its secret. Asks first.',
  args: { hook: required('<hook>', hookHelp, text) },
  options: { yes: flag('-y, --yes', 'do not ask') },
  examples: [
    ['desk', 'the one called desk'],
    ['7d1e --yes', 'the one whose id ends in 7d1e, without a question'],
  ],
  exec: async ({ args, options, settings }) => {
    const client = await open(settings);
    const hook = await chooseHook(client, args.hook);
    if (!options.yes) {
      await confirm({
        ask: `Delete ${hookName(hook)} · ${targetOf(hook)}?`,
        yesMeans: 'delete without a question',
        ifNot: 'nothing was deleted',
      });
    }
    await ask(client.DELETE('/api/hooks/{id}', { params: { path: { id: hook.id } } }));
    return { value: { deleted: hook.id }, text: () => `deleted ${hookName(hook)} · ${targetOf(hook)}` };
  },
});
