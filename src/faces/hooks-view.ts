import type { z } from 'zod';
import type { deliverySchema, hookSchema } from '../contract/hooks.ts';
import type { Delivery, HookRow } from '../hooks/hook.ts';

/** Hooks and deliveries as their maker sees them: without the secret. */

export const toHook = ({ id, doc, createdAt, failingSince, off }: HookRow): z.infer<typeof hookSchema> => {
  const { thresholds, levels, ...rest } = doc;
  const heard = {
    ...(thresholds === undefined ? {} : { thresholds: [...thresholds] }),
    ...(levels === undefined ? {} : { levels: [...levels] }),
  };
  const what = rest.kind === 'command' ? { ...rest, argv: [...rest.argv] } : rest;
  return {
    id,
    ...what,
    ...heard,
    createdAt,
    enabled: off === undefined,
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(off === undefined ? {} : { off }),
  };
};

export const toDelivery = (delivery: Delivery): z.infer<typeof deliverySchema> => {
  const { id, state, message, createdAt, attempts, nextAt, lastAt, last } = delivery;
  const { alertId, session, threshold, level } = message.data;
  return {
    id,
    state,
    alertId,
    sessionId: session.id,
    threshold,
    level,
    createdAt,
    attempts,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(last === undefined ? {} : { last }),
  };
};
