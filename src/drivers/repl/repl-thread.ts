import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Standing } from './guest.ts';
import { Base, Image } from './image.ts';
import { cancelFlag } from './protocol.ts';
import type { Came, Chain, Ended, Engine, FromThread, Order, ThreadStart, ToThread } from './protocol.ts';
import { SourceError, sourceOf } from './source.ts';
import { ownThread, stepBack, stepUp } from './thread-cpu.ts';
import { Vm } from './vm.ts';
import { Stopped } from './vm-guard.ts';
import type { Watch } from './vm-guard.ts';

/** A thread in which sandboxes run: one order at a time, each answered by what it came to. */

const { flags, ...surroundings } = workerData as ThreadStart;
const flag = new Int32Array(flags);
interface Room {
  vm: Vm;
  /** The command is to end with the difference from that. */
  isApart: boolean;
}

const rooms = new Map<string, Room>();
/** Memories of engines by their ids; sessions share them. */
const engines = new Map<string, Base>();
const port = parentPort!;
const tell = (news: FromThread): void => port.postMessage(news);

const begin = async (scheme?: string): Promise<Came> => {
  const { memory, pointers } = await Vm.begin(surroundings, scheme);
  const image = new Image().take(memory);
  const id = createHash('sha256').update(JSON.stringify(pointers)).update(memory).digest('hex');
  return { to: 'begun', engine: { id, binary: '', pointers, image } };
};

const baseOf = ({ id, image }: Engine): Base => {
  const known = engines.get(id);
  if (known) return known;
  const whole = new Image();
  whole.apply(image);
  const memory = Buffer.alloc(whole.length);
  whole.copyTo(memory);
  const base = new Base(memory);
  engines.set(id, base);
  return base;
};

const open = async (session: string, { engine, frames }: Chain): Promise<void> => {
  drop(session);
  const image = new Image(baseOf(engine));
  for (const frame of frames) if (frame.length > 0) image.apply(frame);
  const vm = await Vm.restore({ image, pointers: engine.pointers }, surroundings);
  rooms.set(session, { vm, isApart: false });
};

const roomOf = (session: string): Room => {
  const room = rooms.get(session);
  if (room === undefined) throw new Error('the session is not in this thread');
  return room;
};

const follow = async (order: Order, watch: Watch): Promise<Came> => {
  switch (order.do) {
    case 'begin':
      return begin(order.scheme);
    case 'open':
      await open(order.session, order);
      return { to: 'open' };
    case 'ask': {
      const { vm } = roomOf(order.session);
      if (order.ask === 'image') return { to: 'answer', words: [], image: vm.whole() };
      return { to: 'answer', words: order.ask === 'bindings' ? vm.bindings(watch) : vm.complete(order.path, watch) };
    }
    case 'run': {
      const { code, language, at, seed, isApart = false } = order.command;
      const room = roomOf(order.session);
      room.isApart = isApart;
      return proceed(room, () =>
        room.vm.start(language === 'scheme' ? { scheme: code } : sourceOf(code, language), at, seed, watch),
      );
    }
    case 'answer': {
      const room = roomOf(order.session);
      return proceed(room, () => room.vm.settle(order.id, order.isAnswer, order.json, order.at, watch));
    }
    case 'wake': {
      const room = roomOf(order.session);
      return proceed(room, () => room.vm.wake(order.at, watch));
    }
  }
};

const drop = (session: string): void => {
  rooms.get(session)?.vm.dispose();
  rooms.delete(session);
};

const nothingLeft = 'Uncaught Error: the command waits for something that nothing is left to bring about';

/** Runs what there is to run. */
const proceed = async (room: Room, run: () => Standing): Promise<Came> => {
  const { vm } = room;
  let standing: Standing;
  try {
    standing = run();
    if (standing.done !== undefined) vm.end();
  } catch (error) {
    if (error instanceof SourceError) return ended(room, { as: 'error', text: `Uncaught ${String(error)}` });
    return stopped(room, error);
  }
  const { done, text = '', requests, due } = standing;
  if (done !== undefined) return ended(room, { as: done, text });
  if (requests.length === 0 && due === undefined) return ended(room, { as: 'error', text: nothingLeft });
  return { to: 'waiting', waiting: { requests, frame: vm.frame(), ...(due !== undefined && { due }) } };
};

type Outcome = Pick<Ended, 'as' | 'text' | 'why'>;

const ended = ({ vm, isApart }: Room, outcome: Outcome): Came => {
  const { size } = vm;
  const frame = vm.frame();
  return { to: 'ended', ended: { ...outcome, frame: isApart ? vm.whole() : frame, isApart, size } };
};

/** V4 of driver.ts: the sandbox is thrown away, and one takes its place as it was before the order. */
const stopped = async (room: Room, error: unknown): Promise<Came> => {
  const before = room.vm.before();
  room.vm.dispose();
  room.vm = await Vm.restore(before, surroundings);
  room.isApart = false;
  const text = error instanceof Error ? error.message : String(error);
  return ended(room, { as: 'stopped', text, why: error instanceof Stopped ? error.why : 'broken' });
};

/** As the system numbers it. */
const thread = ownThread();
let isBehind = false;

const watch: Watch = {
  isCancelled: () => Atomics.load(flag, cancelFlag) !== 0,
  print: (text) => tell({ printed: text }),
  isLong: () => {
    isBehind = thread !== undefined && stepBack(thread);
    tell({ long: true });
  },
};

const answer = async (order: Order): Promise<void> => {
  const news = await follow(order, watch).then(
    (came): FromThread => ({ came }),
    (error: unknown): FromThread => ({ failed: error instanceof Error ? error.message : String(error) }),
  );
  if (isBehind && thread !== undefined && !stepUp(thread)) tell({ staysBehind: true });
  isBehind = false;
  tell(news);
};

// One after another: some take turns of the event loop.
let lane: Promise<void> = Promise.resolve();
port.on('message', (message: ToThread) => {
  lane = lane.then(() => ('drop' in message ? drop(message.drop) : answer(message.order)));
});
tell({ thread });
