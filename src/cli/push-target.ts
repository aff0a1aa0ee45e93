import { readFileSync } from 'node:fs';
import { StintError, unwrap } from '../sdk/client.ts';
import { exitCodes, Failure, usageFailure } from './failure.ts';
import { NoAnswer } from './http.ts';
import { cut, plain } from './plain.ts';

/** The server that a ledger is pushed to: where it is, and by which token. */
export interface Target {
  url: string;
  token: string;
  /** Where the token comes from. */
  tokenFrom: string;
}

type Environment = Record<string, string | undefined>;

export const targetOf = (
  url: string,
  { tokenFile, insecure }: { tokenFile: string | undefined; insecure: boolean },
  env: Environment = process.env,
): Target => ({ url: addressOf(url, insecure), ...tokenOf(tokenFile, env) });

const longestEcho = 80;

const addressOf = (typed: string, insecure: boolean): string => {
  const shown = cut(plain(typed), longestEcho);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) && !/^https?:/.test(typed))
    throw usageFailure(
      `${shown} can’t be pushed to: it must be http:// or https://, such as https://stint.example.org`,
    );
  if (!/^https?:\/\/[^/]/.test(typed) || !URL.canParse(typed))
    throw usageFailure(`${shown} is not a URL; one looks like https://stint.example.org`);
  const { protocol, hostname, username, password, search, hash } = new URL(typed);
  if (username !== '' || password !== '')
    throw usageFailure('a URL is no place for a password; leave it out and use --token-file');
  if (search !== '' || hash !== '') throw usageFailure(`${shown} is a page; write where the server is`);
  if (protocol === 'http:' && !isLoopback(hostname) && !insecure)
    throw usageFailure(
      `to ${plain(hostname)} the token would go in the clear; use https://, a tunnel (ssh -L), or --insecure in a network that you trust`,
    );
  return typed.replace(/\/+$/, '');
};

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

const tokenOf = (file: string | undefined, env: Environment): Pick<Target, 'token' | 'tokenFrom'> => {
  const tokenFrom = file === undefined ? 'STINT_PUSH_TOKEN' : plain(file);
  const token = file === undefined ? env['STINT_PUSH_TOKEN'] : textOf(file);
  if (!token)
    throw usageFailure(
      file === undefined
        ? 'say who you are there: a token of that server in --token-file, or in STINT_PUSH_TOKEN'
        : `${tokenFrom} is empty; a token of that server goes there`,
    );
  if (!/^[!-~]{1,1000}$/.test(token)) throw usageFailure(`what ${tokenFrom} holds is no token`);
  return { token, tokenFrom };
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw usageFailure(`${plain(file)} can’t be read (${(error as NodeJS.ErrnoException).code})`);
  }
};

const tries = 6;
const pauseMs = 500;

/**
 * The data of an answer of the target's. One that has too much to do is asked again. Throws a Failure that says that what has been
 * sent need not be sent again.
 */
export const askTarget = async <T>(
  target: Target,
  request: () => Promise<Parameters<typeof unwrap<T>>[0]>,
): Promise<T> => {
  for (let tried = 1; ; tried++) {
    try {
      return unwrap(await request());
    } catch (error) {
      if (!isBusy(error) || tried === tries) throw failureOf(target, error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** tried));
    }
  }
};

const isBusy = (error: unknown): boolean =>
  error instanceof StintError && (error.status === 429 || (error.status === 503 && error.error !== 'store_read_only'));

const goOn = 'push again to go on where it was';

const failureOf = ({ url, tokenFrom }: Target, error: unknown): unknown => {
  if (error instanceof NoAnswer)
    return new Failure(exitCodes.noServer, 'no_server', `${url} does not answer (${error.message}); ${goOn}`);
  if (!(error instanceof StintError)) return error;
  const { status, error: word, message, details } = error;
  if (status === 401)
    return new Failure(exitCodes.refused, word, `${url} does not know the token that ${tokenFrom} holds`);
  if (status === 404)
    return new Failure(exitCodes.failed, word, `${url} is no stint server, or one that takes no ledgers yet`);
  const code = status < 500 ? exitCodes.refused : exitCodes.failed;
  return new Failure(code, word, `${url} refuses: ${plain(cut(message, 500))}; ${goOn}`, details);
};
