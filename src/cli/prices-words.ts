import type { Schemas } from '../sdk/index.ts';
import { countWords } from './count.ts';
import { usdWords } from './money.ts';
import { plain } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';

/** Prices and what they changed, for people. */

type Prices = Schemas['UsagePrices'];
type Repriced = Schemas['Repriced'];
type Own = Schemas['OwnPrice'] & { model: string };
type Unpriced = Prices['unpriced'][number];
type Changed = Repriced['models'][number];

const noModel = '(no model told)';
const modelWords = (model: string): string => (model === '' ? noModel : plain(model));

export const pricesText = (screen: Screen, { version, overrides, unpriced, file, problem }: Prices): string => {
  const own = Object.entries(overrides).map(([model, price]): Own => ({ model, ...price }));
  const where = file === undefined ? '' : ` in ${plain(file)}`;
  return [
    `prices ${plain(version)}`,
    ...(problem === undefined ? [] : [paint(screen, 'red', `own prices can’t be used: ${plain(problem)}`)]),
    own.length === 0 ? `no own prices${where}` : `own prices${where}, US dollars a million tokens:`,
    ...(own.length === 0 ? [] : ['', tableText(screen, ownColumns(own), own)]),
    ...unpricedLines(screen, unpriced, file),
  ].join('\n');
};

const unpricedLines = (screen: Screen, unpriced: Prices['unpriced'], file: string | undefined): string[] => {
  if (unpriced.length === 0) return ['', 'every response has a price'];
  const { model } = unpriced.find((one) => one.model !== '') ?? { model: 'my-model' };
  const example = JSON.stringify({ models: { [model]: { input: 1, output: 4, cacheRead: 0.1 } } });
  return [
    '',
    'without a price:',
    '',
    tableText(screen, unpricedColumns, unpriced),
    ...(file === undefined ? [] : ['', `give them one in ${plain(file)}, such as`, `  ${plain(example)}`]),
    ...(file === undefined ? [] : ['and have it reckoned by with: stint usage reprice']),
  ];
};

const amounts = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'webSearch'] as const;
const headings: Record<(typeof amounts)[number], string> = {
  input: 'INPUT',
  output: 'OUTPUT',
  cacheRead: 'CACHE READ',
  cacheWrite5m: 'WRITE 5M',
  cacheWrite1h: 'WRITE 1H',
  webSearch: '1K SEARCHES',
};

/** Only what any of them names. */
const ownColumns = (own: readonly Own[]): Column<Own>[] => [
  { heading: 'MODEL', cell: ({ model }) => plain(model), weight: 10, shrinksTo: 16 },
  ...amounts
    .filter((name) => own.some((one) => one[name] !== undefined))
    .map((name): Column<Own> => ({
      heading: headings[name],
      cell: (one) => (one[name] === undefined ? '' : `$${one[name]}`),
      weight: 5,
      isNumber: true,
    })),
  ...(own.some(({ from }) => from !== undefined)
    ? [{ heading: 'FROM', cell: ({ from = '' }: Own) => from, weight: 4 }]
    : []),
];

const unpricedColumns: Column<Unpriced>[] = [
  { heading: 'MODEL', cell: ({ model }) => modelWords(model), weight: 10, shrinksTo: 16 },
  { heading: 'AGENTS', cell: ({ sources }) => sources.map(plain).join(', '), weight: 3 },
  {
    heading: 'RESPONSES',
    cell: ({ unpriced, responses }) => (unpriced === responses ? `${unpriced}` : `${unpriced} of ${responses}`),
    weight: 6,
    isNumber: true,
  },
  { heading: 'TOKENS', cell: ({ tokens }) => countWords(tokens), weight: 5, isNumber: true },
];

const responsesWords = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'response' : 'responses'}`;

export const repricedText = (screen: Screen, told: Repriced): string => {
  const { version, repriced, changed, unpriced, costUsd, models } = told;
  if (repriced === 0) return `nothing to do: all responses have the prices of ${plain(version)}`;
  const rest = changed - models.reduce((sum, { responses }) => sum + responses, 0);
  return [
    `priced ${responsesWords(repriced)} anew by ${plain(version)}; ${changed.toLocaleString('en')} cost something else now`,
    `${usdWords(costUsd.before)} before · ${usdWords(costUsd.after)} now`,
    ...(models.length === 0 ? [] : ['', tableText(screen, changedColumns, models)]),
    ...(rest === 0 ? [] : [paint(screen, 'dim', `and ${responsesWords(rest)} of other models`)]),
    ...(unpriced === 0 ? [] : ['', `${responsesWords(unpriced)} of them without a price; see: stint usage prices`]),
  ].join('\n');
};

const changedColumns: Column<Changed>[] = [
  { heading: 'MODEL', cell: ({ model }) => modelWords(model), weight: 10, shrinksTo: 16 },
  { heading: 'RESPONSES', cell: ({ responses }) => responses.toLocaleString('en'), weight: 4, isNumber: true },
  { heading: 'BEFORE', cell: ({ before }) => usdWords(before), weight: 6, isNumber: true },
  { heading: 'NOW', cell: ({ after }) => usdWords(after), weight: 8, isNumber: true },
];
