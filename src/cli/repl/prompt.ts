import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { callbackify } from 'node:util';
import { clientOf } from '../client.ts';
import type { Client } from '../client.ts';
import type { Connection } from '../connection.ts';
import { Failure } from '../failure.ts';
import { cut, plain } from '../plain.ts';
import { fitted, paint, screenOf } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { complete } from './completer.ts';
import type { Completion } from './completer.ts';
import { runCommand } from './execution.ts';
import { historyOf } from './history.ts';
import type { Ran } from './outcome.ts';
import { paintError, paintValue } from './paint-code.ts';
import { resumeHint, sessionNow, whyNot } from './session.ts';
import type { ReplSession } from './session.ts';
import { Shown } from './shown.ts';
import { paintTyped } from './typed-line.ts';
import { isUnfinished } from './unfinished.ts';
import { changeIn, isWord, promptWords } from './words.ts';

export interface PromptParts {
  /** The server as it is now, started if need be. */
  connect: () => Promise<Connection>;
  name: string;
  /** Undefined where its first command makes it. */
  session: ReplSession | undefined;
}

const longestName = 24;
const linesKept = 500;
/** Whoever presses Tab does not wait longer, ms. */
const completionMs = 1500;

/**
 * A prompt on a session, and on another when it is told to.
 *
 *  Q1  One command at a time, in the order in which they were typed; each is sent once.
 *  Q2  While one runs the terminal is its user's: what is typed meanwhile waits there, and Ctrl-C is a signal that stops the command.
 */
export class Prompt {
  readonly #connect: () => Promise<Connection>;
  /** Who sends the commands, for as long as the prompt is open. */
  readonly #me = `stint-repl-${randomUUID()}`;
  readonly #isAtTerminal = process.stdin.isTTY && process.stdout.isTTY;
  #name: string;
  #session: ReplSession | undefined;
  #lines: Interface | undefined;
  readonly #typed: string[] = [];
  /** Lines of an input that is not whole yet. */
  #input = '';
  #lastSeq = -1;
  #isRunning = false;
  #isOver = false;
  #leave: () => void = () => {};

  constructor({ connect, name, session }: PromptParts) {
    this.#connect = connect;
    this.#name = name;
    this.#session = session;
  }

