import type { TokensRecorded, UsageSource } from '../contract/event.ts';

/** What each source has told of a session so far. */
export interface ToldSum {
  /** What counts against the budget. */
  used: number;
  cacheRead: number;
}
export type Told = Readonly<Partial<Record<UsageSource, ToldSum>>>;

/** A row before it is said how much of it is new. */
type Row = Pick<TokensRecorded, 'source' | 'tokensUsed' | 'cacheRead'>;

const nothing: ToldSum = { used: 0, cacheRead: 0 };

export const withTold = (told: Told, { source, tokensUsed, cacheRead = 0 }: Row): Told => {
  const { used, cacheRead: read } = told[source] ?? nothing;
  return { ...told, [source]: { used: used + tokensUsed, cacheRead: read + cacheRead } };
};

/**
 * How much of a row other sources have told already. What several tell of one session is the same usage: the session has used
 * what the source tells that tells the most.
 */
export const reconciledOf = (told: Told, row: Row): Pick<TokensRecorded, 'reconciled' | 'cacheReconciled'> => {
  const after = withTold(told, row);
  const reconciled = row.tokensUsed - (most(after, 'used') - most(told, 'used'));
  const cacheReconciled = (row.cacheRead ?? 0) - (most(after, 'cacheRead') - most(told, 'cacheRead'));
  return { ...(reconciled !== 0 && { reconciled }), ...(cacheReconciled !== 0 && { cacheReconciled }) };
};

const most = (told: Told, part: keyof ToldSum): number => Math.max(0, ...Object.values(told).map((sum) => sum[part]));

/** What a row adds to the session's total. */
export const addedTokens = ({
  tokensUsed,
  reconciled = 0,
}: Pick<TokensRecorded, 'tokensUsed' | 'reconciled'>): number => tokensUsed - reconciled;
