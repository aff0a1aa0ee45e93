import { switchHookCommand } from '../switch-hook.ts';

export const hookOnCommand = switchHookCommand(
  true,
  'Switches a hook on again: it hears of what is raised from now on.',
);
