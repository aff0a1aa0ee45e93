import type { Session } from '../sdk/index.ts';
import { ask } from './api.ts';
import { budgetName } from './budget-words.ts';
import type { Budget } from './budget-words.ts';
import type { Client } from './client.ts';
import { Failure } from './failure.ts';
import { shortId } from './session-words.ts';

/** What paused a session that a budget paused. */
export interface BudgetPause {
  /** The budget across sessions; undefined where it was the session's own. */
  id?: string;
  /** Undefined where whoever asks may not see it, or it was removed meanwhile. */
  budget?: Budget;
}

const pageSize = 1000;

/**
 * Undefined for a session that is not paused, or that somebody paused. The journal is asked, since a budget lists what it paused
 * only after that is durable.
 */
export const budgetPauseOf = async (
  client: Client,
  { id, status }: Pick<Session, 'id' | 'status'>,
): Promise<BudgetPause | undefined> => {
  if (status !== 'paused') return undefined;
  const { reason, budget } = (await lastPause(client, id)) ?? {};
  if (reason !== 'budget') return undefined;
  return typeof budget === 'string' ? { id: budget, ...(await known(client, budget)) } : {};
};

const lastPause = async (client: Client, id: string): Promise<Record<string, unknown> | undefined> => {
  let last: Record<string, unknown> | undefined;
  for (let after: number | undefined; ;) {
    const query = { type: 'paused' as const, limit: pageSize, ...(after === undefined ? {} : { after }) };
    const { events } = await ask(client.GET('/api/sessions/{id}/events', { params: { path: { id }, query } }));
    last = events.at(-1)?.data ?? last;
    if (events.length < pageSize) return last;
    after = events.at(-1)?.seq;
  }
};

const known = async (client: Client, id: string): Promise<{ budget?: Budget }> => {
  try {
    return { budget: await ask(client.GET('/api/usage/budgets/{id}', { params: { path: { id } } })) };
  } catch (error) {
    if (error instanceof Failure) return {};
    throw error;
  }
};

/** `budget team`, after “paused by”. */
export const pauserWords = ({ id, budget }: BudgetPause): string => {
  if (budget) return `budget ${budgetName(budget)}`;
  return id === undefined ? 'its own budget' : 'a budget that is not yours';
};

/** `paused by the budget team (104 % used); see: stint budget show team`. */
export const pauseSentence = ({ id, budget }: BudgetPause): string => {
  if (budget === undefined) return `paused by ${pauserWords(id === undefined ? {} : { id })}`;
  const used = `${Math.floor(budget.percent)} % used`;
  return `paused by the budget ${budgetName(budget)} (${used}); see: stint budget show ${typed(budget)}`;
};

/** A name as a shell takes it, else the id as it is shown. */
const typed = ({ id, name = '' }: Budget): string => (/^[\w.:@][\w.:@-]*$/.test(name) ? name : shortId(id));
