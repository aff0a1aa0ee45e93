import type { Session } from '../../sdk/index.ts';
import { quoted, launcher } from '../checkout.ts';
import { command, required, several } from '../command.ts';
import type { Settings } from '../command.ts';
import { dataIn, wantedAfter } from '../complete.ts';
import type { Candidate, Wanted } from '../complete.ts';
import { filesWord, scriptFor, shells } from '../completion-scripts.ts';
import type { Shell } from '../completion-scripts.ts';
import { connectionAtOnce } from '../connection.ts';
import { send } from '../http.ts';
import { choice } from '../parse.ts';
import { plain } from '../plain.ts';
import { shortId } from '../session-words.ts';
import { readable, spelled } from '../shell-words.ts';

/** Who presses Tab does not wait longer for a server. */
const patienceMs = 500;
const newest = 200;

export const completionCommand = command({
  about: 'Prints what makes a shell complete commands, options and names of sessions.',
  args: {
    shell: required('<shell>', shells.join(', '), choice(shells)),
    words: several('[words...]', 'what is typed so far, asked for by that very script'),
  },
  options: {},
  examples: [
    ['bash', 'in ~/.bashrc: eval "$(stint completion bash)"'],
    ['zsh', 'in ~/.zshrc, after compinit: eval "$(stint completion zsh)"'],
    ['fish', 'in ~/.config/fish/config.fish: stint completion fish | source'],
  ],
  exec: async ({ args: { shell, words }, settings }) => {
    if (words.length === 0) {
      const script = scriptFor(shell, quoted(launcher));
      return { value: { shell, script }, text: () => script.trimEnd(), isCode: true };
    }
    const current = readable(words.at(-1) ?? '');
    const before = words.slice(0, -1);
    const wanted = await wantedAfter(before, current);
    if (wanted === 'file') return { value: { files: true }, text: () => filesWord };
    const all = await candidatesOf(shell, wanted, { ...settings, data: dataIn(before) ?? settings.data });
    const candidates = all.filter(({ value }) => value.startsWith(current));
    return { value: { candidates }, text: () => linesFor(shell, candidates, words.at(-1) ?? '') };
  },
});

const candidatesOf = async (
  shell: Shell,
  wanted: Exclude<Wanted, 'file'>,
  settings: Settings,
): Promise<readonly Candidate[]> => {
  if (wanted === 'session') return namesOf(shell, await sessionsNow(settings));
  if (!('isRepl' in wanted)) return wanted;
  return [...namesOf(shell, await sessionsNow(settings, '&kind=repl')), ...wanted.beside];
};

/** None where no server answers at once: a completion is no place for complaints. */
const sessionsNow = async (settings: Settings, kind = ''): Promise<readonly Session[]> => {
  try {
    const connection = connectionAtOnce(settings);
    if (!connection) return [];
    const url = `${connection.url}/api/sessions?limit=${newest}${kind}`;
    const { status, text } = await send({ method: 'GET', url, token: connection.token, timeoutMs: patienceMs });
    return status === 200 ? (JSON.parse(text) as { sessions: Session[] }).sessions : [];
  } catch {
    return [];
  }
};

/** By name where that names one of them and can be shown as it is, else by the end of the id. */
const namesOf = (shell: Shell, sessions: readonly Session[]): Candidate[] => {
  const times = new Map<string, number>();
  for (const { name = '' } of sessions) times.set(name, (times.get(name) ?? 0) + 1);
  return sessions.map(({ id, name = '', status }) => {
    const isClear = name !== '' && times.get(name) === 1 && plain(name) === name && !/^[-\s]|\s$/.test(name);
    return isClear && (shell !== 'bash' || spelled(name, '').length > 0)
      ? { value: name, about: status }
      : { value: shortId(id), about: [status, plain(name)].filter(Boolean).join(' · ') };
  });
};

const linesFor = (shell: Shell, candidates: readonly Candidate[], typed: string): string => {
  const lines = candidates.flatMap(({ value, about }) =>
    shell === 'bash' ? spelled(value, typed) : [about === '' ? value : `${value}\t${plain(about)}`],
  );
  return lines.join('\n');
};
