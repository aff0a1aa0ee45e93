import { command, flag, required } from '../command.ts';
import { confirm } from '../confirm.ts';
import { tellOfFolder } from '../connection.ts';
import { offline } from '../offline.ts';
import { text } from '../parse.ts';
import { progress, sessionsWords } from '../progress.ts';
import { paint } from '../screen.ts';
import { momentWords } from '../session-words.ts';
import { dataFolder } from '../../place.ts';

const loadRestore = () => import('../../doctor/restore.ts');
type Prepared = ReturnType<Awaited<ReturnType<typeof loadRestore>>['prepareRestore']>;

export const restoreCommand = command({
  about:
    'Puts a backup in the place of the data, while no server runs: verifies all of it first, asks, and keeps what was there. ' +
    'Access tokens that are revoked now stay revoked.',
  args: { file: required('<file>', 'a backup: its path, or its name in: stint backup ls', text) },
  options: { yes: flag('-y, --yes', 'do not ask') },
  examples: [
    ['/mnt/disk/stint.db', 'from another disk'],
    ['stint-2026-11-20T22-18-27.123Z.db --yes', 'one of the data folder, without a question'],
  ],
  exec: async ({ args, options, settings, screen }) => {
    tellOfFolder(settings);
    const folder = dataFolder(settings.data, process.env);
    const prepared = await prepare(folder, args.file);
    try {
      if (!options.yes) await askFirst(prepared);
    } catch (error) {
      prepared.discard();
      throw error;
    }
    const { restores, keptRevoked, warnings } = prepared;
    const before = await offline(() => prepared.commit());
    const value = { restored: restores, keptRevoked, warnings, ...(before === undefined ? {} : { before }) };
    const lines = [
      `restored ${extentWords(restores)}`,
      ...(keptRevoked > 0 ? [`${keptRevoked} access tokens of the backup stay revoked`] : []),
      ...warnings.map((warning) => paint(screen, 'yellow', warning)),
      ...(before === undefined ? [] : [`what was there before is ${before}; go back with: stint restore ${before}`]),
    ];
    return { value, text: () => lines.join('\n') };
  },
});

const prepare = async (folder: string, file: string): Promise<Prepared> => {
  const { prepareRestore } = await loadRestore();
  const told = progress();
  const onProgress = sessionsWords(told, 'verifying');
  try {
    return await offline(() => prepareRestore({ folder, file, now: Date.now(), onProgress }));
  } finally {
    told.end();
  }
};

const askFirst = ({ restores, replaces }: Prepared): Promise<void> => {
  const place = replaces === undefined ? '' : ` in the place of ${extentWords(replaces)}`;
  return confirm({
    ask: `Restore ${extentWords(restores)}${place}?`,
    yesMeans: 'restore without a question',
    ifNot: 'nothing was restored',
  });
};

const extentWords = ({ sessions, position, latestAt }: Prepared['restores']): string =>
  `${sessions} sessions, up to position ${position}${latestAt === undefined ? '' : ` (${momentWords(latestAt, Date.now())})`}`;
