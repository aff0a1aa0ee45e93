/** What telemetry tells of usage; plain data. */
import type { Confidence, UsageParts } from '../reader.ts';

export interface TelemetryResponse {
  source: 'claude';
  /** The agent's own id of the session. */
  sessionId: string;
  /** The same for the same response in every export of it; unique within `source`. */
  key: string;
  /** The provider's id of the request, which transcripts have as well; absent where the provider gave none. */
  request?: string;
  model: string;
  /** Unix ms at which the response was whole. */
  at: number;
  durationMs?: number;
  /** How long a cache write lives is not told: all of it counts as five minutes'. */
  parts: UsageParts;
  /** USD, as the agent itself reckons. */
  costUsd?: number;
  /** `fast`; absent is the usual. */
  speed?: string;
  /** What in the agent asked, in its own words: `repl_main_thread`, `compact`, a subagent's name. */
  querySource?: string;
  /** The kind of the subagent that asked. Subagents of one kind are not told apart. */
  agentName?: string;
  /** `estimated` where something was written into the cache, as how long it lives changes its price. */
  confidence: Extract<Confidence, 'exact' | 'estimated'>;
}

export type TotalKind = 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'costPico';

/** A point of a counter: tokens, or pico-dollars as the agent itself reckons. */
export interface TelemetryTotal {
  source: 'claude';
  sessionId: string;
  model: string;
  kind: TotalKind;
  /** Of tokens or pico-dollars. */
  value: number;
  /** `delta`: counted since the point before · `cumulative`: since the series began. */
  temporality: 'delta' | 'cumulative';
  /** The counter of one process with one set of attributes; points of different series add up. */
  series: string;
  /** Tells the point from others of its series: Unix ns of its begin and its end, as digits. */
  startNano: string;
  endNano: string;
  /** `endNano` in Unix ms. */
  at: number;
}

/** Every reason for which something about usage was not counted. */
export const telemetryFaults = [
  /** Without a session its usage could be that of any transcript. */
  'no_session',
  /** None of the counts of tokens is there. */
  'no_usage',
  /** A count that is no number, negative, not whole or larger than any can be. */
  'bad_count',
  'bad_time',
  /** A metric that is no sum, or does not say since when it counts. */
  'unknown_form',
] as const;
export type TelemetryFault = (typeof telemetryFaults)[number];
