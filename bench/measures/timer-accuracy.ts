import { WebSocket } from 'ws';
import type { ServerFrame } from '../../src/contract/socket.ts';
import type { Measure, Row } from '../row.ts';
import { scratchFolder } from '../scratch.ts';
import { call, startServer } from '../server.ts';
import type { Server } from '../server.ts';
import { pause } from '../statistics.ts';

const sessions = 50;
const stepMs = 400;
const longestMs = sessions * stepMs;
const lateMs = 2000;
const tickMs = 1000;

/** What a session's clock says beside this process's own: the worst of all that was heard of all sessions. */
export const timerAccuracy: Measure = {
  name: 'timer-accuracy',
  run: async () => {
    const server = await startServer({ folder: scratchFolder() });
    const watched = await watch(server);
    await server.stop();
    return [
      row(`elapsed, ${sessions} sessions of up to ${longestMs / 1000} s, furthest off`, watched.elapsedOff),
      row('  completion after it was due, latest', watched.completionOff),
      row('  time between two ticks, furthest from a second', watched.tickOff),
    ];
  },
};

const row = (measure: string, offMs: readonly number[]): Row => ({
  measure,
  unit: 'ms',
  values: [Math.max(...offMs)],
  asked: { atMost: tickMs },
  note: `${offMs.length} heard`,
});

interface Followed {
  /** By this process's clock: when the answer to its start came, and its latest tick. */
  startedAt: number;
  duration: number;
  tickedAt?: number;
}

interface Watched {
  elapsedOff: number[];
  completionOff: number[];
  tickOff: number[];
}

const watch = async (server: Server): Promise<Watched> => {
  const watched: Watched = { elapsedOff: [], completionOff: [], tickOff: [] };
  const followed = new Map<string, Followed>();
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('message', (data: Buffer) => hear(JSON.parse(data.toString()) as ServerFrame, followed, watched));
  for (let n = 1; n <= sessions; n++) {
    const duration = n * stepMs;
    const { id } = await call(server, '/api/sessions', { duration });
    followed.set(String(id), { startedAt: performance.now(), duration });
    socket.send(JSON.stringify({ type: 'subscribe', sessionId: id }));
  }
  await pause(longestMs + lateMs);
  socket.terminate();
  if (watched.completionOff.length !== sessions) throw new Error(`${watched.completionOff.length} sessions completed`);
  return watched;
};

const hear = (frame: ServerFrame, followed: ReadonlyMap<string, Followed>, watched: Watched): void => {
  const session = 'sessionId' in frame && frame.sessionId !== undefined ? followed.get(frame.sessionId) : undefined;
  if (frame.type !== 'timer_update' || session === undefined) return;
  const now = performance.now();
  const passed = now - session.startedAt;
  if (frame.status === 'completed') return void watched.completionOff.push(Math.abs(passed - session.duration));
  watched.elapsedOff.push(Math.abs(frame.elapsed - passed));
  // The first frame answers the subscription and is no tick.
  if (session.tickedAt !== undefined) watched.tickOff.push(Math.abs(now - session.tickedAt - tickMs));
  if (frame.elapsed > tickMs) session.tickedAt = now;
};
