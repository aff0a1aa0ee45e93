import type { Interface } from 'node:readline';
import type { Screen } from '../screen.ts';
import { paintCode, paintValue } from './paint-code.ts';
import { isWord } from './words.ts';

/** Of wider letters it is not known for sure where the terminal puts them. */
const isNarrow = (text: string): boolean => /^[\u0020-\u007e\u00a1-\u024f]*$/.test(text);

/** Paints what is being typed over what readline wrote: colours take no room, so nothing moves. */
export const paintTyped = (lines: Interface, screen: Screen, columns: number, language = 'javascript'): string => {
  const { line } = lines;
  const prompt = lines.getPrompt();
  // oxlint-disable-next-line no-control-regex
  const bare = prompt.replaceAll(/\u001b\[\d*m/g, '');
  if (!screen.colors || !isNarrow(bare + line)) return '';
  const paint = language === 'scheme' ? paintValue : paintCode;
  const painted = isWord(line) ? line : paint(screen, line);
  if (painted === line) return '';
  const { rows, cols } = lines.getCursorPos();
  const width = bare.length + line.length;
  const back = Math.floor(width / columns) - rows;
  return [
    rows > 0 ? `\u001b[${rows}A` : '',
    '\r',
    prompt,
    painted,
    // The terminal goes to the next row with the next letter only.
    width % columns === 0 ? ' ' : '',
    back > 0 ? `\u001b[${back}A` : '',
    `\r${cols > 0 ? `\u001b[${cols}C` : ''}`,
  ].join('');
};