  /** Resolves when its user leaves. */
  async run(): Promise<void> {
    const left = new Promise<void>((resolve) => (this.#leave = resolve));
    if (this.#isAtTerminal) this.#write(`${this.#greeting()}\n`);
    await this.#open();
    await left;
    this.#lines?.close();
  }

  get #screen(): Screen {
    return screenOf(process.stdout, process.env);
  }

  #greeting(): string {
    const { language, eventCount } = this.#session ?? { language: 'javascript', eventCount: 0 };
    const what = this.#session
      ? `${language}, ${eventCount} event${eventCount === 1 ? '' : 's'} so far`
      : 'new: its first command makes it';
    const line = paint(this.#screen, 'dim', `${this.#shownName()} · ${what} · :help lists words, Ctrl-D leaves`);
    const hint = this.#session && whyNot(this.#session);
    return hint === undefined ? line : `${line}\n${paint(this.#screen, 'yellow', fitted(this.#screen, hint))}`;
  }

  #shownName(): string {
    return cut(plain(this.#session?.name || this.#name), longestName);
  }

  /** Readline on the session as it is. */
  async #open(): Promise<void> {
    const client = await this.#client();
    const history = this.#isAtTerminal && this.#session ? await historyOf(client, this.#session).catch(() => []) : [];
    this.#lastSeq = (this.#session?.eventCount ?? 0) - 1;
    const lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: this.#isAtTerminal,
      history,
      historySize: linesKept,
      removeHistoryDuplicates: true,
      completer: callbackify((line: string) => this.#complete(line)),
    });
    this.#lines = lines;
    lines.on('line', (line) => {
      this.#typed.push(line);
      void this.#takeAll();
    });
    lines.on('SIGINT', () => this.#giveUp());
    lines.on('close', () => {
      if (lines !== this.#lines) return;
      this.#isOver = true;
      void this.#takeAll();
    });
    if (this.#isAtTerminal) this.#paintAsTyped(lines);
    this.#ask();
  }

  #ask(): void {
    if (!this.#isAtTerminal || this.#isOver) return;
    const name = this.#shownName();
    const isFirst = this.#input === '';
    const mark = isFirst ? `${paint(this.#screen, 'bold', name)}> ` : `${' '.repeat(Math.max(0, name.length - 1))}… `;
    this.#lines?.setPrompt(mark);
    this.#lines?.prompt();
  }

  /** Once after all keys that came together. */
  #paintAsTyped(lines: Interface): void {
    let isDue = false;
    process.stdin.on('keypress', () => {
      if (isDue || lines !== this.#lines) return;
      isDue = true;
      setImmediate(() => {
        isDue = false;
        if (lines !== this.#lines || this.#isRunning || this.#isOver || lines.line === '') return;
        process.stdout.write(paintTyped(lines, this.#screen, process.stdout.columns, this.#session?.language));
      });
    });
  }

  /** Q1. */
  async #takeAll(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let line = this.#typed.shift(); line !== undefined; line = this.#typed.shift()) {
      const isLast = await this.#take(line);
      if (isLast) return this.#leave();
    }
    this.#isRunning = false;
    if (!this.#isOver) return this.#ask();
    // What was left open is sent as it is: it is told what is wrong with it.
    if (this.#input !== '' && !this.#isAtTerminal) await this.#send(this.#input);
    else if (this.#isAtTerminal) this.#write('\n');
    this.#leave();
  }

  /** Whether that was the end. */
  async #take(line: string): Promise<boolean> {
    const input = this.#input === '' ? line : `${this.#input}\n${line}`;
    const isOfWord = this.#input === '' && isWord(line);
    this.#input = !isOfWord && isUnfinished(input, this.#session?.language) ? input : '';
    if (this.#input !== '' || input.trim() === '') return false;
    const change = isOfWord ? changeIn(input) : undefined;
    if (!change) return this.#send(input);
    await this.#change(change);
    return false;
  }

  async #send(command: string): Promise<boolean> {
    const shown = new Shown({ isTerminal: this.#isAtTerminal });
    const interrupted = new AbortController();
    const giveBack = this.#handOver(() => interrupted.abort());
    try {
      const sent = { name: this.#name, command, client: this.#me, after: this.#lastSeq };
      const ran = await runCommand(sent, {
        connect: this.#connect,
        onText: (text) => this.#write(shown.of(text)),
        cancel: interrupted.signal,
        onLost: () => this.#tell('the connection was lost; looking what became of the command …', 'yellow'),
      });
      this.#lastSeq = ran.seq ?? this.#lastSeq;
      this.#show(ran, command, shown);
      return ran.shouldExit;
    } catch (error) {
      if (!shown.isAtStart) this.#write('\n');
      this.#tell(this.#refusalOf(error), 'red');
      return false;
    } finally {
      giveBack();
      this.#session ??= await this.#sessionNow();
    }
  }

  #refusalOf(error: unknown): string {
    if (error instanceof Failure && error.error === 'session_paused') return resumeHint(this.#shownName());
    return error instanceof Error ? error.message : String(error);
  }

  /** What of its output is not on the screen yet. */
  #show({ output, as, printed, shown: upTo, seq }: Ran, command: string, shown: Shown): void {
    this.#write(shown.of(output.slice(upTo, Math.max(upTo, printed))));
    const rest = output.slice(Math.max(upTo, printed));
    if (rest !== '') {
      if (!shown.isAtStart && as !== 'value') this.#write('\n');
      const tame = shown.of(rest);
      if (as !== 'value') this.#write(paintError(this.#screen, tame));
      else this.#write(seq === undefined ? tame : paintValue(this.#screen, tame));
    }
    if (/^\s*:help\b/.test(command)) this.#write(helpOfPrompt(rest));
    if (!shown.isAtStart) this.#write('\n');
  }

  /** Q2. Returns the function that takes the terminal back. */
  #handOver(interrupt: () => void): () => void {
    if (!this.#isAtTerminal) return () => {};
    const heard = () => {
      // The terminal has shown ^C.
      this.#write('\n');
      interrupt();
    };
    process.on('SIGINT', heard);
    this.#lines?.pause();
    process.stdin.setRawMode(false);
    return () => {
      process.removeListener('SIGINT', heard);
      process.stdin.setRawMode(true);
    };
  }

  /** Ctrl-C where nothing runs. */
  #giveUp(): void {
    const lines = this.#lines;
    if (!lines || this.#isRunning) return;
    if (this.#input === '' && lines.line === '') this.#write(`\n${paint(this.#screen, 'dim', '(Ctrl-D leaves)')}\n`);
    else this.#write('\n');
    this.#input = '';
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    this.#ask();
  }

  async #change({ word, to }: { word: string; to: string | undefined }): Promise<void> {
    if (to === undefined) return this.#tell(`it is ${word} <name>; see them with :session list`, 'red');
    try {
      const session = await sessionNow(await this.#client(), to);
      if (session === undefined)
        return this.#tell(
          `there is no session ${plain(to)}; see them with :session list, make it with stint repl ${plain(to)}`,
          'red',
        );
      [this.#session, this.#name, this.#lastSeq] = [session, to, session.eventCount - 1];
      if (!this.#isAtTerminal) return;
      const before = this.#lines;
      this.#lines = undefined;
      before?.close();
      this.#write(`${this.#greeting()}\n`);
      await this.#open();
    } catch (error) {
      this.#tell(error instanceof Error ? error.message : String(error), 'red');
    }
  }

  async #complete(line: string): Promise<Completion> {
    const none: Completion = [[], line];
    const late = new Promise<Completion>((resolve) => setTimeout(resolve, completionMs, none).unref());
    const found = this.#client().then((client) => complete(client, this.#name, this.#input, line));
    return Promise.race([found, late]).catch(() => none);
  }

  async #client(): Promise<Client> {
    return clientOf(await this.#connect());
  }

  async #sessionNow(): Promise<ReplSession | undefined> {
    return sessionNow(await this.#client(), this.#name).catch(() => undefined);
  }

  #tell(message: string, style: 'red' | 'yellow'): void {
    this.#write(`${paint(this.#screen, style, fitted(this.#screen, plainLines(message)))}\n`);
  }

  #write(text: string): void {
    if (text !== '') process.stdout.write(text);
  }
}

const plainLines = (message: string): string => message.split('\n').map(plain).join('\n');

/** The words of the prompt, in the columns of the others. */
const helpOfPrompt = (help: string): string => {
  const width = Math.max(...help.split('\n').map((line) => line.search(/ {2,}\S/)), 0);
  const lines = promptWords.map(([syntax, about]) => `${syntax.padEnd(width)}  ${about}`);
  return `${help.endsWith('\n') ? '' : '\n'}${lines.join('\n')}\n`;
};
