import { imageOf, stateIdOf } from '../../contract/repl.ts';
import type { ReplEntry, ReplLanguage, ReplSpec } from '../../contract/repl.ts';
import { Problem } from '../../contract/problem.ts';
import type { Engine } from '../../drivers/repl/protocol.ts';
import type { ReplDriver } from '../../drivers/repl/repl-driver.ts';
import type { ReplEngine, ReplImages } from '../../journal/repl-images.ts';
import type { ReplFacts } from '../../session/repl.ts';
import type { Active, Existing } from '../../session/state.ts';
import type { Clock } from '../clock.ts';
import type { Runner } from '../runner.ts';
import type { Models } from './model-calls.ts';
import type { AnnotatedCheckpoint, ReplJournal } from './repl-journal.ts';
import { entriesOf, inEvents, lastCheckpoint, receiptFor } from './repl-journal.ts';
import { ReplCommand } from './repl-command.ts';
import { LiveCommands } from './repl-live.ts';
import type { Came } from './repl-live.ts';
import { ReplAtRest } from './repl-at-rest.ts';
import { longestChain, ReplChains } from './repl-chains.ts';
import { ReplNotes } from './repl-notes.ts';
import { answering, ReplRun } from './repl-run.ts';
import type { Reply } from './repl-run.ts';
import { Replays } from './replays.ts';
import type { Imported, ReplaysParts } from './replays.ts';

export interface ReplSessionsParts extends Pick<ReplaysParts, 'onRenewed'> {
  runner: Runner;
  journal: ReplJournal;
  images: ReplImages;
  driver: ReplDriver;
  models: Models;
  clock: Clock;
  newId: () => string;
  /** A whole number below 2⁵³. */
  newSeed: () => number;
  cpuMs: number;
}

export interface NewRepl extends ReplSpec {
  owner: string;
  name: string;
}

/** What a command is run with beside its code. */
export interface ExecuteOptions {
  client?: string;
  /** How whoever sent it is answered. */
  reply?: (output: string, came: Came) => Reply;
}

/** What a session is to be made of; see {@link Replays}. */
export interface ImportedRepl extends NewRepl {
  entries: readonly ReplEntry[];
}

/** To where a session was brought. */
interface Went {
  seq: number;
  stateId: string;
}

/** Of a checkpoint, when it is made. */
export interface Said {
  description?: string | undefined;
  tags?: readonly string[] | undefined;
}

/**
 * REPL sessions: what their code does, and where they go back and fork.
 *
 *  P1  One change of a session at a time, in the order in which they came; another session's never waits for it.
 *  P2  What is answered is durable: the journal's entries and the image of the state after them, in one commit.
 *  P3  A command that a stop of the server broke off is ended by an error before anything else happens in its session, which is
 *      then what it was before that command.
 */
export class ReplSessions {
  readonly #parts: ReplSessionsParts;
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #commands = new Map<string, { command: ReplCommand; run: ReplRun }>();
  /** What runs now, for whoever looks on. */
  readonly live = new LiveCommands();
  /** By session: how often a model was asked the very same, by the hash of that. */
  readonly #occurrences = new Map<string, Map<string, number>>();
  /** By language. */
  readonly #keptEngines = new Map<ReplLanguage, Promise<Engine>>();
  readonly #chains: ReplChains;
  readonly #replays: Replays;
  /** What is queued in them is dropped. */
  readonly #removing = new Set<string>();
  readonly notes: ReplNotes;
  readonly atRest: ReplAtRest;
  readonly #unlisten: () => void;
  #isStopping = false;

