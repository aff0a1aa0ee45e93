import type { Schemas, Session } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import type { Budget } from '../budget-words.ts';
import type { Client } from '../client.ts';
import { dayAt } from '../day.ts';
import { askReading } from '../usage-reading.ts';
import type { Windows } from '../windows-words.ts';
import { firstDayOf } from './span.ts';
import type { Span } from './span.ts';

/** All that a live view of usage shows, as the server told it at one moment. */
export interface Figures {
  span: Span;
  used: Schemas['UsageByModel']['totals'];
  /** Most cost first. */
  models: Schemas['UsageByModel']['rows'];
  windows: Windows['windows'];
  /** The five hours that go on. */
  block: Schemas['UsageBlock'] | undefined;
  /** The last twelve, oldest first. */
  hours: Schemas['UsageByHour']['hours'];
  budgets: readonly Budget[];
  /** Agents at work, the one that did something last first. */
  sessions: readonly Session[];
  reading: Schemas['UsageStatus'] | undefined;
  /** By the server's clock, Unix ms. */
  now: number;
}

export const hoursShown = 12;
const sessionsAsked = 100;
const dayMs = 86_400_000;

export const askFigures = async (client: Client, span: Span, timeZone: string): Promise<Figures> => {
  const since = firstDayOf(span, dayAt(Date.now(), timeZone));
  // A block may have begun yesterday.
  const blocksSince = dayAt(Date.now() - dayMs, timeZone);
  const [byModel, { windows, now }, blocks, { hours }, { budgets }, { sessions }, reading] = await Promise.all([
    ask(client.GET('/api/usage/models', { params: { query: { tz: timeZone, since } } })),
    ask(client.GET('/api/usage/windows')),
    ask(client.GET('/api/usage/blocks', { params: { query: { tz: timeZone, since: blocksSince } } })),
    ask(client.GET('/api/usage/hours', { params: { query: { hours: hoursShown } } })),
    ask(client.GET('/api/usage/budgets')),
    ask(client.GET('/api/sessions', { params: { query: { kind: 'agent', status: 'active', limit: sessionsAsked } } })),
    askReading(client),
  ]);
  return {
    span,
    used: byModel.totals,
    models: byModel.rows,
    windows,
    block: blocks.rows.find(({ active }) => active),
    hours,
    budgets,
    sessions: sessions.toSorted((a, b) => b.updatedAt - a.updatedAt),
    reading,
    now: Date.parse(now),
  };
};
