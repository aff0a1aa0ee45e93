import type { Schemas } from '../sdk/index.ts';

type Backup = Schemas['Backup'];

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `143 MB`, `2.4 GB`; 1024 of each make one of the next. */
export const bytesWords = (bytes: number): string => {
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
};

/** `143 MB, up to position 4711`. */
export const extentWords = ({ bytes, position }: Backup): string => `${bytesWords(bytes)}, up to position ${position}`;
