import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command, required } from '../command.ts';
import { attemptWords, chooseHook, heardWords, hookHelp, hookName, targetOf } from '../hook-words.ts';
import { text } from '../parse.ts';
import { plain } from '../plain.ts';
import { paint } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { momentWords, shortId } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

type Hook = Schemas['Hook'];
type Delivery = Schemas['HookDelivery'];

export const hookShowCommand = command({
  about: 'Shows a hook and its latest deliveries.',
  args: { hook: required('<hook>', hookHelp, text) },
  options: {},
  examples: [['desk', 'the one called desk']],
  exec: async ({ args, settings }) => {
    const client = await open(settings);
    const hook = await chooseHook(client, args.hook);
    const path = { id: hook.id };
    const { deliveries } = await ask(
      client.GET('/api/hooks/{id}/deliveries', { params: { path, query: { limit: 20 } } }),
    );
    return { value: { ...hook, deliveries }, text: (screen) => details(screen, hook, deliveries) };
  },
});

const details = (screen: Screen, hook: Hook, deliveries: readonly Delivery[]): string => {
  const now = Date.now();
  const { id, off, failingSince, allowPrivate } = hook;
  const rows: [string, string][] = [
    ['id', id],
    ['calls', `${targetOf(hook)}${allowPrivate ? ' · private addresses allowed' : ''}`],
    ['hears of', heardWords(hook)],
    ...(failingSince === undefined ? [] : [['failing', `since ${momentWords(failingSince, now)}`] as [string, string]]),
    ...(off === undefined ? [] : [['off', `${momentWords(off.at, now)}: ${plain(off.reason)}`] as [string, string]]),
  ];
  const lines = rows.map(([name, value]) => `${paint(screen, 'dim', name.padEnd(9))}${value}`);
  const table = deliveries.length === 0 ? [] : ['', tableText(screen, columns(now), deliveries)];
  const output = deliveries[0]?.last?.output;
  const said =
    output === undefined
      ? []
      : [
          '',
          ...output
            .trimEnd()
            .split('\n')
            .map((line) => `  ${plain(line)}`),
        ];
  return [paint(screen, 'bold', hookName(hook)), ...lines, ...table, ...said].join('\n');
};

const columns = (now: number): Column<Delivery>[] => [
  { heading: 'ALERT', cell: ({ threshold }) => threshold, weight: 4 },
  { heading: 'SESSION', cell: ({ sessionId }) => shortId(sessionId), style: () => 'dim', weight: 3 },
  { heading: 'AT', cell: ({ createdAt }) => momentWords(createdAt, now), style: () => 'dim', weight: 2 },
  {
    heading: 'STATE',
    cell: ({ state }) => state,
    style: ({ state }) => (state === 'delivered' ? 'green' : state === 'pending' ? 'yellow' : 'red'),
    weight: 5,
  },
  { heading: 'TRIED', cell: ({ attempts }) => String(attempts), weight: 1, isNumber: true },
  { heading: 'LAST', cell: ({ last }) => (last === undefined ? '' : attemptWords(last)), weight: 3, shrinksTo: 16 },
];
