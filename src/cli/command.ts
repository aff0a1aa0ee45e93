import type { Screen } from './screen.ts';

/** A command is data; program.ts turns it into words to type and help to read. */

/** Turns what was typed into a value, or throws an Error whose message says what is expected. */
export interface Parse<T> {
  (text: string): T;
  /** All that it takes, where that is a few words. */
  readonly choices?: readonly string[];
  /** It names a REPL session, which a shell can complete. */
  readonly isRepl?: boolean;
}

/** A positional argument or an option, by what it gives to the command. */
export interface Parameter<T> {
  /** An argument's name with its brackets (`<session>`, `[session]`, `<args...>`), or an option's flags (`-n, --name <name>`). */
  syntax: string;
  help: string;
  parse: Parse<unknown> | undefined;
  /** What it is when it is not given. */
  fallback: T;
  isRepeatable: boolean;
}

export type Parameters = Record<string, Parameter<unknown>>;
type ValuesOf<P extends Parameters> = { [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** What every command may be told. */
export interface Settings {
  json: boolean;
  data: string | undefined;
  /** False with `--no-start`. */
  start: boolean;
}

export interface Call<A, O> {
  args: A;
  options: O;
  settings: Settings;
  screen: Screen;
}

/** What a command has to say when it is done: for machines, and for people. */
export interface Answer {
  value: unknown;
  text: (screen: Screen) => string;
  /** The text is for a program: its lines stay as they are, also on a narrow terminal. */
  isCode?: boolean;
  exitCode?: number;
}

export interface Command<A extends Parameters = Parameters, O extends Parameters = Parameters> {
  /** What it does, in a sentence or a few. */
  about: string;
  args: A;
  options: O;
  /** What to type, and what for. */
  examples: readonly (readonly [typed: string, meaning: string])[];
  /** Options after the first argument belong to what is run. */
  passesThrough?: boolean;
  /** Does it; a command that has said all that there is itself returns its exit code. */
  exec(call: Call<ValuesOf<A>, ValuesOf<O>>): Promise<Answer | number>;
}

/** A command, with the types of its arguments and options inferred. */
export const command = <A extends Parameters, O extends Parameters>(given: Command<A, O>): Command<A, O> => given;

export const flag = (syntax: string, help: string): Parameter<boolean> => ({
  syntax,
  help,
  parse: undefined,
  fallback: false,
  isRepeatable: false,
});

/** An option with a value, or an argument, that may be left out. */
export const optional = <T>(syntax: string, help: string, parse: Parse<T>): Parameter<T | undefined> => ({
  syntax,
  help,
  parse,
  fallback: undefined,
  isRepeatable: false,
});

/** One that is something else when it is left out. */
export const withDefault = <T>(syntax: string, help: string, parse: Parse<T>, fallback: T): Parameter<T> => ({
  syntax,
  help,
  parse,
  fallback,
  isRepeatable: false,
});

/** An argument that must be given. */
export const required = <T>(syntax: string, help: string, parse: Parse<T>): Parameter<T> =>
  optional(syntax, help, parse) as Parameter<T>;

/** One that may be given several times. */
export const several = (syntax: string, help: string): Parameter<string[]> => ({
  syntax,
  help,
  parse: (text) => text,
  fallback: [],
  isRepeatable: true,
});
