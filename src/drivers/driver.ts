/**
 * The port of what runs inside a session.
 *
 * What every driver promises (the suite in `driver.suite.ts` holds each to it):
 *
 *  V1  Commands of one session run one at a time, in the order in which they came; those of another never wait for them.
 *  V2  A snapshot is all that there is: restored, here or in another process, what runs goes on as if nothing had been.
 *  V3  What a command does is told while it runs, in order; it is over when whoever sent it has kept what came of it.
 *  V4  A command that is stopped leaves what was before it, and so does one of which nothing could be kept.
 *  V5  What is not in memory is brought back when a command comes: nobody sees whether it was.
 */
export interface Driver<Command, Outcome, Sending> {
  /** Of a session that has run nothing. */
  start(session: string): Promise<void>;
  /** Resolves when what came of it is kept. */
  send(session: string, command: Command, sending: Sending): Promise<Outcome>;
  /** Stops the command that is under way, if there is one. */
  interrupt(session: string): void;
  /** Nothing of it is in memory any more, once its command is over. */
  pause(session: string): Promise<void>;
  /** All that there is, between two commands. */
  snapshot(session: string): Promise<Uint8Array>;
  /** In the place of what the session has now. */
  restore(session: string, snapshot: Uint8Array): Promise<void>;
  /** Forgets it; what is under way is stopped. */
  stop(session: string): Promise<void>;
}
