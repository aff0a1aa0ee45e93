import { switchHookCommand } from '../switch-hook.ts';

export const hookOffCommand = switchHookCommand(
  false,
  'Switches a hook off: it hears of nothing, and what was pending is dropped.',
);