  constructor(parts: ReplSessionsParts) {
    this.#parts = parts;
    this.#chains = new ReplChains(parts.images);
    this.#replays = new Replays(parts);
    this.notes = new ReplNotes({
      runner: parts.runner,
      reads: parts.journal,
      newId: parts.newId,
      inTurn: (session, change) => this.#inTurn(session, change),
      ready: (session) => this.#ready(session),
    });
    this.atRest = new ReplAtRest({
      ...parts,
      inTurn: (session, change) => this.#inTurn(session, change),
      isBusy: (session) => this.#isStopping || this.#lanes.has(session),
      ready: async (session) => this.#ofThisEngine(session, await this.#ready(session)),
      run: (session, facts) => this.#run(session, facts),
      chains: this.#chains,
      forget: (session) => this.#forget(session),
    });
    // Whoever removes it: nothing of it stays in memory.
    this.#unlisten = parts.runner.onRemoved((session) => {
      this.#forget(session);
      parts.driver.stop(session).catch(() => undefined);
    });
  }

  /** Resolves to the new session's id. The name is the caller's to check. */
  async create({ owner, name, ...repl }: NewRepl, reply?: Reply): Promise<string> {
    const { runner, newId } = this.#parts;
    const { id: engine } = await this.#engine(repl.language);
    const session = newId();
    const images = [{ n: 0, engine, frame: nothingChanged }];
    const answer = answering(session, reply);
    await runner.execute(session, [startOf(owner, name, repl)], answer, reply?.receipt, { images });
    return session;
  }

  /** A session of one's own of what a journal says: its commands are run again. Throws a `ReplayError` where they can't be. */
  import(
    { owner, name, entries, ...repl }: ImportedRepl,
    reply?: (imported: Imported) => Reply,
  ): Promise<{ session: string; imported: Imported }> {
    const session = this.#parts.newId();
    return this.#inTurn(session, async () => {
      const start = startOf(owner, name, repl);
      const engine = await this.#engine(repl.language);
      const imported = await this.#replays.import(session, { ...repl, start, entries }, engine, reply);
      return { session, imported };
    });
  }

  /** Resolves to what the command printed and came to. */
  execute(session: string, code: string, { client, reply }: ExecuteOptions = {}): Promise<string> {
    return this.#inTurn(session, async () => {
      const { clock, models, driver, newSeed, cpuMs } = this.#parts;
      const found = await this.#ready(session);
      if (found.accessMode === 'readonly')
        throw new Problem('forbidden', 'the session is read-only: it runs no commands');
      const facts = await this.#ofThisEngine(session, found);
      const chain = await this.#chains.latest(session, facts.image);
      const run = await this.#run(session, facts);
      // From here on it is found by who stops it: nothing is waited for until the driver has it.
      this.#checkStarted();
      if (this.#removing.has(session)) throw noSuch();
      const [at, seed] = [clock.now(), newSeed()];
      const by = client === undefined ? {} : { client };
      const seq = run.add({ type: 'input', code, timestamp: at, clock: at, seed, ...by });
      const live = this.live.begin(session, { seq, at, client });
      const command = new ReplCommand({
        run,
        clock,
        models,
        model: facts.llm,
        occurrences: () => this.#occurrencesIn(session),
        receiptOf: (request, of) => receiptFor(this.#parts.journal, session, { request, of, image: facts.image }),
        reply,
        seq,
        heard: (text) => this.live.print(live, text),
        stop: () => this.interrupt(session),
        cpuMs,
        before: facts.image,
        beganAt: at,
      });
      this.#commands.set(session, { command, run });
      try {
        const isApart = chain.length >= longestChain;
        const ended = await driver.send(session, { code, language: facts.language, at, seed, isApart }, command);
        chain.length = ended.isApart ? 1 : chain.length + (await this.#factsOf(session)).nextImage - facts.nextImage;
        return command.output;
      } catch (error) {
        this.#forget(session);
        throw error;
      } finally {
        // What it asked a model and did not wait for.
        command.stop();
        this.#commands.delete(session);
        this.live.end(live, command.as ?? 'stopped');
      }
    });
  }

  /**
   * Names of what a path such as `a.b` leads to, the session's own at the top (`ownOnly`) or all; none where something is under way,
   * which is not waited for. What looking has made its code do, as a proxy's may, is thrown away with the sandbox.
   */
  async complete(session: string, path: string, ownOnly = false): Promise<readonly string[]> {
    if (this.#lanes.has(session) || this.#isStopping) return [];
    return this.#inTurn(session, async () => {
      const { runner, driver } = this.#parts;
      const state = await runner.state(session);
      const facts = state?.status === 'active' || state?.status === 'paused' ? state.facts.repl : undefined;
      if (facts === undefined || facts.open || !(await this.#isOfThisEngine(session, facts))) return [];
      try {
        return (await driver.ask(session, ownOnly ? { ask: 'bindings' } : { ask: 'complete', path })).words;
      } catch (error) {
        if (error instanceof Problem) throw error;
        return [];
      } finally {
        await driver.pause(session);
      }
    });
  }

  /** Stops the command that is under way, if there is one. */
  interrupt(session: string): void {
    this.#parts.driver.interrupt(session);
    this.#commands.get(session)?.command.stop();
  }

  /** A checkpoint of the state as it is. */
  checkpoint(
    session: string,
    label?: string,
    { description, tags }: Said = {},
    reply?: (made: AnnotatedCheckpoint) => Reply,
  ): Promise<AnnotatedCheckpoint> {
    return this.#inTurn(session, async () => {
      const run = await this.#run(session, await this.#ready(session));
      const timestamp = this.#parts.clock.now();
      const made = run.checkpoint('manual', timestamp, label);
      const isSaid = description !== undefined || tags !== undefined;
      const said = { label: label ?? '', description: description ?? '', tags: tags ?? [], created: timestamp };
      if (isSaid) run.also({ type: 'annotate_repl', seq: made.seq, ...said });
      const checkpoint: AnnotatedCheckpoint = {
        type: 'checkpoint',
        reason: 'manual',
        timestamp,
        ...made,
        ...(label !== undefined && { label }),
        ...(isSaid && { annotation: said }),
      };
      await run.commit([], undefined, reply?.(checkpoint));
      return checkpoint;
    });
  }

  /** The session is what it was after that event. Nothing is cut off. */
  goto(session: string, seq: number, reply?: (went: Went) => Reply): Promise<Went> {
    return this.#goTo(session, async (facts) => ({ seq, image: await this.#imageAt(session, facts, seq) }), reply);
  }

  /** The session is what it was at that snapshot. Nothing is cut off. */
  restore(session: string, snapshot: string, reply?: (went: Went) => Reply): Promise<Went> {
    return this.#goTo(session, () => this.notes.snapshot(session, snapshot), reply);
  }

  #goTo(
    session: string,
    find: (facts: ReplFacts) => Promise<{ seq: number; image: number }>,
    reply?: (went: Went) => Reply,
  ): Promise<Went> {
    return this.#inTurn(session, async () => {
      const facts = await this.#ready(session);
      const { seq, image } = await find(facts);
      const run = await this.#run(session, facts);
      run.goTo(image);
      const { stateId } = run.checkpoint('goto', this.#parts.clock.now());
      await run.commit([], undefined, reply?.({ seq, stateId }));
      this.#chains.forget(session);
      await this.#parts.driver.pause(session);
      return { seq, stateId };
    });
  }

  /**
   * A session that goes on beside this one from an event, by default the latest; from one that is paused or over, too, as nothing is
   * written to it. Resolves to its id.
   */
  fork(session: string, name: string, owner: string, at?: number, reply?: Reply): Promise<string> {
    return this.#inTurn(session, async () => {
      const { runner, clock, newId } = this.#parts;
      const facts = await this.#asFarAsItCan(session);
      const seq = at ?? (facts.open?.seq ?? facts.nextSeq) - 1;
      const image = await this.#imageAt(session, facts, seq);
      const { language, accessMode, llm } = facts;
      const forkedFrom = { session, seq };
      const start = startOf(owner, name, { language, accessMode, forkedFrom, ...(llm && { llm }) });
      const entries = await entriesOf(this.#parts.journal, session, { until: seq });
      const timestamp = clock.now();
      entries.push({ type: 'checkpoint', seq: seq + 1, reason: 'fork', stateId: stateIdOf(image), timestamp });
      const records = inEvents(entries).map((some, i) => ({
        type: 'record_repl' as const,
        entries: some,
        images: i === 0 ? facts.nextImage - 1 : 0,
        imageBytes: 0,
      }));
      const id = newId();
      const forked = { session, upTo: facts.nextImage - 1 };
      const noted = await this.notes.upTo(session, seq);
      await runner.execute(id, [start, ...records, ...noted], answering(id, reply), reply?.receipt, { forked });
      return id;
    });
  }

  /** What runs is stopped, and all of the session is gone. */
  async remove(session: string): Promise<void> {
    this.#removing.add(session);
    this.interrupt(session);
    await this.#inTurn(session, async () => {
      const { runner } = this.#parts;
      const state = await runner.state(session);
      if (state?.status === 'active' || state?.status === 'paused')
        await runner.execute(session, [{ type: 'complete' }], () => done);
      await runner.remove(session);
    }).finally(() => this.#removing.delete(session));
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#replays.stop();
    this.#unlisten();
    for (const session of this.#commands.keys()) this.interrupt(session);
    await Promise.allSettled(this.#lanes.values());
    await this.#parts.driver.close();
  }

  /** How the image that the session is now comes about, for the driver. */
  async chainOf(session: string) {
    const replayed = this.#replays.chainOf(session);
    if (replayed) return replayed;
    const { image, frames } = this.#commands.get(session)?.run.memory ?? {
      ...(await this.#factsOf(session)),
      frames: [],
    };
    const chain = await this.#chains.read(session, image);
    const { binary } = await this.#parts.driver.engine();
    if (chain.engine.binary !== binary)
      throw new Problem(
        'journal_damaged',
        'the session’s images are of another version of the engine: run a command in it',
      );
    return { engine: engineOf(chain.engine), frames: [...chain.frames, ...frames] };
  }

  /** P1. */
  #inTurn<T>(session: string, change: () => Promise<T>): Promise<T> {
    const changed = (this.#lanes.get(session) ?? Promise.resolve()).then(() => {
      this.#checkStarted();
      return change();
    });
    const lane = changed.then(nothing, nothing).then(() => {
      if (this.#lanes.get(session) === lane) this.#lanes.delete(session);
    });
    this.#lanes.set(session, lane);
    return changed;
  }

  #checkStarted(): void {
    if (this.#isStopping) throw new Problem('server_stopping', 'the server is stopping; try again in a moment');
  }

  /** What is known of it is read again. */
  #forget(session: string): void {
    this.#occurrences.delete(session);
    this.#chains.forget(session);
  }

  async #factsOf(session: string): Promise<ReplFacts> {
    const state = await this.#parts.runner.state(session);
    if (state?.facts.repl === undefined) throw noSuch();
    return state.facts.repl;
  }

  /** P3, where that can still be written. */
  async #asFarAsItCan(session: string): Promise<ReplFacts> {
    const state = await this.#parts.runner.state(session);
    return state?.status === 'active' ? this.#ready(session) : this.#factsOf(session);
  }

  /** P3; throws where the session takes no commands. */
  async #ready(session: string): Promise<ReplFacts> {
    const state = await this.#parts.runner.state(session);
    const facts = openIn(state);
    if (facts.open === undefined) return facts;
    const { clock } = this.#parts;
    const run = await this.#run(session, facts);
    const message = 'Uncaught Error: the server stopped while the command ran; the state is what it was before it';
    run.add({ type: 'error', message, timestamp: clock.now() });
    run.goTo(facts.open.image);
    run.checkpoint('command', clock.now());
    await run.commit();
    this.#chains.forget(session);
    return this.#factsOf(session);
  }

  /** A session whose images are of another engine is replayed from its inputs. */
  async #ofThisEngine(session: string, facts: ReplFacts): Promise<ReplFacts> {
    if (await this.#isOfThisEngine(session, facts)) return facts;
    await this.#replays.renew(session, facts, await this.#engine(facts.language));
    this.#chains.forget(session);
    await this.#parts.driver.pause(session);
    return this.#factsOf(session);
  }

  async #isOfThisEngine(session: string, { image }: ReplFacts): Promise<boolean> {
    const [chain, { binary }] = await Promise.all([this.#chains.latest(session, image), this.#parts.driver.engine()]);
    return chain.binary === binary;
  }

  async #run(session: string, facts: ReplFacts): Promise<ReplRun> {
    const { engine } = await this.#chains.latest(session, facts.image);
    return new ReplRun(this.#parts.runner, session, facts, engine);
  }

  async #imageAt(session: string, facts: ReplFacts, seq: number): Promise<number> {
    if (seq < -1 || seq >= facts.nextSeq)
      throw new Problem('not_found', `there is no event ${seq}: the session’s events are 0 to ${facts.nextSeq - 1}`);
    const found = await lastCheckpoint(this.#parts.journal, session, seq);
    return found === undefined ? 0 : imageOf(found.stateId);
  }

  async #occurrencesIn(session: string): Promise<Map<string, number>> {
    const known = this.#occurrences.get(session) ?? new Map(await this.#parts.journal.requests(session));
    this.#occurrences.set(session, known);
    return known;
  }

  /** Kept before the first image that is of it. */
  #engine(language: ReplLanguage): Promise<Engine> {
    const known = this.#keptEngines.get(language);
    if (known) return known;
    const kept = this.#keepEngine(language);
    this.#keptEngines.set(language, kept);
    kept.catch(() => this.#keptEngines.delete(language));
    return kept;
  }

  async #keepEngine(language: ReplLanguage): Promise<Engine> {
    const engine = await this.#parts.driver.engine(language);
    await this.#parts.images.keepEngine({ ...engine, pointers: JSON.stringify(engine.pointers) });
    return engine;
  }
}

const noSuch = (): Problem => new Problem('session_not_found', 'there is no such session');
const done = { status: 200, body: '' };
const nothing = (): void => {};
/** See `Chain` of drivers/repl/protocol.ts. */
const nothingChanged = new Uint8Array();

const engineOf = ({ pointers, ...rest }: ReplEngine): Engine => ({
  ...rest,
  pointers: JSON.parse(pointers) as Engine['pointers'],
});

const startOf = (owner: string, name: string, repl: ReplSpec) => ({
  type: 'start' as const,
  kind: 'repl' as const,
  owner,
  name,
  duration: 0,
  onBudget: 'pause' as const,
  budgetCounts: 'new' as const,
  onDue: 'complete' as const,
  repl,
});

const openIn = (state: Existing | undefined): ReplFacts => {
  if (state?.facts.repl === undefined) throw noSuch();
  if (state.status === 'paused')
    throw new Problem('session_paused', 'the session is paused: resume it, or raise its budget, and try again');
  if (!isActive(state))
    throw new Problem(
      'session_already_completed',
      'the session has ended: it runs no more commands; a fork of it does',
    );
  return state.facts.repl;
};

const isActive = (state: Existing): state is Active => state.status === 'active';
