import type { Schemas } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import { bytesWords } from '../backup-words.ts';
import { clientOf } from '../client.ts';
import { command } from '../command.ts';
import { connectionNow } from '../connection.ts';
import { momentWords } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';
import { dataFolder } from '../../place.ts';

type Backup = Schemas['Backup'];

export const backupLsCommand = command({
  about: 'Lists the backups in the data folder, newest first. Starts no server.',
  args: {},
  options: {},
  examples: [['', 'all that there are']],
  exec: async ({ settings }) => {
    const connection = await connectionNow(settings);
    const found = connection
      ? await ask(clientOf(connection).GET('/api/backups'))
      : { backups: await listed(dataFolder(settings.data, process.env)) };
    return {
      value: found,
      text: (screen) =>
        tableText(screen, columns(Date.now()), found.backups, 'No backups. Make one with: stint backup'),
    };
  },
});

const listed = async (folder: string): Promise<Backup[]> => {
  const { listOffline } = await import('../../doctor/offline-backup.ts');
  return listOffline(folder);
};

const columns = (now: number): Column<Backup>[] => [
  { heading: 'NAME', cell: ({ name }) => name, weight: 5, shrinksTo: 12 },
  { heading: 'MADE', cell: ({ createdAt }) => momentWords(createdAt, now), style: () => 'dim', weight: 4 },
  { heading: 'SIZE', cell: ({ bytes }) => bytesWords(bytes), weight: 3 },
  { heading: 'POSITION', cell: ({ position }) => String(position), style: () => 'dim', weight: 2 },
  { heading: 'BY', cell: ({ scheduled }) => (scheduled ? 'schedule' : 'hand'), style: () => 'dim', weight: 1 },
];
