/**
 * Usage across agents, in the words of the ledger: tokens in disjoint buckets, money in pico-dollars (10⁻¹² USD), times in Unix ms.
 */

/** Tokens by what they are billed as. No token is in two of them, except that `reasoning` is a part of `output`. */
export interface Buckets {
  input: number;
  output: number;
  reasoning: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
}

/** What some responses add up to. */
export interface UsageSum extends Buckets {
  /** Of those that have a price. */
  costPico: number;
  responses: number;
  /** How many of them never had their final count written. */
  incomplete: number;
  /** How many of them have no price: their cost is not known, which is not 0. */
  unpriced: number;
}

/** One way in which usage can be told apart. A name is '' where the source does not tell it. */
export interface UsageNames {
  source: string;
  model: string;
  /** Absolute path of the directory in which the agent worked. */
  project: string;
  /** The agent's own id of the session. */
  sessionId: string;
  /** The subagent's id; '' for the main conversation. */
  agentId: string;
}

/** A cell of the ledger: the sum over what has these names and lies in this part of time. */
export interface UsageCell extends UsageSum, UsageNames {
  /** Unix ms of the earliest and the latest response in it. */
  firstAt: number;
  lastAt: number;
}

/** Something that may hold usage and was not counted. */
export interface SkippedUsage {
  source: string;
  file: string;
  reason: string;
  count: number;
}
