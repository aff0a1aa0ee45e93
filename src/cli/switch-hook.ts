import { ask, open } from './api.ts';
import { command, required } from './command.ts';
import { chooseHook, hookHelp, hookName } from './hook-words.ts';
import { text } from './parse.ts';

/** `hook on` and `hook off`. */
export const switchHookCommand = (enabled: boolean, about: string) =>
  command({
    about,
    args: { hook: required('<hook>', hookHelp, text) },
    options: {},
    examples: [['desk', 'the one called desk']],
    exec: async ({ args, settings }) => {
      const client = await open(settings);
      const { id } = await chooseHook(client, args.hook);
      const hook = await ask(client.PATCH('/api/hooks/{id}', { params: { path: { id } }, body: { enabled } }));
      return { value: hook, text: () => `${hookName(hook)} is ${enabled ? 'on' : 'off'}` };
    },
  });
