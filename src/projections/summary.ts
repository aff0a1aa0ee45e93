import type { CountChange, SessionSummary } from '../journal/sessions.ts';
import { openStatus } from '../journal/sessions.ts';
import type { Existing, SessionState } from '../session/state.ts';
import { wakeAt } from '../session/time.ts';

/** The session as lists and look-ups show it. */
export const summarize = (id: string, state: Existing): SessionSummary => {
  const { spans: _, pace: __, raised: ___, comments: ____, clockOffset: _____, told: ______, ...facts } = state.facts;
  const wake = wakeAt(state);
  return {
    id,
    ...facts,
    phase: state.status,
    ...(state.status === 'active' ? { since: state.since } : {}),
    ...('endTime' in state ? { endTime: state.endTime } : {}),
    ...(wake === undefined ? {} : { wakeAt: wake }),
  };
};

/** How the counts behind lists change from one state to the next. */
export const countChanges = (before: SessionState, after: Existing): CountChange[] => {
  const { owner, kind } = after.facts;
  const status = openStatus(after.status);
  if (before.status === 'absent') return [{ owner, kind, status, by: 1 }];
  const was = openStatus(before.status);
  if (was === status) return [];
  return [
    { owner, kind, status: was, by: -1 },
    { owner, kind, status, by: 1 },
  ];
};
