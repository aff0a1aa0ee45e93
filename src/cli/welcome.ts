import { dataFolder } from '../place.ts';
import { aliasLine, quoted } from './checkout.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';

interface Welcomed {
  url: string;
  /** Where its data lies: commands find it by that. */
  folder: string;
  newSignInLink: () => string;
}

type Environment = Record<string, string | undefined>;

/** What a server that has started says: one line for scripts; for a person also how to sign in, and what to type next. */
export const welcome = ({ url, folder, newSignInLink }: Welcomed, screen: Screen, env: Environment): string => {
  const line = `stint is listening on ${url}`;
  if (!screen.isTerminal) return line;
  const alias = aliasLine(env);
  const data = dataOption(folder, env);
  const shell = alias === undefined ? 'a shell' : 'that shell';
  const steps = [
    [`Sign a browser in; the link is good once, another is: stint token link${data}`, newSignInLink()],
    ...(alias === undefined ? [] : [['Make stint available in a shell', alias]]),
    [`Start a session in ${shell}, with any command`, `stint run${data} --for 5h --budget 200k -- claude`],
  ];
  const lines = steps.map(
    ([meaning = '', typed = '']) => `  ${paint(screen, 'dim', meaning)}\n  ${paint(screen, 'bold', typed)}\n`,
  );
  return [line, '', ...lines, 'Ctrl-C stops the server.'].join('\n');
};

/** Another shell may not have this one's STINT_DATA: what is not in the usual place is named. */
const dataOption = (folder: string, env: Environment): string =>
  folder === dataFolder(undefined, { XDG_DATA_HOME: env['XDG_DATA_HOME'] }) ? '' : ` --data ${quoted(folder)}`;

/** Time runs on without the server: it is reckoned when one starts again. */
export const farewell = (active: number | undefined): string => {
  if (!active) return 'stopped';
  const [what, go] = active === 1 ? ['session', 'goes'] : ['sessions', 'go'];
  return `stopped; ${active} active ${what} ${go} on counting, and any command starts a server again`;
};
