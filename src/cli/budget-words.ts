import type { Schemas } from '../sdk/index.ts';
import { ask } from './api.ts';
import { barOf } from './bar.ts';
import type { Client } from './client.ts';
import { countWords } from './count.ts';
import { usdWords } from './money.ts';
import { oneOf } from './one-of.ts';
import { plain } from './plain.ts';
import { paint } from './screen.ts';
import type { Screen, Style } from './screen.ts';
import { shortId } from './session-words.ts';

/** A budget in words, and which one is meant. */

export type Budget = Schemas['Budget'];

/** The help of every argument that names a budget. */
export const budgetHelp = 'id, an end of it (4 characters or more), or name';

const spans: Record<Budget['period'], string> = { day: 'a day', week: 'a week', month: 'a month', total: 'in all' };

/** `4.1M`, `$166.50`, `33h 20m`. */
export const amountWords = ({ measure }: Pick<Budget, 'measure'>, amount: number | string): string => {
  if (measure === 'usd') return usdWords(String(amount));
  return measure === 'time' ? hourWords(Number(amount)) : countWords(Number(amount));
};

/** A budget of 40 hours reads so, and not as a day and 16 hours. */
const hourWords = (ms: number): string => {
  const [hours, minutes] = [Math.floor(ms / 3600_000), Math.floor((ms % 3600_000) / 60_000)];
  if (ms > 0 && ms < 60_000) return `${Math.ceil(ms / 1000)}s`;
  if (hours === 0) return `${minutes}m`;
  return minutes === 0 ? `${hours}h` : `${hours}h ${minutes}m`;
};

/** `5M tokens a day`, `$200.00 a month`, `40h a week`. */
export const limitWords = (budget: Budget): string =>
  `${amountWords(budget, budget.limit)}${budget.measure === 'tokens' ? ' tokens' : ''} ${spans[budget.period]}`;

/** What it counts; first what tells budgets apart the most, since the end is cut where there is little room. */
export const filterWords = ({ only: { session, project, agent, model }, all }: Budget): string => {
  const parts = [
    ...(project === undefined ? [] : [project]),
    ...(session === undefined ? [] : [`session ${shortId(session)}`]),
    ...(agent === undefined ? [] : [agent]),
    ...(model === undefined ? [] : [model]),
  ];
  return plain([parts.length === 0 ? 'everything' : parts.join(', '), ...(all ? ['cache reads too'] : [])].join(', '));
};

/** What each counts, for where there is little room: of folders only as much of their ends as tells them apart, `…/shop`. */
export const shortFilterWords = (budgets: readonly Budget[]): ((budget: Budget) => string) => {
  const projects = [...new Set(budgets.flatMap(({ only: { project } }) => project ?? []))];
  return (budget) => {
    const { project } = budget.only;
    if (project === undefined) return filterWords(budget);
    return filterWords({ ...budget, only: { ...budget.only, project: endOf(project, projects) } });
  };
};

const endOf = (project: string, projects: readonly string[]): string => {
  const others = projects.filter((one) => one !== project);
  const steps = project.split('/');
  for (let kept = 1; kept < steps.length - 1; kept++) {
    const end = `/${steps.slice(-kept).join('/')}`;
    if (!others.some((one) => one.endsWith(end))) return `…${end}`;
  }
  return project;
};

/** `team`, or for want of a name `5M tokens a day`. */
export const budgetName = (budget: Budget): string => plain(budget.name ?? limitWords(budget));

/** `4.1M of 5M`. */
export const usedWords = (budget: Budget): string =>
  `${amountWords(budget, budget.used)} of ${amountWords(budget, budget.limit)}`;

const styles: Record<Budget['state'], Style> = { within: 'green', warning: 'yellow', error: 'red', over: 'red' };
export const styleOf = ({ state }: Budget): Style => styles[state];

/** How it stands, in a word or two. */
export const stateWords = (budget: Budget): string => {
  const { state, paused, percent } = budget;
  if (paused.length > 0) return `over, ${paused.length} paused`;
  if (state === 'warning' && percent < 80) return 'heading over';
  return { within: 'within', warning: 'near', error: 'near', over: 'over' }[state];
};

/** What a command that set or deleted one says: `set team · 5M tokens a day · everything · 82 % used`. */
export const budgetLine = (screen: Screen, budget: Budget, done: string): string => {
  const parts = [
    ...(budget.name === undefined ? [] : [limitWords(budget)]),
    filterWords(budget),
    ...(budget.action === 'pause' ? ['pauses'] : []),
    `${Math.floor(budget.percent)} % used`,
  ];
  return `${done} ${paint(screen, 'bold', budgetName(budget))} · ${parts.join(' · ')}`;
};

export const budgetBar = (screen: Screen, budget: Budget, width: number): string => {
  const { full, rest } = barOf(budget.percent / 100, width);
  return `${paint(screen, styleOf(budget), full)}${paint(screen, 'dim', rest)}`;
};

/** Throws a Failure when there is none, or several fit. */
export const chooseBudget = async (client: Client, asked: string): Promise<Budget> => {
  const { budgets } = await ask(client.GET('/api/usage/budgets'));
  return oneOf(budgets, asked, { what: 'budget', list: 'stint budget ls' });
};
