/** A real terminal for the tests: tmux on a socket of its own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, vi } from 'vitest';
import { bin, cleanEnvironment } from './stint.suite.ts';

/** Tests that need it say so in their names and are skipped where it is missing; on CI that is a failure. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux && process.env['CI']) throw new Error('tmux is missing: these tests need it');

const open = new Set<Pane>();

afterEach(() => {
  for (const pane of open) pane.close();
  open.clear();
});

export interface PaneOptions {
  columns?: number;
  rows?: number;
  cwd?: string;
}

/** A shell in a terminal; `stint` means this checkout's. */
export class Pane {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stint-tmux-'));
  readonly #raw = join(this.#folder, 'raw');

  /** Open, with an empty screen and a prompt. */
  static async open(options?: PaneOptions): Promise<Pane> {
    const pane = new Pane(options);
    pane.enter(`alias stint='${process.execPath} ${bin}'; echo re''ady`);
    // The prompt may come after what was typed before it.
    await pane.shows(/^(\$ )?ready$/m);
    pane.enter('clear');
    await pane.shows(/^\$$/);
    return pane;
  }

  private constructor({ columns = 80, rows = 24, cwd = this.#folder }: PaneOptions = {}) {
    open.add(this);
    closeSync(openSync(this.#raw, 'w'));
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      String(rows),
      '-c',
      cwd,
      "PS1='$ ' sh",
    );
    this.#tmux('pipe-pane', '-O', `cat >> ${this.#raw}`);
  }

  /** Types a line. */
  enter(text: string): void {
    this.type(text);
    this.press('Enter');
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  press(key: string): void {
    this.#tmux('send-keys', key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What is to be seen, without the empty rows at the end. */
  screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  /** All bytes that were written to the terminal. */
  raw(): string {
    return readFileSync(this.#raw, 'utf8');
  }

  ask(format: string): string {
    return this.#tmux('display-message', '-p', format).trim();
  }

  async shows(pattern: RegExp): Promise<string> {
    await vi.waitFor(() => expect(this.screen()).toMatch(pattern), { timeout: 15_000, interval: 50 });
    return this.screen();
  }

  async wrote(pattern: RegExp): Promise<string> {
    await vi.waitFor(() => expect(this.raw()).toMatch(pattern), { timeout: 15_000, interval: 50 });
    return this.raw();
  }

  close(): void {
    spawnSync('tmux', ['-S', join(this.#folder, 'tmux'), 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: string[]): string {
    // The Node that runs the tests comes first, as it would on the machine of someone who has it.
    const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
    const env = cleanEnvironment({ PATH: path, TMUX: undefined, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' });
    return execFileSync('tmux', ['-S', join(this.#folder, 'tmux'), ...args], { encoding: 'utf8', env });
  }
}
