/**
 * The client of language-model providers that a session's `await llm(prompt, options)` goes through.
 *
 *  L1  A request is tried at most five times, and only while it may pass; what is no answer, or a refusal, is not tried again.
 *  L2  A provider that asks to be left alone is: for five minutes at most, and where it asks for longer the call ends.
 *  L3  The signal ends everything at once, a wait as well.
 *  L4  No key is in any message, also where the provider tells it.
 */
import { z } from 'zod';
import { ModelError } from './llm-model.ts';
import type { ModelAnswer, ModelParts, ModelRequest, ModelSpec } from './llm-model.ts';
import { NoReply, post } from './llm-post.ts';
import type { Reply } from './llm-post.ts';
import { messageOf } from './llm-refusal.ts';
import { holdMsOf, longestHoldMs, mayPass, mostTries, waitMsAfter } from './llm-retry.ts';
import { targetOf } from './llm-target.ts';
import type { Target } from './llm-target.ts';

export { ModelError } from './llm-model.ts';
export type { ModelAnswer, ModelParts, ModelRequest, ModelSpec } from './llm-model.ts';
export { canonicalRequest, modelRequestOf, receiptKeyOf } from './llm-request.ts';

const usualTryTimeoutMs = 10 * 60_000;

/** A try that brought no answer, and may another time. */
interface Failed {
  kind: 'rate_limited' | 'unavailable';
  status?: number;
  /** In a few words. */
  reason: string;
  /** In whole, to go on after the provider's name. */
  told: string;
  holdMs?: number;
}

type Tried = { answer: ModelAnswer } | { failed: Failed };

/** Calls the model. Rejects with a {@link ModelError}. */
export const callModel = async (
  spec: ModelSpec,
  request: ModelRequest,
  parts: ModelParts,
  signal: AbortSignal,
): Promise<ModelAnswer> => {
  const target = targetOf(spec, request, parts.env);
  for (let tries = 1; ; tries++) {
    const tried = await attempt(spec.provider, target, parts, signal);
    if ('answer' in tried) return tried.answer;
    const { failed } = tried;
    if (tries === mostTries || (failed.holdMs ?? 0) > longestHoldMs) throw givenUp(spec, failed, tries, parts);
    const waitMs = waitMsAfter(tries, parts.random(), failed.holdMs);
    parts.onRetry?.({ attempt: tries, waitMs, reason: failed.reason });
    await rest(waitMs, parts, signal);
  }
};

const attempt = async (name: string, target: Target, parts: ModelParts, signal: AbortSignal): Promise<Tried> => {
  if (signal.aborted) throw cancelled();
  const question = { ...target.question, timeoutMs: parts.tryTimeoutMs ?? usualTryTimeoutMs };
  try {
    return judged(name, target, await post(parts.fetch ?? fetch, question, signal), nowOf(parts));
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    if (signal.aborted) throw cancelled();
    const told = `could not be asked (${error.message})`;
    return { failed: { kind: 'unavailable', reason: error.message, told } };
  }
};

const judged = (name: string, target: Target, reply: Reply, now: number): Tried => {
  const { status } = reply;
  if (status >= 200 && status < 300) return { answer: answerOf(name, target, reply) };
  if (status < 400)
    throw new ModelError('refused', `${name} leads on to elsewhere (${status}), where it is not followed`, status);
  const message = messageOf(reply.text, target.key);
  if (!mayPass(status)) {
    const kind = status < 500 ? 'refused' : 'unavailable';
    throw new ModelError(kind, `${name} ${status < 500 ? 'refuses' : 'fails'} (${status})${message}`, status);
  }
  const holdMs = holdMsOf(reply.headers, now);
  const kind = status === 429 ? 'rate_limited' : 'unavailable';
  const told = `${kind === 'rate_limited' ? 'wants fewer requests' : 'has trouble'} (${status})${message}`;
  return { failed: { kind, status, reason: String(status), told, ...(holdMs !== undefined && { holdMs }) } };
};

const answerOf = (name: string, { provider, model }: Target, { status, text }: Reply): ModelAnswer => {
  const invalid = (why: string) => new ModelError('invalid_answer', `${name} sent what is no answer: ${why}`, status);
  if (text === undefined) throw invalid('it is larger than 16 MiB');
  try {
    return { model, ...provider.answerOf(JSON.parse(text)) };
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('it is no JSON');
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    throw invalid([...(issue?.path ?? []), issue?.message].join(': '));
  }
};

const rest = async (waitMs: number, { sleep }: ModelParts, signal: AbortSignal): Promise<void> => {
  try {
    await sleep(waitMs, signal);
  } catch (error) {
    throw signal.aborted ? cancelled() : error;
  }
};

const givenUp = ({ provider }: ModelSpec, failed: Failed, tries: number, parts: ModelParts): ModelError => {
  const { holdMs = 0, status, told } = failed;
  const after = new Date(nowOf(parts) + holdMs).toISOString();
  const again = holdMs > 0 ? `; try again in ${Math.ceil(holdMs / 1000)} s, after ${after}` : '';
  const tried = tries > 1 ? `, after ${tries} tries` : '';
  const kind = holdMs > longestHoldMs ? 'rate_limited' : failed.kind;
  return new ModelError(kind, `${provider} ${told}${tried}${again}`, status);
};

const nowOf = ({ now = Date.now }: ModelParts): number => now();

const cancelled = (): ModelError => new ModelError('cancelled', 'llm: cancelled');
