import type { FastifyReply } from 'fastify';
import type { Access, Caller } from '../../access/access.ts';
import type { Allowance } from '../../access/rate-limit.ts';
import { Problem } from '../../contract/problem.ts';

/** Counts a request of the caller's, says what they have left, and throws `rate_limited` where that is nothing. */
export const countRequest = (access: Access, caller: Caller, reply: FastifyReply): void => {
  const allowance = access.spend(caller);
  if (allowance === undefined) return;
  void reply.headers(rateLimitFields(allowance));
  if (allowance.isAllowed) return;
  const { retryAfter } = allowance;
  throw new Problem('rate_limited', `too many requests with this token; try again in ${retryAfter} s`, {
    details: { retryAfter },
  });
};

/**
 * draft-ietf-httpapi-ratelimit-headers: the policy's quota `q` comes back within its window `w`; `r` of it is left, and all of it
 * is there again in `t`. Seconds.
 */
export const rateLimitFields = ({ rate: { perSecond, burst }, remaining, fullIn }: Allowance) => ({
  'ratelimit-policy': `"token";q=${burst};w=${Math.ceil(burst / perSecond)}`,
  ratelimit: `"token";r=${remaining};t=${fullIn}`,
});
