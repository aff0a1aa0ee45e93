import { ask, open } from '../api.ts';
import { command } from '../command.ts';
import { windowsText } from '../windows-words.ts';

export const windowsCommand = command({
  about:
    'Shows how the five-hour and weekly limits of each agent stand, and where they are heading at the present pace. Each percentage ' +
    'says what it is based on: official (the agent told it), calibrated (by what a percent was when it last told), or ' +
    'estimated (against the most that you have used before).',
  args: {},
  options: {},
  examples: [
    ['', 'for people'],
    ['--json', 'the same as the API answers it'],
  ],
  exec: async ({ settings }) => {
    const client = await open(settings);
    const found = await ask(client.GET('/api/usage/windows'));
    return { value: found, text: (screen) => windowsText(screen, found) };
  },
});
