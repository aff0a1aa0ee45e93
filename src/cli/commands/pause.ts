import { changeStatus } from '../change-status.ts';

export const pauseCommand = changeStatus({
  about: 'Pauses a session: its time stands still. Tokens are still counted, and a command that runs goes on.',
  status: 'paused',
  meant: ['active'],
  done: 'paused',
  examples: [
    ['', 'the latest that is active'],
    ['review', 'the one called review'],
    ['7d1e', 'the one whose id ends in 7d1e'],
  ],
});
