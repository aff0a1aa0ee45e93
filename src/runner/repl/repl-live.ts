import type { Ended } from '../../drivers/repl/protocol.ts';
import { Listeners } from '../../journal/listeners.ts';

/** How a command ended. */
export type Outcome = Ended['as'];

/** What became of a command that has ended, beside what its caller is answered. */
export interface Came {
  as: Outcome;
  /** Of its input in the session's journal. */
  seq: number;
  /** How many characters of its output it printed; its value or its error is the rest. */
  printed: number;
}

interface Begun {
  seq: number;
  at: number;
  client: string | undefined;
}

/** A command while it runs, for whoever looks on. Nothing of it is durable: the journal has what it came to. */
export class LiveCommand {
  readonly session: string;
  /** Of its input in the session's journal. */
  readonly seq: number;
  /** When it began, Unix ms: where a command left nothing, the next one has its `seq`. */
  readonly at: number;
  /** Who sent it, as they say themselves. */
  readonly client: string | undefined;
  /** Absent while it runs. */
  as: Outcome | undefined;
  #text = '';

  constructor(session: string, { seq, at, client }: Begun) {
    this.session = session;
    this.seq = seq;
    this.at = at;
    this.client = client;
  }

  /** All that it has printed so far; its driver bounds it. */
  get text(): string {
    return this.#text;
  }

  add(text: string): void {
    this.#text += text;
  }
}

/** The commands that run now, by session. Who looks on is told that there is news, and takes what they can of `text`. */
export class LiveCommands {
  readonly #running = new Map<string, LiveCommand>();
  readonly #listeners = new Listeners<LiveCommand>();

  /** Hears of a command when it begins, has printed, and has ended. Returns the function that ends it. */
  listen(listener: (command: LiveCommand) => void): () => void {
    return this.#listeners.add(listener);
  }

  runningIn(session: string): LiveCommand | undefined {
    return this.#running.get(session);
  }

  begin(session: string, begun: Begun): LiveCommand {
    const command = new LiveCommand(session, begun);
    this.#running.set(session, command);
    this.#listeners.tell(command);
    return command;
  }

  print(command: LiveCommand, text: string): void {
    command.add(text);
    this.#listeners.tell(command);
  }

  end(command: LiveCommand, as: Outcome): void {
    command.as = as;
    this.#running.delete(command.session);
    this.#listeners.tell(command);
  }
}
