/** Commands that run beside a server which reads what their agent leaves on disk, for tests. */
import { appendFileSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Recorded, Run, Started } from '../contract/event.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionReads } from '../journal/sessions.ts';
import { claudeReader } from '../readers/claude/reader.ts';
import { slugOf } from '../readers/claude/places.ts';
import { assistant } from '../readers/claude/transcript.suite.ts';
import { tempFolder } from '../readers/following.suite.ts';
import type { Reader } from '../readers/reader.ts';
import { startedFacts } from '../session/decider-specification.suite.ts';
import type { Existing } from '../session/state.ts';
import { sessionId } from '../journal/author.suite.ts';
import { Runner, type Projector } from './runner.ts';
import { RunUsage } from './run-usage.ts';
import type { Clock } from './clock.ts';
import { handClock } from './runner.suite.ts';

/** A directory to work in and the agent's configuration folder, both of the test alone. */
export class Workplace {
  readonly home = realpathSync(tempFolder());
  readonly configDir = join(this.home, '.claude');
  readonly directory: string;

  constructor(directory?: string) {
    this.directory = directory ?? join(this.home, 'work');
  }

  get run(): Run {
    return { directory: this.directory, agentConfigDir: this.configDir };
  }

  get projectFolder(): string {
    return join(this.configDir, 'projects', slugOf(this.directory));
  }

  /** The transcript of an agent's session, or of a subagent of it. */
  transcript(session = 's-1', agent?: string): string {
    const name = agent === undefined ? `${session}.jsonl` : join(session, 'subagents', `agent-${agent}.jsonl`);
    return join(this.projectFolder, name);
  }

  /** What an agent does: its lines are added to its transcript. */
  says(...lines: readonly object[]): void {
    this.saysIn(this.transcript(), ...lines);
  }

  saysIn(file: string, ...lines: readonly object[]): void {
    mkdirSync(dirname(file), { recursive: true });
    const here = { cwd: this.directory };
    appendFileSync(file, lines.map((line) => `${JSON.stringify({ ...here, ...line })}\n`).join(''));
  }
}

interface Said {
  at: number;
  output?: number;
  input?: number;
  cacheRead?: number;
  cacheWrite?: number;
  request?: string;
  line?: Record<string, unknown>;
}

/** A line with a response, of `output` tokens and no others unless told. */
export const response = (id: string, { at, output = 10, input = 0, cacheRead = 0, cacheWrite = 0, ...rest }: Said) => {
  const counts = { input_tokens: input, output_tokens: output, cache_read_input_tokens: cacheRead };
  const usage = { ...counts, cache_creation_input_tokens: cacheWrite };
  const { cwd: _, ...line } = assistant({ id, requestId: rest.request ?? `req of ${id}`, usage });
  return { ...line, timestamp: new Date(at).toISOString(), ...rest.line };
};

interface LifeParts {
  journal: Journal & SessionReads;
  projector: Projector;
  clock?: Clock & { pass: (ms: number) => void };
  /** Home of the user whose agents keep their files in the usual place. */
  home?: string;
  reader?: Reader;
}

export const ok = () => ({ status: 200, body: '' });

let lastId = 0;

/** A server's life, as far as runs and their usage go: from a start to a stop, on a journal that may outlive it. */
export class Life {
  readonly clock: Clock & { pass: (ms: number) => void };
  readonly runner: Runner;
  readonly usage: RunUsage;
  readonly errors: string[] = [];
  readonly #journal: Journal;
  #onError: () => void = () => undefined;

  constructor({ journal, projector, clock = handClock(), home = '/nowhere', ...rest }: LifeParts) {
    this.#journal = journal;
    this.clock = clock;
    const newId = () => sessionId(2_000_000 + ++lastId);
    this.runner = new Runner({ journal, projector, clock, newId });
    this.usage = new RunUsage({
      runner: this.runner,
      journal,
      sessions: journal,
      clock,
      reader: rest.reader ?? claudeReader(),
      surroundings: { home, env: {} },
      onError: (error) => {
        this.errors.push((error as Error).message);
        this.#onError();
      },
    });
    onTestFinished(() => this.usage.stop());
  }

  static async begin(parts: LifeParts): Promise<Life> {
    const life = new Life(parts);
    await life.usage.start();
    return life;
  }

  /** Starts a session with a run; without a limit unless told otherwise. */
  async start(session: string, run: Run, data: Partial<Started> = {}): Promise<void> {
    await this.runner.execute(session, [{ type: 'start', ...startedFacts, duration: 0, run, ...data }], ok);
  }

  /** The session as the answer to its completion shows it. */
  async complete(session: string): Promise<Existing> {
    let completed: Existing | undefined;
    await this.runner.execute(session, [{ type: 'complete' }], ({ state }) => {
      completed = state;
      return ok();
    });
    return completed!;
  }

  /** Resolves when the session is published, or is already, as `looked for`. */
  async until(session: string, isReached: (state: Existing) => boolean): Promise<Existing> {
    const { promise, resolve } = Promise.withResolvers<Existing>();
    const forget = this.runner.onPublished((published) => {
      if (published.session === session && isReached(published.state)) resolve(published.state);
    });
    const state = await this.runner.state(session);
    if (state !== undefined && isReached(state)) resolve(state);
    try {
      return await promise;
    } finally {
      forget();
    }
  }

  /** Resolves when so many tokens are used, exactly. */
  uses(session: string, tokens: number): Promise<Existing> {
    return this.until(session, ({ facts }) => facts.tokensUsed === tokens);
  }

  /** Resolves when an error that contains this was reported. */
  async reports(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onError = () => {
      if (this.errors.some((error) => error.includes(text))) resolve();
    };
    this.#onError();
    await promise;
  }

  /** The session's rows of usage. */
  async rows(session: string): Promise<Recorded[]> {
    return [...(await this.#journal.read(session, { limit: 100_000, types: ['tokens_recorded'] }))];
  }

  async stop(): Promise<void> {
    await this.usage.stop();
    await this.runner.drain();
  }
}

/**
 * The journal as a process has it that is killed after so many commits: those that it hands in from then on never come to be,
 * and it never hears of them. `bury` lets go of who waits for them.
 */
export const mortal = <J extends Journal>(journal: J, commits: number) => {
  const killed = Promise.withResolvers<void>();
  const nothingMore = Promise.withResolvers<never>();
  nothingMore.promise.catch(() => undefined);
  let left = commits;
  const append: Journal['append'] = (entry) => {
    left -= 1;
    if (left >= 0) return journal.append(entry);
    killed.resolve();
    return nothingMore.promise;
  };
  const get = (_: J, name: string | symbol): unknown => {
    const member: unknown = name === 'append' ? append : Reflect.get(journal, name, journal);
    return typeof member === 'function' ? member.bind(journal) : member;
  };
  const bury = () => nothingMore.reject(new Error('the process was killed'));
  return { journal: new Proxy(journal, { get }), killed: killed.promise, bury };
};
