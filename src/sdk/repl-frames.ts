import type { ReplFrame } from '../contract/socket.ts';
import type { StintError } from './client.ts';
import type { Following, LiveListener } from './follow.ts';

/** Of whoever takes them slowly the oldest are dropped then. */
const mostWaiting = 200;

/** Adds a frame to those that wait; what follows on from what was printed last is put together with it. */
export const waitingWith = (waiting: ReplFrame[], frame: ReplFrame): void => {
  const last = waiting.at(-1);
  const goesOn =
    last?.type === 'repl_output' &&
    frame.type === 'repl_output' &&
    last.command === frame.command &&
    last.from + last.text.length === frame.from;
  if (goesOn) waiting[waiting.length - 1] = { ...last, text: last.text + frame.text };
  else waiting.push(frame);
  if (waiting.length > mostWaiting) waiting.shift();
};

/** What is heard of a REPL session's commands, for a loop that takes it bit by bit. */
export async function* replFrames(
  listen: (listener: LiveListener) => Following,
  signal: AbortSignal,
): AsyncGenerator<ReplFrame, void, undefined> {
  const waiting: ReplFrame[] = [];
  let refused: StintError | undefined;
  let wake: (() => void) | undefined;
  const ended = () => wake?.();
  signal.addEventListener('abort', ended);
  const following = listen({
    onFrame: () => undefined,
    onRepl: (frame) => {
      waitingWith(waiting, frame);
      wake?.();
    },
    onRefused: (why) => {
      refused = why;
      wake?.();
    },
  });
  try {
    while (!signal.aborted) {
      const frame = waiting.shift();
      if (frame) yield frame;
      else if (refused) throw refused;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', ended);
    following.close();
  }
}
