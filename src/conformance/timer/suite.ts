import type { Suite } from '../check.ts';
import { Context } from '../context.ts';
import { access } from './access.ts';
import { alerts } from './alerts.ts';
import { analytics } from './analytics.ts';
import { badInput } from './bad-input.ts';
import { calls } from './calls.ts';
import { counting } from './counting.ts';
import { errors } from './errors.ts';
import { events } from './events.ts';
import { idempotency } from './idempotency.ts';
import { lifecycle } from './lifecycle.ts';
import { lists } from './lists.ts';
import { projection } from './projection.ts';
import { socket } from './socket.ts';

/** The timer contract, time and token budget, check by check. */
export const timerSuite: Suite<Context> = {
  name: 'timer',
  groups: [
    calls,
    lifecycle,
    counting,
    projection,
    analytics,
    alerts,
    socket,
    errors,
    badInput,
    lists,
    idempotency,
    access,
    events,
  ],
  probe: '/api/sessions?limit=1',
  open: (target) => new Context(target),
};
