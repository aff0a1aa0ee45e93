import { text as readAll } from 'node:stream/consumers';
import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { command, flag, optional, several } from '../command.ts';
import type { Parse } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { hookName, targetOf } from '../hook-words.ts';
import { choice, label, text } from '../parse.ts';
import { chooseSession } from '../session-choice.ts';

type Threshold = NonNullable<Schemas['Hook']['thresholds']>[number];

const thresholds = [
  'budget_80',
  'budget_95',
  'budget_100',
  'budget_projected',
  'time_10m',
  'time_up',
  'across_80',
  'across_95',
  'across_100',
  'across_projected',
] as const;

/** `budget_80,budget_100`. */
const someThresholds: Parse<Threshold[]> = (given) => [...new Set(given.split(',').map(choice(thresholds)))];

export const hookAddCommand = command({
  about:
    'Has a webhook called, or a command run on the server’s machine, when an alert is raised. The secret that a webhook’s calls are signed with is shown once.',
  args: { target: several('<target...>', 'a URL (- reads it from stdin), or after -- a command and its arguments') },
  options: {
    on: optional('--on <thresholds>', `only these, with commas between: ${thresholds.join(', ')}`, someThresholds),
    level: optional('--level <level>', 'only alerts of this level: warning, error', choice(['warning', 'error'])),
    session: optional('-s, --session <session>', 'only alerts of this session, by id or name', text),
    name: optional('-n, --name <name>', 'what to call the hook', label),
    allowPrivate: flag('--allow-private', 'may lead to private addresses, such as this machine’s'),
  },
  examples: [
    ['https://example.com/alerts --on budget_95,budget_100', 'a webhook'],
    ['--name desk -- notify-send stint "over 80 %"', 'a command'],
    ['http://127.0.0.1:9000/ --allow-private', 'one on this machine'],
    ['- < url-with-a-key.txt', 'a URL that nobody should see in a list of processes'],
  ],
  exec: async ({ args, options, settings }) => {
    const target = await targetFrom(args.target, options.allowPrivate);
    const client = await open(settings);
    const session =
      options.session === undefined ? undefined : await chooseSession(client, options.session, ['active', 'paused']);
    const body: Schemas['NewHook'] = {
      ...target,
      ...(options.on === undefined ? {} : { thresholds: options.on }),
      ...(options.level === undefined ? {} : { levels: [options.level] }),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(session === undefined ? {} : { session: session.id }),
    };
    const made = await ask(client.POST('/api/hooks', { body }));
    const lines = [`added ${hookName(made)} · ${targetOf(made)}`, ...(made.secret ? [`secret: ${made.secret}`] : [])];
    return { value: made, text: () => lines.join('\n') };
  },
});

type Target = { kind: 'webhook'; url: string; allowPrivate?: boolean } | { kind: 'command'; argv: string[] };

const targetFrom = async (words: readonly string[], allowPrivate: boolean): Promise<Target> => {
  const [first = '', ...rest] = words;
  const url = first === '-' ? (await readAll(process.stdin)).trim() : first;
  const isUrl = first === '-' || /^https?:/i.test(first);
  if (isUrl && rest.length > 0) throw usageFailure('a URL stands alone; a command comes after --');
  if (isUrl) return { kind: 'webhook', url, ...(allowPrivate ? { allowPrivate } : {}) };
  if (allowPrivate) throw usageFailure('--allow-private goes with a URL');
  return { kind: 'command', argv: [first, ...rest] };
};
