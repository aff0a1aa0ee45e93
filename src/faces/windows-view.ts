import type { UsageWindowView } from '../contract/windows.ts';
import { usdText } from '../ledger/prices/usd.ts';
import { burnHalfLifeMinutes } from '../ledger/windows.ts';
import type { Projection, UsageWindow } from '../ledger/windows.ts';

/** A window in the words of the contract. */

export const toWindow = ({ reading, startsAt, resetsAt, projection, ...window }: UsageWindow): UsageWindowView => ({
  source: window.source,
  windowMinutes: window.windowMinutes,
  basis: window.basis,
  ...percentOf(window.usedPercent),
  ...(reading && {
    reading: {
      at: isoOf(reading.at),
      tokensSince: reading.since.tokens,
      costUsdSince: usdText(reading.since.costPico),
    },
  }),
  ...(startsAt === undefined ? {} : { startsAt: isoOf(startsAt) }),
  ...(resetsAt === undefined ? {} : { resetsAt: isoOf(resetsAt) }),
  tokens: window.tokens,
  costUsd: usdText(window.costPico),
  cacheRead: window.cacheRead,
  responses: window.responses,
  unpriced: window.unpriced,
  measure: window.measure,
  ...limitOf(window),
  burn: {
    tokensPerMinute: rounded(window.burn.tokensPerMinute, 1),
    costUsdPerMinute: usdText(window.burn.costPicoPerMinute),
    halfLifeMinutes: burnHalfLifeMinutes(window.windowMinutes),
  },
  ...(projection && { projection: toProjection(projection) }),
});

const toProjection = ({ tokens, costPico, usedPercent, limitAt }: Projection) => ({
  tokens,
  costUsd: usdText(costPico),
  ...percentOf(usedPercent),
  ...(limitAt === undefined ? {} : { limitAt: isoOf(limitAt) }),
});

const limitOf = ({ measure, limit }: Pick<UsageWindow, 'measure' | 'limit'>) => {
  if (limit === undefined) return {};
  return measure === 'cost' ? { limitUsd: usdText(limit) } : { limitTokens: Math.round(limit) };
};

const percentOf = (percent: number | undefined) => (percent === undefined ? {} : { usedPercent: rounded(percent, 2) });

const rounded = (value: number, places: number): number => Number(value.toFixed(places));

const isoOf = (at: number): string => new Date(at).toISOString();
