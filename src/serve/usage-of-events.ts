import { reportedSteps } from '../ledger/reported.ts';
import type { Pricing } from '../ledger/settle.ts';
import type { Parts as RunnerParts } from '../runner/runner.ts';

/** What the ledger takes of events that the API and telemetry caused. */
export const usageOfEvents =
  (prices: Pricing): NonNullable<RunnerParts['usageOf']> =>
  (session, before, events) => {
    const started = events.find((event) => event.type === 'started');
    const facts = before.status === 'absent' ? started?.data : before.facts;
    if (facts === undefined) return [];
    const heard = new Set(before.status === 'absent' ? [] : Object.keys(before.facts.told));
    return events.flatMap((event) => {
      if (event.type !== 'tokens_recorded') return [];
      const isFirst = !heard.has(event.data.source);
      heard.add(event.data.source);
      const { owner, agent, run, budgetCounts: counts } = facts;
      return reportedSteps(
        { session, owner, counts, ...(agent && { agent }), ...(run && { run }), isFirst },
        event.data,
        prices,
      );
    });
  };
