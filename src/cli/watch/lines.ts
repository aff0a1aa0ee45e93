import { barOf } from '../bar.ts';
import { widthOf } from '../plain.ts';
import type { Stretch, Style } from '../screen.ts';

/** What lines of a live view are made of. */

const longestBar = 40;
const shortestBar = 10;

/** As much of the screen as what stands beside the bar leaves. */
export const barWidth = (columns: number, beside: number): number =>
  Math.max(shortestBar, Math.min(longestBar, columns - beside));

/** What a share of a limit looks like: worse the more of it is gone. */
export const styleOf = (share: number): Style => {
  if (share >= 0.95) return 'red';
  return share >= 0.8 ? 'yellow' : 'green';
};

export const bar = (share: number, width: number, style: Style = styleOf(share)): Stretch[] => {
  const { full, rest } = barOf(share, width);
  return [
    [full, style],
    [rest, 'dim'],
  ];
};

/** Facts with dots between: as many of the first as there is room for, rather than a part of the next; always the first. */
export const fitting = (facts: readonly Stretch[], columns: number): Stretch[] => {
  const stretches: Stretch[] = [];
  let left = columns;
  for (const fact of facts) {
    const separator = stretches.length === 0 ? '' : ' · ';
    left -= widthOf(separator + fact[0]);
    if (left < 0 && stretches.length > 0) break;
    stretches.push(...(separator === '' ? [] : [[separator] as const]), fact);
  }
  return stretches;
};
