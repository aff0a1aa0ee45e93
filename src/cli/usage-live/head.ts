import { countWords } from '../count.ts';
import { usdWords } from '../money.ts';
import { padded, widthOf } from '../plain.ts';
import { lineOf } from '../screen.ts';
import type { Screen, Stretch } from '../screen.ts';
import { sparkOf } from '../spark.ts';
import { clockWords, shortModel } from '../usage-lines.ts';
import { fitting } from '../watch/lines.ts';
import { costWords, label, newTokens, newTokenWords } from './amounts.ts';
import type { Shown } from './amounts.ts';
import type { Figures } from './figures.ts';
import { nextSpan, spanNames } from './span.ts';

/** What was used: in all, hour by hour, by model. */

export const headLines = (screen: Screen, shown: Shown, isRoomy: boolean): string[] => {
  const { figures } = shown;
  return [
    titleLine(screen, shown),
    lineOf(screen, fitting(totalFacts(figures), screen.columns)),
    hoursLine(screen, shown),
    ...(isRoomy && figures.models.length > 0 ? [modelsLine(screen, figures)] : []),
  ];
};

const titleLine = (screen: Screen, { figures: { span }, now, timeZone }: Shown): string => {
  const [name, days] = spanNames(span, now, timeZone);
  const keys = `t ${nextSpan(span)} · q quits`;
  const left = screen.columns - widthOf(`${name}  ${days}`) - widthOf(keys);
  const more: Stretch[] = left >= 2 ? [[' '.repeat(left)], [keys, 'dim']] : [];
  return lineOf(screen, [[name, 'bold'], [`  ${days}`, 'dim'], ...more]);
};

export const totalFacts = ({ used }: Figures): Stretch[] => [
  [costWords(used), 'bold'],
  [`${newTokenWords(used)} new tokens`, 'bold'],
  [`${countWords(used.cacheRead)} from caches`],
  [`${countWords(used.responses)} ${used.responses === 1 ? 'response' : 'responses'}`],
  ...(used.incomplete > 0 ? [[`${countWords(used.incomplete)} incomplete`, 'dim'] as const] : []),
];

/** From so many columns on an hour has two. */
const twiceFrom = 60;

/** By cost, or by tokens where nothing has a price. */
const hoursLine = (screen: Screen, shown: Shown): string => {
  const { hours } = shown.figures;
  const isCostly = hours.some(({ costUsd }) => Number(costUsd) > 0);
  const amounts = hours.map((hour) => (isCostly ? Number(hour.costUsd) : newTokens(hour)));
  const last = hours.at(-1);
  const words = (index: number) => {
    const amount = amounts.at(index) ?? 0;
    return isCostly ? usdWords(String(amount)) : countWords(amount);
  };
  const most = amounts.indexOf(Math.max(...amounts));
  const top = (amounts[most] ?? 0) > 0 ? hours[most] : undefined;
  const facts: Stretch[] = [
    ...(last ? [[`${words(-1)} since ${clockWords(last.start, shown)}`] as const] : []),
    ...(top ? [[`most ${words(most)} at ${clockWords(top.start, shown)}`, 'dim'] as const] : []),
  ];
  const drawn = sparkOf(amounts).replaceAll(/./gu, screen.columns < twiceFrom ? '$&' : '$&$&');
  const left = screen.columns - label - widthOf(drawn) - 2;
  return lineOf(screen, [[padded('hours', label), 'dim'], [drawn, 'cyan'], ['  '], ...fitting(facts, left)]);
};

const modelsLine = (screen: Screen, { models }: Figures): string => {
  const facts = models.map((row): Stretch => [`${shortModel(row.model)} ${costWords(row)}`]);
  return lineOf(screen, [[padded('models', label), 'dim'], ...fitting(facts, screen.columns - label)]);
};
