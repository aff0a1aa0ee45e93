/** What may be pressed while something is drawn; keys that are typed do not show and so do not break the drawing. */
export interface Keys {
  onInterrupt: () => void;
  onQuit: () => void;
  onSuspend: () => void;
  /** Any other key, a character. */
  onOther?: (key: string) => void;
}

const interrupt = '\u0003';
const suspend = '\u001a';

/** Takes the keyboard; returns the function that gives it back. Where there is none, Ctrl-C comes as a signal all the same. */
export const takeKeys = ({ onInterrupt, onQuit, onSuspend, onOther }: Keys): { give: () => void; take: () => void } => {
  const { stdin } = process;
  const hear = (typed: Buffer) => {
    for (const key of typed.toString('latin1')) {
      if (key === interrupt) onInterrupt();
      else if (key === 'q') onQuit();
      else if (key === suspend) onSuspend();
      else onOther?.(key);
    }
  };
  const take = () => {
    if (!stdin.isTTY) return;
    stdin.setRawMode(true);
    stdin.on('data', hear);
    stdin.resume();
  };
  const give = () => {
    if (!stdin.isTTY) return;
    stdin.off('data', hear);
    stdin.pause();
    stdin.setRawMode(false);
  };
  take();
  return { give, take };
};
