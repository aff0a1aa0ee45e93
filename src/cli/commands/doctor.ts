import { command, flag } from '../command.ts';
import { confirm } from '../confirm.ts';
import { tellOfFolder } from '../connection.ts';
import { exitCodes, usageFailure } from '../failure.ts';
import { offline } from '../offline.ts';
import { plain, wrapped } from '../plain.ts';
import { progress, sessionsWords } from '../progress.ts';
import { paint } from '../screen.ts';
import type { Screen, Style } from '../screen.ts';
import { dataFolder } from '../../place.ts';

const loadExamine = () => import('../../doctor/examine.ts');
type Examination = ReturnType<Awaited<ReturnType<typeof loadExamine>>['examine']>;
type Finding = Examination['findings'][number];

export const doctorCommand = command({
  about:
    'Looks at all data and changes nothing, with a server or without: every event, what is kept beside them, the files and who ' +
    'may read them, the clock, the room that is left. Ends with 1 when something is wrong.',
  args: {},
  options: {
    rebuild: flag('--rebuild', 'fold lists and totals again from the journal; no server may run'),
    yes: flag('-y, --yes', 'do not ask before --rebuild'),
  },
  examples: [
    ['', 'look'],
    ['--json', 'for scripts'],
    ['--rebuild', 'mend what can be folded again from the journal'],
  ],
  exec: async ({ options, settings }) => {
    tellOfFolder(settings);
    const folder = dataFolder(settings.data, process.env);
    if (options.yes && !options.rebuild) throw usageFailure('--yes goes with --rebuild');
    const rebuilt = options.rebuild ? await rebuild(folder, options.yes) : undefined;
    const found = await look(folder);
    const isWell = found.findings.every(({ severity }) => severity === 'info');
    const value = { well: isWell, folder, ...found, ...(rebuilt === undefined ? {} : { rebuilt }) };
    const exitCode = isWell ? exitCodes.ok : exitCodes.failed;
    return { value, text: (screen) => examinationText(screen, found, rebuilt), exitCode };
  },
});

const look = async (folder: string): Promise<Examination> => {
  const { examine } = await loadExamine();
  const told = progress();
  try {
    return await offline(() => examine(folder, sessionsWords(told, 'looking')));
  } finally {
    told.end();
  }
};

const rebuild = async (folder: string, isSure: boolean) => {
  const { checkFree } = await import('../../doctor/hold.ts');
  await offline(() => checkFree(folder));
  if (!isSure) {
    const ask = 'Fold the rows of all sessions, and all totals, again from the journal?';
    await confirm({ ask, yesMeans: 'rebuild without a question', ifNot: 'nothing was changed' });
  }
  const { rebuildReadModels } = await import('../../doctor/rebuild.ts');
  const told = progress();
  try {
    return await offline(() => rebuildReadModels(folder, sessionsWords(told, 'folding')));
  } finally {
    told.end();
  }
};

type Rebuilt = Awaited<ReturnType<typeof rebuild>>;

const examinationText = (
  screen: Screen,
  { findings, notChecked, versions }: Examination,
  rebuilt: Rebuilt | undefined,
): string => {
  const { data = 'unknown', node, sqlite } = versions;
  const faults = findings.filter(({ severity }) => severity !== 'info').length;
  return [
    ...(rebuilt === undefined ? [] : [rebuiltWords(rebuilt)]),
    ...findings.map((finding) => findingText(screen, finding)),
    ...notChecked.map((what) => paint(screen, 'dim', `not looked at: ${what}`)),
    paint(screen, 'dim', `data of version ${data} · Node ${node} · SQLite ${sqlite}`),
    faults === 0
      ? paint(screen, 'green', 'all is well')
      : paint(screen, 'red', faults === 1 ? '1 thing is wrong' : `${faults} things are wrong`),
  ].join('\n');
};

const rebuiltWords = ({ sessions, setAside }: Rebuilt): string =>
  `folded ${sessions} sessions again${setAside.length === 0 ? '' : `; ${setAside.length} with damaged events stay set aside`}`;

const styleOf: Record<Finding['severity'], Style> = { error: 'red', warning: 'yellow', info: 'dim' };

const label = 8;
const shortestLine = 20;
const indented = (line: string): string => ' '.repeat(label) + line;

const findingText = (screen: Screen, { severity, what, advice, session, position, file }: Finding): string => {
  const where = [
    ...(file === undefined ? [] : [file]),
    ...(session === undefined ? [] : [`session ${session}`]),
    ...(position === undefined ? [] : [`position ${position}`]),
  ].join(', ');
  const room = screen.isTerminal ? Math.max(shortestLine, screen.columns - label) : Infinity;
  const linesOf = (text: string) => wrapped(text, room).split('\n');
  const [first = '', ...more] = linesOf(plain(`${where === '' ? '' : `${where}: `}${what}`));
  const told = [severity.padEnd(label) + first, ...more.map(indented)].map((line) =>
    paint(screen, styleOf[severity], line),
  );
  return [...told, ...(advice === undefined ? [] : linesOf(advice).map(indented))].join('\n');
};
