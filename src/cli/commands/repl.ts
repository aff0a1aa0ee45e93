import { createInterface } from 'node:readline/promises';
import type { Interface } from 'node:readline/promises';
import { ask, open } from '../api.ts';
import type { Client } from '../client.ts';
import { command, withDefault } from '../command.ts';
import { usageFailure } from '../failure.ts';
import { text } from '../parse.ts';
import { isUnfinished } from '../repl/unfinished.ts';

export const replCommand = command({
  about:
    'Opens a prompt on a REPL session: JavaScript in a sandbox whose state stays, also after the server stopped. The session is created where there is none of that name. Ctrl-C stops a command that runs, Ctrl-D leaves.',
  args: { name: withDefault('[name]', 'the session’s name (main)', text, 'main') },
  options: {},
  examples: [
    ['', 'on the session called main'],
    ['notes', 'on the one called notes'],
  ],
  exec: async ({ args: { name }, settings }) => {
    if (settings.json) throw usageFailure('a prompt has no JSON; see: stint exec --help');
    const client = await open(settings);
    await new Prompt(client, name).run();
    return 0;
  },
});

const isAtTerminal = process.stdin.isTTY && process.stdout.isTTY;
const prompt = '> ';
const more = '… ';
const linesKept = 500;

class Prompt {
  readonly #client: Client;
  readonly #path: { params: { path: { name: string } } };
  #isRunning = false;
  #typed = '';

  constructor(client: Client, name: string) {
    this.#client = client;
    this.#path = { params: { path: { name } } };
  }

  async run(): Promise<void> {
    const lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: isAtTerminal,
      history: await this.#history(),
      historySize: linesKept,
      prompt,
    });
    lines.on('SIGINT', () => this.#interrupt(lines));
    if (isAtTerminal) lines.prompt();
    for await (const line of lines) {
      if (await this.#take(line)) break;
      lines.setPrompt(this.#typed === '' ? prompt : more);
      // What comes through a pipe may have come to its end already.
      if (isAtTerminal) lines.prompt();
    }
    lines.close();
  }

  /** Whether that was the end. */
  async #take(line: string): Promise<boolean> {
    const input = this.#typed === '' ? line : `${this.#typed}\n${line}`;
    const isWord = /^\s*:/.test(input);
    this.#typed = !isWord && isUnfinished(input) ? input : '';
    if (this.#typed !== '' || input.trim() === '') return false;
    this.#isRunning = true;
    try {
      const sent = this.#client.POST('/api/repl/sessions/{name}/execute', { ...this.#path, body: { command: input } });
      const { output, shouldExit } = await ask(sent);
      if (output !== '') process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
      return shouldExit;
    } catch (error) {
      // A command is never sent twice: what became of it is for its user to look at.
      process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
      return false;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Stops what runs; else what was typed is given up. */
  #interrupt(lines: Interface): void {
    if (this.#isRunning) {
      this.#client.POST('/api/repl/sessions/{name}/cancel', this.#path).catch(() => undefined);
      return;
    }
    this.#typed = '';
    process.stdout.write('\n(Ctrl-D leaves)\n');
    lines.setPrompt(prompt);
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  }

  /** Newest first: what was run in the session before, from wherever. */
  async #history(): Promise<string[]> {
    const { data } = await this.#client.GET('/api/repl/sessions/{name}/events', {
      params: { ...this.#path.params, query: { limit: 10_000 } },
    });
    const inputs = (data?.events ?? []).flatMap(({ type, ...rest }) =>
      type === 'input' ? [String(rest['code'])] : [],
    );
    return inputs
      .filter((code) => !code.includes('\n'))
      .toReversed()
      .slice(0, linesKept);
  }
}
