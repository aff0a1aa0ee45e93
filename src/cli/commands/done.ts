import { changeStatus } from '../change-status.ts';

export const doneCommand = changeStatus({
  about: 'Completes a session. That is final: it can be read, not changed.',
  status: 'completed',
  meant: ['active', 'paused'],
  done: 'completed',
  examples: [
    ['', 'the latest that is open'],
    ['review', 'the one called review'],
  ],
});
