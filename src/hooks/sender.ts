import { runCommand } from './command.ts';
import type { RunParts } from './command.ts';
import type { Delivery, HookRow } from './hook.ts';
import type { Ending, Outcome } from './schedule.ts';
import { callWebhook } from './webhook.ts';
import type { CallParts } from './webhook.ts';

export interface SenderParts {
  call: CallParts;
  run: RunParts;
  /** Unix ms. */
  now: () => number;
}

/** One attempt of either kind. Rejects only when it was aborted. */
export type Send = (
  hook: Pick<HookRow, 'doc' | 'secret'>,
  delivery: Pick<Delivery, 'id' | 'hook' | 'message'>,
  signal: AbortSignal,
) => Promise<Outcome>;

export const newSender =
  ({ call, run, now }: SenderParts): Send =>
  async ({ doc, secret }, delivery, signal) => {
    const startedAt = now();
    const attempted = async (): Promise<Outcome<Ending>> => {
      if (doc.kind === 'command') return { attempt: await runCommand(run, doc, delivery, signal) };
      const body = JSON.stringify(delivery.message);
      return callWebhook(call, { webhook: doc, secret, id: delivery.id, body, now: startedAt, signal });
    };
    const { attempt, ...asked } = await attempted();
    return { ...asked, attempt: { ...attempt, ms: Math.max(0, now() - startedAt) } };
  };
