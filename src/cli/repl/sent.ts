/** A command as it is sent to a REPL session. */
export interface Sent {
  /** Name or id of the session. */
  name: string;
  command: string;
  /** Who sends it. */
  client: string;
  /** Only commands that came after this one can be it. */
  after: number;
}
