/** The process of the socket's clients: takes {@link SocketTask}s, one after the other, and answers each with what it found. */
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import type { ServerFrame } from '../src/contract/socket.ts';
import { report } from './journal.ts';
import type { SocketFound, SocketTask } from './load/sockets.ts';
import { pause } from './statistics.ts';

const url = process.env['BENCH_URL'] ?? '';
const headers = { authorization: `Bearer ${process.env['BENCH_TOKEN']}` };
const openingAtOnce = 100;
const retryMs = 500;

let measuring: 'ticks' | 'deliveries' | undefined;
let samples: number[] = [];
let closed = 0;
let gaps = 0;
let wrong: string[] = [];
let reported = 0;
let clients: Client[] = [];

/** One socket over any number of connections. */
class Client {
  readonly session: string;
  readonly #reads: boolean;
  #socket: WebSocket | undefined;
  #cursor: number | 'now' = 'now';
  #seq: number | undefined;
  #tokens = 0;
  #total: number | undefined;
  #heardAt: number[] = [];
  #onVerdict: () => void = () => {};
  #onState: () => void = () => {};

  constructor(session: string, reads: boolean) {
    this.session = session;
    this.#reads = reads;
  }

  /** Tries until it has the verdict, as any client does: a server that is busy turns some away. */
  async open(): Promise<void> {
    while (!(await this.#attempt().then(isDone, isRefused))) await pause(Math.random() * retryMs);
  }

  /** Resolves with the verdict. */
  #attempt(): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      this.#onVerdict = resolve;
      socket.on('error', (error) => {
        if (socket === this.#socket) this.#socket = undefined;
        reject(error);
      });
      socket.on('open', () => this.#say({ type: 'subscribe', after: this.#cursor }));
      socket.on('message', (data: Buffer) => this.#hear(data));
      socket.on('close', () => {
        if (socket === this.#socket) closed += 1;
      });
    });
  }

  cut(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.terminate();
  }

  /** Asks for the state, and holds it against the sum of what was heard. */
  async check(): Promise<void> {
    const told = new Promise<void>((resolve) => (this.#onState = resolve));
    const from = this.#total;
    this.#total = undefined;
    this.#say({ type: 'ping' });
    await told;
    if (from === undefined || this.#total !== from + this.#tokens)
      wrong.push(`${this.session}: ${this.#total} tokens, heard ${(from ?? 0) + this.#tokens}`);
  }

  /** Ticks against the second in which the earliest came. */
  lateness(): number[] {
    const times = this.#heardAt;
    this.#heardAt = [];
    const first = times[0] ?? 0;
    const phases = times.map((time) => ((time - first + 500) % 1000) - 500);
    const earliest = Math.min(...phases);
    return phases.map((phase) => phase - earliest);
  }

  #say(frame: object): void {
    this.#socket?.send(JSON.stringify({ ...frame, sessionId: this.session }));
  }

  #hear(data: Buffer): void {
    if (measuring === 'ticks') return void this.#heardAt.push(performance.now());
    const frame = JSON.parse(data.toString()) as ServerFrame;
    if (frame.type === 'gap') gaps += 1;
    if (frame.type === 'gap' || frame.type === 'resumed') {
      this.#cursor = frame.cursor;
      this.#onVerdict();
      if (!this.#reads) this.#socket?.pause();
    } else if (frame.type === 'error') wrong.push(frame.message);
    else if (frame.type === 'repl_command' || frame.type === 'repl_output') return;
    else if (frame.seq !== undefined && frame.cursor !== undefined) this.#event(frame.cursor, frame.seq, frame);
    else if (frame.type === 'token_update') {
      this.#total ??= frame.totalUsed;
      this.#onState();
    }
  }

  #event(cursor: number, seq: number, frame: ServerFrame): void {
    if (this.session !== '*' && this.#seq !== undefined && seq !== this.#seq + 1)
      wrong.push(`${this.session}: ${seq} came after ${this.#seq}`);
    if (this.#cursor !== 'now' && cursor <= this.#cursor) wrong.push(`${this.session}: ${cursor} came late`);
    this.#seq = seq;
    this.#cursor = cursor;
    if (frame.type === 'token_update') this.#tokens += frame.tokensUsed;
    if (frame.type === 'checkpoint' && measuring === 'deliveries') samples.push(Date.now() - frame.timestamp);
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const body = JSON.stringify(report);

const post = (session: string): Promise<void> =>
  new Promise((resolve) => {
    const about = { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(
      `${url}/api/sessions/${session}/tokens`,
      { method: 'POST', headers: about, agent },
      (answer) => {
        answer.resume();
        answer.on('end', resolve);
        if (answer.statusCode !== 201) wrong.push(`a report was answered with ${answer.statusCode}`);
      },
    );
    // Whether it was taken or not, the sessions' totals tell.
    asked.on('error', () => resolve());
    asked.end(body);
  });

let reports: { stop: () => Promise<unknown> } | undefined;

const startReports = (perSecond: number): { stop: () => Promise<unknown> } => {
  const pending = new Set<Promise<void>>();
  const from = performance.now();
  const sessions = clients.map(({ session }) => session);
  const timer = setInterval(() => {
    const due = ((performance.now() - from) * perSecond) / 1000;
    for (; reported < due && pending.size < 64; reported++) {
      const posted = post(sessions[reported % sessions.length] ?? '').finally(() => pending.delete(posted));
      pending.add(posted);
    }
  }, 10);
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.all(pending);
    },
  };
};

const isDone = (): boolean => true;
const isRefused = (): boolean => false;

const inBatches = async <T>(items: readonly T[], at: number, act: (item: T) => Promise<void>): Promise<void> => {
  for (let i = 0; i < items.length; i += at) await Promise.all(items.slice(i, i + at).map(act));
};

const perform = async (task: SocketTask): Promise<void> => {
  switch (task.do) {
    case 'open':
      clients = task.sessions.map((session, i) => new Client(session, i < task.reading));
      return inBatches(clients, openingAtOnce, (client) => client.open());
    case 'ticks':
      measuring = 'ticks';
      await pause(task.forMs);
      measuring = undefined;
      samples = clients.flatMap((client) => client.lateness());
      return undefined;
    case 'deliveries':
      measuring = 'deliveries';
      await pause(task.forMs);
      measuring = undefined;
      return undefined;
    case 'cut':
      for (const client of clients) client.cut();
      return undefined;
    case 'return':
      await Promise.all(
        clients.map(async (client) => {
          await pause(Math.random() * task.withinMs);
          const from = performance.now();
          await client.open();
          samples.push(performance.now() - from);
        }),
      );
      return undefined;
    case 'report':
      reports = startReports(task.perSecond);
      return undefined;
    case 'rest':
      await reports?.stop();
      return undefined;
    case 'check':
      return inBatches(clients, openingAtOnce, (client) => client.check());
  }
};

process.on('message', (task: SocketTask) => {
  const from = performance.now();
  perform(task).then(
    () => {
      const sorted = [...Float64Array.from(samples).toSorted()];
      const found: SocketFound = {
        samples: sorted,
        elapsedMs: performance.now() - from,
        closed,
        gaps,
        wrong: wrong.slice(0, 5),
        reported,
      };
      [samples, closed, gaps, wrong] = [[], 0, 0, []];
      process.send?.(found);
    },
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
