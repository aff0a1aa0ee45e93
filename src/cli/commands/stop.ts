import { command } from '../command.ts';
import { noServer, tellOfFolder } from '../connection.ts';
import { exitCodes, Failure } from '../failure.ts';
import { dataFolder, isRunning, lockHolder, processStart, readServerFile } from '../../place.ts';

/** The server forces its own end after 14 s. */
const patienceMs = 20_000;
const lookMs = 25;

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
    const server = readServerFile(folder) ?? holderOf(folder);
    // Its start time is compared too: a pid that was given to another process since is left alone.
    if (server === undefined || !isRunning(server.pid, server.pidStartedAt)) throw noServer(folder);
    const { pid, url } = server;
    terminate(pid);
    const deadline = performance.now() + patienceMs;
    while (isRunning(pid, server.pidStartedAt)) {
      if (performance.now() > deadline) {
        throw new Failure(
          exitCodes.failed,
          'still_running',
          `process ${pid} still runs after ${patienceMs / 1000} s; its log is in ${folder}/logs`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
    return { value: { stopped: pid, url }, text: () => `stopped ${url ?? folder} · process ${pid}` };
  },
});

/** A server whose server.json was deleted still holds the folder's lock. */
const holderOf = (folder: string) => {
  const pid = lockHolder(folder);
  return pid === undefined ? undefined : { pid, pidStartedAt: processStart(pid), url: undefined };
};

const terminate = (pid: number): void => {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return;
    throw new Failure(exitCodes.refused, 'forbidden', `process ${pid} may not be stopped by this user (${code})`);
  }
};
