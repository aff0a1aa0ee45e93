import { changeStatus } from '../change-status.ts';

export const resumeCommand = changeStatus({
  about: 'Lets the time of a paused session run again.',
  status: 'active',
  meant: ['paused'],
  done: 'resumed',
  examples: [
    ['', 'the latest that is paused'],
    ['review', 'the one called review'],
  ],
});
