import type { Schemas } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import { command } from '../command.ts';
import { connectionNow, noServer } from '../connection.ts';
import { durationWords } from '../duration.ts';
import { exitCodes } from '../failure.ts';
import { paint } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { dataFolder } from '../../place.ts';

type Status = Schemas['ServerStatus'];

export const statusCommand = command({
  about: 'Says how the server is doing; ends with 3 when none runs, and with 1 when it can’t write. Never starts one.',
  args: {},
  options: {},
  examples: [
    ['', 'for people'],
    ['--json', 'for scripts'],
  ],
  exec: async ({ settings }) => {
    const connection = await connectionNow(settings);
    if (connection === undefined) throw noServer(dataFolder(settings.data, process.env));
    const status = await ask(clientOf(connection).GET('/api/status'));
    const exitCode = status.store.state === 'writable' ? exitCodes.ok : exitCodes.failed;
    return { value: status, text: (screen) => statusText(screen, status), exitCode };
  },
});

const statusText = (screen: Screen, { version, url, pid, uptime, store, sessions, recovered }: Status): string => {
  const rows = [
    ['server', url],
    ['version', version],
    ['up', `${durationWords(uptime)} · process ${pid}`],
    [
      'store',
      store.state === 'writable'
        ? store.state
        : paint(screen, 'red', [store.state, store.reason].filter(Boolean).join(': ')),
    ],
    ['sessions', `${sessions.active} active · ${sessions.paused} paused · ${sessions.completed} completed`],
    ...recovered.map((sentence) => ['at start', paint(screen, 'yellow', sentence)]),
  ];
  return rows.map(([name = '', value = '']) => `${paint(screen, 'dim', name.padEnd(9))}${value}`).join('\n');
};
