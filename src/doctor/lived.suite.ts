/** A database in which sessions were lived, by the real rules and through the real store. */
import type { Recorded } from '../contract/event.ts';
import { sessionId } from '../journal/author.suite.ts';
import { reportedSteps } from '../ledger/reported.ts';
import { countChanges, summarize } from '../projections/summary.ts';
import { Runner } from '../runner/runner.ts';
import type { Intent, Parts } from '../runner/runner.ts';
import { startedFacts, startTime } from '../session/decider-specification.suite.ts';
import { SqliteStore } from '../stores/sqlite/store.ts';

export const livedSessions = 12;
/** Events of the first, whose state was saved on the way. */
const longLife = 300;

const answer = () => ({ status: 200, body: '' });
const tokens = (n: number): Intent => ({
  type: 'record_tokens',
  tokensUsed: 1 + (n % 9),
  operation: `edit ${n}`,
  source: 'api',
});
const reach = (phase: string): Intent => ({ type: 'reach_checkpoint', phase, promptCount: 1, metadata: { of: phase } });

/** JSON has such, and UTF-8, in which the columns are written, has not. */
const halfCharacter = '\ud83e';

/** Each of their rows is a response in the ledger, too. */
const usageOf: Parts['usageOf'] = (session, _, events) =>
  events.flatMap((event) =>
    event.type === 'tokens_recorded'
      ? reportedSteps({ session, owner: 'ada', counts: 'new', isFirst: true }, event.data, prices)
      : [],
  );
const prices = { version: '1', price: () => ({ costPico: 1 }) };

/** Fills the database at `file`; returns all of its events, in order of position. */
export const live = async (file: string): Promise<readonly Recorded[]> => {
  const store = await SqliteStore.open(file);
  let [now, ids] = [startTime, 0];
  const clock = { now: () => (now += 250) };
  const newId = () => sessionId(1_000_000 + ids++);
  const projector = { summarize, countChanges };
  const runner = new Runner({ journal: store, projector, usageOf, clock, newId });
  const perform = (n: number, ...intents: Intent[]) => runner.execute(sessionId(n), intents, answer);

  for (let n = 1; n <= livedSessions; n++) {
    await perform(n, { type: 'start', ...startedFacts, name: `session ${n} ${halfCharacter}`, tokenBudget: 1_000_000 });
    for (let i = 0; i < (n === 1 ? longLife : 5 + n); i++) await perform(n, tokens(i));
    await perform(n, reach(`halfway through ${n}`));
    if (n % 3 === 0) await perform(n, { type: 'pause' });
    if (n % 4 === 0) await perform(n, { type: 'complete' });
  }
  await runner.remove(sessionId(4));
  const events: Recorded[] = [];
  for (let page = await store.readAll({ after: 0, limit: 500 }); page.length > 0;) {
    events.push(...page);
    page = await store.readAll({ after: events.at(-1)?.position ?? 0, limit: 500 });
  }
  await store.close();
  return events;
};
