/** What is asked of a language model, and what comes back. */

export interface ModelSpec {
  /** `openai` is any endpoint that is compatible with OpenAI's chat completions. */
  provider: 'anthropic' | 'openai';
  model: string;
  /** Where the provider is, without a slash at its end; http only on this machine. It is sent the provider's key. */
  baseUrl?: string;
}

export interface ModelRequest {
  prompt: string;
  system?: string;
  /** Another than the session's. */
  model?: string;
  maxTokens?: number;
  temperature?: number;
  stop?: string[];
}

/** Tokens in buckets that do not overlap: `input` is without what a cache was read for or written. Absent means none. */
export interface ModelUsage {
  input: number;
  output: number;
  /** The part of `output` that was thought and not said. */
  reasoning?: number;
  cacheRead?: number;
  cacheWrite5m?: number;
  cacheWrite1h?: number;
}

export interface ModelAnswer {
  text: string;
  /** As the provider names the one that answered. */
  model: string;
  /** In the provider's own word. */
  stopReason?: string;
  usage: ModelUsage;
}

export interface ModelParts {
  fetch?: typeof fetch;
  /** Keys and base URLs come from here. */
  env: Readonly<Record<string, string | undefined>>;
  /** Resolves after `ms`; ends at once when the signal does. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  random: () => number;
  /** `attempt` counts from 1 and is the one that failed. */
  onRetry?: (told: { attempt: number; waitMs: number; reason: string }) => void;
  /** Unix ms. */
  now?: () => number;
  /** For one try, its answer included; 10 minutes where absent. */
  tryTimeoutMs?: number;
}

/**
 * | kind | what is wrong |
 * | --- | --- |
 * | `configuration` | the session's code or the server's settings; nothing was sent |
 * | `refused` | the provider takes no such request, or no such key |
 * | `rate_limited` | the provider wants fewer requests, also after all tries |
 * | `unavailable` | the provider could not be reached or has trouble of its own, also after all tries |
 * | `invalid_answer` | what came is no answer |
 * | `cancelled` | the caller ended it |
 */
type ModelErrorKind = 'configuration' | 'refused' | 'rate_limited' | 'unavailable' | 'invalid_answer' | 'cancelled';

/** Why there is no answer, in a sentence for the person who reads it. It never holds a key. */
export class ModelError extends Error {
  override name = 'ModelError';
  readonly kind: ModelErrorKind;
  /** HTTP status, where there was one. */
  readonly status?: number;

  constructor(kind: ModelErrorKind, message: string, status?: number) {
    super(message);
    this.kind = kind;
    if (status !== undefined) this.status = status;
  }
}
