import type { Answer, Asking, Http } from '../http.ts';
import { bodyOf, expectSame, expectSuccess, numberAt, rowsAt, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';

export const sessionsPath = '/api/repl/sessions';

const longMs = 180_000;

/** A session by its name, there or not: its calls. Those that give no `Answer` want one of success. */
export class ReplSession {
  readonly name: string;
  readonly #http: Http;
  readonly #asking: Asking;

  constructor(http: Http, name: string, asking: Asking = {}) {
    this.#http = http;
    this.name = name;
    this.#asking = asking;
  }

  path(rest = ''): string {
    return `${sessionsPath}/${encodeURIComponent(this.name)}${rest}`;
  }

  ask(method: string, rest = '', asking: Asking = {}): Promise<Answer> {
    return this.#http.ask(method, this.path(rest), { ...this.#asking, ...asking });
  }

  get(rest = ''): Promise<Answer> {
    return this.ask('GET', rest);
  }

  post(rest: string, json?: unknown, asking: Asking = {}): Promise<Answer> {
    return this.ask('POST', rest, { ...asking, json });
  }

  /** The JSON of an answer of success. */
  async of(answer: Promise<Answer>): Promise<Body> {
    const came = await answer;
    expectSuccess(came);
    return bodyOf(came);
  }

  /** `GET` of the session itself, or of what is under it. */
  read(rest = ''): Promise<Body> {
    return this.of(this.get(rest));
  }

  execute(command: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('/execute', { command }, { headers });
  }

  /** With time for all the CPU that a command is given, also on a machine that is busy. */
  executeLong(command: string): Promise<Answer> {
    return this.post('/execute', { command }, { patienceMs: longMs });
  }

  /** What the command said. */
  async run(command: string): Promise<string> {
    return textAt(await this.of(this.execute(command)), 'output');
  }

  /** To be waited for later: that the check fails meanwhile is no second failure. */
  begin(command: string): Promise<string> {
    const running = this.of(this.executeLong(command)).then((body) => textAt(body, 'output'));
    running.catch(() => undefined);
    return running;
  }

  /** Runs it, and holds what it said to what was to come. */
  async says(command: string, expected: string): Promise<void> {
    expectSame(`output of ${command}`, await this.run(command), expected);
  }

  /** The journal, without its header. */
  async events(query = ''): Promise<Body[]> {
    if (query !== '') return journalIn(await this.read(`/events${query}`));
    const all = journalIn(await this.read('/events'));
    for (let page = all; page.length > 0; all.push(...page)) {
      const last = all.at(-1);
      page = last === undefined ? [] : journalIn(await this.read(`/events?after=${numberAt(last, 'seq')}`));
    }
    return all;
  }

  /** `seq` of the last event. */
  async last(): Promise<number> {
    const event = (await this.events()).at(-1);
    return event === undefined ? -1 : numberAt(event, 'seq');
  }

  async checkpoints(): Promise<Body[]> {
    return rowsAt(await this.read('/checkpoints'), 'checkpoints');
  }

  goto(seq: number): Promise<Body> {
    return this.of(this.post('/goto', { seq }));
  }

  async id(): Promise<string> {
    return textAt(await this.read(), 'id');
  }

  /** True when it is not there any more. */
  async clear(): Promise<boolean> {
    try {
      const { status } = await this.ask('DELETE');
      if (status < 300) return true;
      // Who may delete nothing is told so before it is looked for.
      return [400, 404].includes((await this.get()).status);
    } catch {
      return false;
    }
  }
}

const journalIn = (body: Body): Body[] => rowsAt(body, 'events').filter(({ type }) => type !== 'session');
