import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer } from './command.ts';
import { exitCodes, Failure } from './failure.ts';
import { run } from './program.ts';
import { say } from './say.ts';
import { fitted, screenOf } from './screen.ts';

/** The command line of stint: runs what was typed, says how it went, ends with a code that tells the truth. */

const main = async (typed: readonly string[]): Promise<number> => {
  // Until it is understood what was typed, a guess has to do.
  let json = typed.includes('--json');
  try {
    const outcome = await run(typed, version(), (settings) => {
      json = settings.json;
    });
    return typeof outcome === 'number' ? outcome : tell(outcome, json);
  } catch (error) {
    return tellFailure(toFailure(error), json);
  }
};

const tell = ({ value, text, isCode = false, exitCode = exitCodes.ok }: Answer, json: boolean): number => {
  const screen = screenOf(process.stdout, process.env);
  const words = () => (isCode ? text(screen) : fitted(screen, text(screen)));
  const said = json ? JSON.stringify(value) : words();
  if (said) process.stdout.write(`${said}\n`);
  return exitCode;
};

const tellFailure = ({ message, exitCode, error, details }: Failure, json: boolean): number => {
  say(message);
  const more = details === undefined ? {} : { details };
  if (json) process.stdout.write(`${JSON.stringify({ error, message, exitCode, ...more })}\n`);
  return exitCode;
};

const toFailure = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const words = process.env['STINT_DEBUG'] ? stack : `${message}; see more with STINT_DEBUG=1`;
  return new Failure(exitCodes.failed, 'unexpected', words ?? message);
};

const version = (): string => {
  const words = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(words) as { version: string }).version;
};

/** npm runs scripts in the package's folder: what is typed means the folder in which npm was called. */
const enterUsersFolder = ({ npm_package_json: file, INIT_CWD: folder }: Record<string, string | undefined>): void => {
  if (folder && file && file === fileURLToPath(new URL('../../package.json', import.meta.url))) process.chdir(folder);
};

// Who reads has gone: there is nobody left to tell.
process.stdout.on('error', () => process.exit());
process.stderr.on('error', () => {});
enterUsersFolder(process.env);
process.exitCode = await main(process.argv.slice(2));
