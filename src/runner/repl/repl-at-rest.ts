import type { ReplDriver } from '../../drivers/repl/repl-driver.ts';
import type { ReplFacts } from '../../session/repl.ts';
import type { Clock } from '../clock.ts';
import type { Runner } from '../runner.ts';
import type { ReplChains } from './repl-chains.ts';
import type { ReplRun } from './repl-run.ts';

export interface AtRestParts {
  runner: Runner;
  driver: ReplDriver;
  clock: Clock;
  inTurn: <T>(session: string, change: () => Promise<T>) => Promise<T>;
  /** Whether something is under way in it, or waits for that. */
  isBusy: (session: string) => boolean;
  /** The session with nothing broken off in it, and its images of this engine; throws where it takes no commands. */
  ready: (session: string) => Promise<ReplFacts>;
  run: (session: string, facts: ReplFacts) => Promise<ReplRun>;
  chains: ReplChains;
  /** What is known of it is read again when it comes back. */
  forget: (session: string) => void;
}

/** A full image is some KB, an image of a command one: this is how many there are before another full one is worth its bytes. */
const worthWhile = 16;
/** Bytes of memory. A larger one takes so long to pack that a command which comes meanwhile would wait for it. */
const quickToPack = 8 << 20;

/** What is done with a session between two commands. */
export class ReplAtRest {
  readonly #parts: AtRestParts;

  constructor(parts: AtRestParts) {
    this.#parts = parts;
  }

  /** The session's state as a full image, and a checkpoint that names it; nothing where the latest image is one. */
  keepWhole(session: string): Promise<void> {
    return this.#parts.inTurn(session, async () => {
      const { runner, driver, clock, ready, run: begin, chains } = this.#parts;
      if ((await runner.state(session))?.status !== 'active') return;
      const facts = await ready(session);
      const chain = await chains.latest(session, facts.image);
      if (chain.length <= 1) return;
      const run = await begin(session, facts);
      const { image } = await driver.ask(session, { ask: 'image' });
      if (image === undefined) throw new Error('a question for an image was answered without one');
      run.changed(image, true);
      run.checkpoint('periodic', clock.now());
      await run.commit();
      chain.length = 1;
    });
  }

  /** Images since the last full one; undefined while that is not known. */
  imagesSinceWhole(session: string): number | undefined {
    const chain = this.#parts.chains.known(session);
    return chain && chain.length - 1;
  }

  /** Nobody would wait for a full image, and it is worth its bytes. */
  isWorthAWhole(session: string): boolean {
    const { runner, driver, isBusy } = this.#parts;
    const memory = runner.inMemory(session)?.facts.repl?.peakMemory ?? Infinity;
    const images = this.imagesSinceWhole(session) ?? 0;
    return images >= worthWhile && memory <= quickToPack && !isBusy(session) && driver.isAtRest(session);
  }

  /** Names that the session's code has bound; none of one that is paused or over, as nothing runs in it. */
  bindings(session: string): Promise<readonly string[]> {
    return this.#parts.inTurn(session, async () => {
      const { runner, driver, ready, chains } = this.#parts;
      if ((await runner.state(session))?.status !== 'active') return [];
      await chains.latest(session, (await ready(session)).image);
      return (await driver.ask(session, { ask: 'bindings' })).words;
    });
  }

  /** It is in memory no more; a command brings it back. */
  rest(session: string): void {
    const { driver, isBusy, forget } = this.#parts;
    if (!isBusy(session)) forget(session);
    driver.pause(session).catch(() => undefined);
  }
}
