import type { Schemas } from '../../sdk/index.ts';
import { ask } from '../api.ts';
import { clientOf } from '../client.ts';
import { bytesWords } from '../backup-words.ts';
import { command } from '../command.ts';
import { connectionNow, noServer } from '../connection.ts';
import { durationWords } from '../duration.ts';
import { exitCodes } from '../failure.ts';
import { paint } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { momentWords } from '../session-words.ts';
import { dataFolder } from '../../place.ts';
import { askReading, readingWords } from '../usage-reading.ts';

type Status = Schemas['ServerStatus'] & { usage?: Schemas['UsageStatus'] };

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
    const client = clientOf(connection);
    const [told, usage] = await Promise.all([ask(client.GET('/api/status')), askReading(client)]);
    const status = { ...told, ...(usage && { usage }) };
    const exitCode = status.store.state === 'writable' ? exitCodes.ok : exitCodes.failed;
    return { value: status, text: (screen) => statusText(screen, status), exitCode };
  },
});

const checkWords = (screen: Screen, { state, done, of, faults }: NonNullable<Status['check']>): string => {
  const told = {
    running: `being looked at, ${done} of ${of} sessions`,
    well: 'looked at after the start: all is well',
    found: `${faults} things are wrong; see them with: stint doctor`,
    failed: 'the look at it failed; look with: stint doctor',
  }[state];
  return faults > 0 || state === 'failed' ? paint(screen, 'red', told) : told;
};

const backupsWords = (screen: Screen, { dueAt, failure }: NonNullable<Status['backups']>): string => {
  const next = `next ${momentWords(dueAt, Date.now())}`;
  return failure === undefined ? next : `${paint(screen, 'red', `the last failed: ${failure.message}`)} · ${next}`;
};

const diskWords = ({ database, log, free }: Status['disk']): string =>
  [
    `${bytesWords(database)} database`,
    `${bytesWords(log)} write-ahead log`,
    ...(free === undefined ? [] : [`${bytesWords(free)} free`]),
  ].join(' · ');

const statusText = (
  screen: Screen,
  { version, url, pid, uptime, store, disk, sessions, recovered, check, backups, usage }: Status,
): string => {
  const reading = usage && readingWords(usage);
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
    ['disk', diskWords(disk)],
    ['sessions', `${sessions.active} active · ${sessions.paused} paused · ${sessions.completed} completed`],
    ...(reading === undefined ? [] : [['usage', `reading what agents left: ${reading}`]]),
    ...(check ? [['data', checkWords(screen, check)]] : []),
    ...(backups ? [['backups', backupsWords(screen, backups)]] : []),
    ...recovered.map((sentence) => ['at start', paint(screen, 'yellow', sentence)]),
  ];
  return rows.map(([name = '', value = '']) => `${paint(screen, 'dim', name.padEnd(9))}${value}`).join('\n');
};
