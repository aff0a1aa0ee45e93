import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Schemas } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { parseBudget } from '../budget-limit.ts';
import { budgetLine } from '../budget-words.ts';
import type { Budget } from '../budget-words.ts';
import { command, flag, optional, several } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { choice, label, text } from '../parse.ts';
import type { Screen } from '../screen.ts';
import { chooseSession } from '../session-choice.ts';

export const budgetSetCommand = command({
  about:
    'Sets a budget across sessions: tokens, US dollars or time, for a day, a week, a month or in all. Alerts are raised at 80, 95 ' +
    'and 100 %, and when the period would end over it. Setting the same filter, period and kind of limit again changes it.',
  args: { what: several('[what...]', 'how much and for how long: day 5M, month 200usd, week 40h, 5M tokens in all') },
  options: {
    project: optional('--project <folder>', 'only agents that work in this folder, or below it', text),
    agent: optional('--agent <name>', 'only this agent, such as claude', label),
    model: optional(
      '-m, --model <name>',
      'only this model, such as claude-opus-4-5; with a date only that of the date',
      label,
    ),
    session: optional('-s, --session <session>', 'only this session, by id or name', text),
    name: optional('-n, --name <name>', 'what to call it', label),
    pause: flag('--pause', 'at 100 % pause the sessions that stint runs and that it counts'),
    warn: flag('--warn', 'at 100 % only raise the alert (unless it was set to pause)'),
    count: optional(
      '--count <which>',
      'tokens that count: new (input, output, cache writes), or all, cache reads too (new)',
      choice(['new', 'all']),
    ),
    tz: optional('--tz <zone>', 'IANA time zone in which the period begins (the server’s)', text),
  },
  examples: [
    ['day 5M', 'five million tokens a day, of everything'],
    ['200usd a month --project . --pause', 'for this folder; what runs in it is paused at the end'],
    ['week 40h --name work', 'time'],
    ['total 1M --session review', 'of one session'],
  ],
  exec: async ({ args, options, settings }) => {
    const limit = parseBudget(args.what);
    if (options.pause && options.warn) throw usageFailure('say --pause or --warn, not both');
    if (options.count !== undefined && limit.measure !== 'tokens') throw usageFailure('--count goes with tokens');
    const client = await open(settings);
    const session =
      options.session === undefined
        ? undefined
        : await chooseSession(client, options.session, ['active', 'paused'], ['completed']);
    const only = {
      ...(session === undefined ? {} : { session: session.id }),
      ...(options.project === undefined ? {} : { project: folderAt(options.project) }),
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      ...(options.model === undefined ? {} : { model: options.model }),
    };
    const body: Schemas['SetBudget'] = {
      ...limit,
      ...(options.count === undefined ? {} : { all: options.count === 'all' }),
      ...(Object.keys(only).length === 0 ? {} : { only }),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.tz === undefined ? {} : { timeZone: options.tz }),
      ...(options.pause || options.warn ? { action: options.pause ? 'pause' : 'warn' } : {}),
    };
    const reply = client.POST('/api/usage/budgets', { body });
    const budget = await ask(reply);
    const { status } = (await reply).response;
    return { value: budget, text: (screen) => told(screen, budget, status === 201 ? 'set' : 'changed') };
  },
});

/** Agents write down the folder that they find themselves in: without links. */
const folderAt = (folder: string): string => {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
};

const told = (screen: Screen, budget: Budget, done: string): string => {
  const { agent, model } = budget.only;
  const isOfNothing = Number(budget.used) === 0 && (agent ?? model) !== undefined;
  const hint = 'nothing of it was used so far; how models and agents are spelled: stint usage models';
  return [budgetLine(screen, budget, done), ...(isOfNothing ? [hint] : [])].join('\n');
};
