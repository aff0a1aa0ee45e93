import type { ReplCommandFrame, ReplOutputFrame } from '../../contract/socket.ts';
import type { LiveCommand, LiveCommands } from '../../runner/repl/repl-live.ts';
import type { Hub } from './hub.ts';
import { textOf } from './subscription.ts';
import type { Subscriber, Subscription } from './subscription.ts';

/** What is printed within that time is told together, ms. */
const gatheringMs = 15;
/** Characters of one frame. */
const mostAtOnce = 32 * 1024;

interface Told {
  seq: number;
  at: number;
  /** Until all of it has been told. */
  command: LiveCommand | undefined;
  /** How much of what it printed. */
  to: number;
  isEnded: boolean;
  /** It goes on when the socket has room. */
  isWaiting: boolean;
}

/**
 * What commands of REPL sessions print while they run, told to those who subscribed to the session by its id.
 *
 *  O1  Nothing is kept for a subscriber but where they are in what the running command has printed, which its driver bounds.
 *  O2  Who comes late is told from the beginning of what runs; who does not read goes on where they were, or with the next command.
 *  O3  Nothing here is an event: it moves no cursor, and the journal has all of it when the command has ended.
 */
export class ReplOutput {
  readonly #hub: Hub;
  readonly #told = new WeakMap<Subscription, Told>();
  /** By session: what was printed is told soon. */
  readonly #gathering = new Map<string, NodeJS.Timeout>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Returns the function that ends it. */
  follow(commands: LiveCommands): () => void {
    const unlisten = commands.listen((command) => this.#hear(command));
    return () => {
      unlisten();
      for (const timer of this.#gathering.values()) clearTimeout(timer);
      this.#gathering.clear();
    };
  }

  /** Somebody has subscribed: what runs now is told so far. */
  begin(subscriber: Subscriber, command: LiveCommand | undefined): void {
    const subscription = command && this.#hub.subscriptionsOf(command.session)?.get(subscriber);
    if (command && subscription) this.#tell(subscription, command);
  }

  #hear(command: LiveCommand): void {
    const { session, as, text } = command;
    if (this.#hub.subscriptionsOf(session) === undefined) return;
    if (as === undefined && text !== '') {
      if (!this.#gathering.has(session))
        this.#gathering.set(
          session,
          setTimeout(() => this.#tellAll(command), gatheringMs),
        );
    } else this.#tellAll(command);
  }

  #tellAll(command: LiveCommand): void {
    clearTimeout(this.#gathering.get(command.session));
    this.#gathering.delete(command.session);
    for (const subscription of this.#hub.subscriptionsOf(command.session)?.values() ?? [])
      this.#tell(subscription, command);
  }

  #tell(subscription: Subscription, command: LiveCommand): void {
    const told = this.#placeOf(subscription, command);
    const { subscriber, session: sessionId } = subscription;
    const { seq, text, as } = command;
    while (told.to < text.length) {
      if (subscriber.isFull()) return this.#tellLater(subscription, told);
      const some = text.slice(told.to, endOf(text, told.to + mostAtOnce));
      send(subscriber, { type: 'repl_output', sessionId, command: seq, from: told.to, text: some });
      told.to += some.length;
    }
    if (as === undefined || told.isEnded) return;
    told.isEnded = true;
    told.command = undefined;
    send(subscriber, { type: 'repl_command', sessionId, command: seq, phase: 'ended', as, printed: text.length });
  }

  /** O2. */
  #placeOf(subscription: Subscription, command: LiveCommand): Told {
    const met = this.#told.get(subscription);
    if (met?.seq === command.seq && met.at === command.at) return met;
    const { subscriber, session: sessionId } = subscription;
    const { seq, at, client } = command;
    const told = { seq, at, command, to: 0, isEnded: false, isWaiting: met?.isWaiting ?? false };
    this.#told.set(subscription, told);
    const by = client === undefined ? {} : { client };
    send(subscriber, { type: 'repl_command', sessionId, command: seq, phase: 'began', at, ...by });
    return told;
  }

  #tellLater(subscription: Subscription, told: Told): void {
    if (told.isWaiting) return;
    told.isWaiting = true;
    void subscription.subscriber.sent().then(() => {
      const now = this.#told.get(subscription) ?? told;
      now.isWaiting = false;
      if (subscription.isOpen && now.command) this.#tell(subscription, now.command);
    });
  }
}

const send = (subscriber: Subscriber, frame: ReplCommandFrame | ReplOutputFrame): void =>
  subscriber.send(textOf(frame));

/** Not in the middle of a character that takes two. */
const endOf = (text: string, end: number): number => {
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd8_00 && last <= 0xdb_ff ? end - 1 : end;
};
