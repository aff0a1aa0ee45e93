import type { Schemas } from '../sdk/index.ts';
import { countWords } from './count.ts';
import { usdWords } from './money.ts';
import { plain } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';

/** Prices and what they changed, for people. */

type Repriced = Schemas['Repriced'];
type Own = Schemas['OwnPrice'] & { model: string };
type Changed = Repriced['models'][number];
type Prices = Schemas['UsagePrices'];
type Unpriced = Prices['unpriced'][number] & { needs: readonly string[]; isPartly: boolean };

/** See ledger/prices/rated-prices.ts. */
export interface RatedPrices extends Omit<Prices, 'unpriced'> {
  rates?: readonly Own[];
  unpriced: readonly Unpriced[];
  example?: string;
}

const noModel = '(no model told)';
const modelWords = (model: string): string => (model === '' ? noModel : plain(model));

export const pricesText = (screen: Screen, prices: RatedPrices): string => {
  const { version, overrides, rates, file, problem } = prices;
  const own = Object.entries(overrides).map(([model, price]): Own => ({ model, ...price }));
  const where = file === undefined ? '' : ` in ${plain(file)}`;
  return [
    `prices ${plain(version)}`,
    ...(problem === undefined ? [] : [paint(screen, 'red', `own prices can’t be used: ${plain(problem)}`)]),
    own.length === 0 ? `no own prices${where}` : `own prices${where}, US dollars a million tokens:`,
    ...(own.length === 0 ? [] : ['', tableText(screen, priceColumns(own), own)]),
    ...ratesLines(screen, rates),
    ...unpricedLines(screen, prices),
  ].join('\n');
};

const ratesLines = (screen: Screen, rates: RatedPrices['rates']): string[] => {
  if (rates === undefined) return ['', 'the server reckons by other prices than this stint knows: it can’t show them'];
  if (rates.length === 0) return [];
  const heading =
    'models that were used, US dollars a million tokens today, before what long contexts and regions add:';
  return ['', heading, '', tableText(screen, priceColumns(rates), rates)];
};

const unpricedLines = (screen: Screen, { unpriced, file, example }: RatedPrices): string[] => {
  if (unpriced.length === 0) return ['', 'every response has a price'];
  return [
    '',
    'without a price:',
    '',
    tableText(screen, unpricedColumns, unpriced),
    ...needsLines(unpriced),
    ...(file === undefined || example === undefined
      ? []
      : ['', `give them one in ${plain(file)}, with what they really cost:`, '', ...example.split('\n').map(plain)]),
    ...(file === undefined ? [] : ['', 'have it reckoned by with: stint usage reprice']),
  ];
};

/** Of models that have a price of some kinds alone, which of the others are wanted. */
const needsLines = (unpriced: readonly Unpriced[]): string[] => {
  const partly = unpriced.filter(({ isPartly }) => isPartly);
  return partly.length === 0
    ? []
    : ['', ...partly.map(({ model, needs }) => `${modelWords(model)} needs ${needs.join(', ')} too`)];
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

const weights: Record<(typeof amounts)[number], number> = {
  input: 8,
  output: 9,
  cacheRead: 7,
  cacheWrite5m: 5,
  cacheWrite1h: 4,
  webSearch: 3,
};

/** Only what any of them names. */
const priceColumns = (own: readonly Own[]): Column<Own>[] => [
  { heading: 'MODEL', cell: ({ model }) => plain(model), weight: 10, shrinksTo: 16, keepsOver: 6 },
  ...amounts
    .filter((name) => own.some((one) => one[name] !== undefined))
    .map((name): Column<Own> => ({
      heading: headings[name],
      cell: ({ [name]: usd }) => (usd === undefined ? '' : `$${usd}`),
      weight: weights[name],
      isNumber: true,
    })),
  ...(own.some(({ from }) => from !== undefined)
    ? [{ heading: 'FROM', cell: ({ from = '' }: Own) => from, weight: 4 }]
    : []),
];

const unpricedColumns: Column<Unpriced>[] = [
  { heading: 'MODEL', cell: ({ model }) => modelWords(model), weight: 10, shrinksTo: 16, keepsOver: 6 },
  { heading: 'AGENTS', cell: ({ sources }) => sources.map(plain).join(', '), weight: 3 },
  {
    heading: 'RESPONSES',
    cell: ({ unpriced, responses }) => (unpriced === responses ? `${unpriced}` : `${unpriced} of ${responses}`),
    weight: 6,
    isNumber: true,
  },
  { heading: 'TOKENS', cell: ({ tokens }) => countWords(tokens), weight: 5, isNumber: true },
  { heading: 'NEEDS', cell: ({ needs }) => needs.join(', '), weight: 4 },
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
  { heading: 'MODEL', cell: ({ model }) => modelWords(model), weight: 10, shrinksTo: 16, keepsOver: 6 },
  { heading: 'RESPONSES', cell: ({ responses }) => responses.toLocaleString('en'), weight: 4, isNumber: true },
  { heading: 'BEFORE', cell: ({ before }) => usdWords(before), weight: 6, isNumber: true },
  { heading: 'NOW', cell: ({ after }) => usdWords(after), weight: 8, isNumber: true },
];
