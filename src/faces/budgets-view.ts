import type { z } from 'zod';
import type { budgetSchema } from '../contract/budgets.ts';
import { usdText } from '../ledger/prices/usd.ts';
import type { ToldBudget } from '../runner/budgets.ts';

/** A budget as its owner sees it: money as decimal strings, tokens and ms as numbers. */
export const toBudget = ({
  budget,
  window,
  standing,
  unpriced,
  alerts,
  paused,
}: ToldBudget): z.infer<typeof budgetSchema> => {
  const { id, name, owner, only, period, timeZone, measure, all, limit, action, createdAt } = budget;
  const { used, projected, state } = standing;
  const told = (amount: number): number | string => (measure === 'usd' ? usdText(amount) : amount);
  return {
    id,
    ...(name === undefined ? {} : { name }),
    owner,
    only,
    period,
    timeZone,
    measure,
    ...(all ? { all } : {}),
    limit: told(limit),
    action,
    createdAt,
    used: told(used),
    percent: Math.floor((used * 1000) / limit) / 10,
    ...(projected === undefined ? {} : { projected: told(projected) }),
    ...(measure === 'usd' && unpriced > 0 ? { unpriced } : {}),
    ...(window === undefined ? {} : { periodStart: window.start, periodEnd: window.end }),
    state,
    alerts: alerts.map(({ threshold, at, session }) => ({ threshold, at, session })),
    paused,
  };
};
