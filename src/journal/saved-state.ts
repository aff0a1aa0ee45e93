import type { SessionState } from '../session/state.ts';

/** A session's folded state, saved every so many events so that opening a session costs the tail, not its whole life. */
export interface SavedState {
  /** Events folded into it. */
  version: number;
  /** Shape of the state when it was saved; another shape is folded again from the journal. */
  shape: number;
  state: SessionState;
}
