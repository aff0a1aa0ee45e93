import { spawnSync } from 'node:child_process';

/** A full-screen program that is killed leaves the terminal as it had set it: without echo, on its other screen. */

const fromFullScreen = ['[?1049l', '[?1000l', '[?1002l', '[?1003l', '[?1006l', '[?2004l', '[?25h', '[0m']
  .map((sequence) => `\u001b${sequence}`)
  .join('');

/** Notes how the terminal is set; returns what sets it so again. */
export const noteTerminalModes = (): (() => void) => {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return () => {};
  const { stdout: modes } = stty('-g');
  return () => {
    if (modes) stty(modes.trim());
    stderr.write(fromFullScreen);
  };
};

const stty = (setting: string) =>
  spawnSync('stty', [setting], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
