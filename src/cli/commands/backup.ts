import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Schemas } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import { extentWords } from '../backup-words.ts';
import { clientOf } from '../client.ts';
import { command, optional } from '../command.ts';
import { connectionNow } from '../connection.ts';
import type { Connection } from '../connection.ts';
import { openDownload, receive } from '../download.ts';
import { offline } from '../offline.ts';
import { text } from '../parse.ts';
import { during } from '../progress.ts';
import { newFile, save } from '../save.ts';
import { dataFolder } from '../../place.ts';

type Backup = Schemas['Backup'];

const patienceMs = 3600_000;

export const backupCommand = command({
  about:
    'Backs up all data, while the server goes on or without one: into the folder “backups” of the data folder, or into a file of ' +
    'your choice. It is read back before it counts. Restore it with: stint restore',
  args: {},
  options: { output: optional('-o, --output <file>', 'write it to this file instead', text) },
  examples: [
    ['', 'into the data folder'],
    ['--output /mnt/disk/stint.db', 'to another disk'],
  ],
  exec: async ({ options, settings }) => {
    const file = options.output === undefined ? undefined : newFile(options.output);
    const connection = await connectionNow(settings);
    const folder = dataFolder(settings.data, process.env);
    const work = connection ? byServer(connection, file) : withoutServer(folder, file);
    const made = await during('backing up', work);
    const path = file ?? (connection?.isHere === false ? undefined : join(folder, 'backups', made.name));
    const value = { ...made, ...(path === undefined ? {} : { path }) };
    return { value, text: () => `backed up to ${path ?? made.name} · ${extentWords(made)}` };
  },
});

const byServer = async (connection: Connection, file: string | undefined): Promise<Backup> => {
  const client = clientOf(connection, patienceMs);
  const made = await ask(client.POST('/api/backups'));
  if (file === undefined) return made;
  const { name } = made;
  try {
    const answer = await openDownload(connection, `/api/backups/${encodeURIComponent(name)}`);
    await save(file, (to) => receive(answer, to));
  } finally {
    await ask(client.DELETE('/api/backups/{name}', { params: { path: { name } } }));
  }
  return made;
};

const withoutServer = async (folder: string, file: string | undefined): Promise<Backup> => {
  const { backUpOffline } = await import('../../doctor/offline-backup.ts');
  return offline(() =>
    backUpOffline(folder, async ({ name }, backups) => {
      const found = backups.read(name);
      if (file === undefined || found === undefined) return;
      try {
        await save(file, (to) => pipeline(found.open(), to));
      } finally {
        await backups.remove(name);
      }
    }),
  );
};
