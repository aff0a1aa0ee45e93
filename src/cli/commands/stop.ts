import { command } from '../command.ts';
import { noServer, tellOfFolder } from '../connection.ts';
import { stopServerOf } from '../server-process.ts';
import { dataFolder } from '../../place.ts';

export const stopCommand = command({
  about: 'Stops the server of the data folder: it finishes what it has begun, writes all to disk and ends.',
  args: {},
  options: {},
  examples: [
    ['', 'the usual server'],
    ['--data /tmp/try', 'the server of another data folder'],
  ],
  exec: async ({ settings }) => {
    tellOfFolder(settings);
    const folder = dataFolder(settings.data, process.env);
    const stopped = await stopServerOf(folder);
    if (stopped === undefined) throw noServer(folder);
    const { pid, url } = stopped;
    return { value: { stopped: pid, url }, text: () => `stopped ${url ?? folder} · process ${pid}` };
  },
});
