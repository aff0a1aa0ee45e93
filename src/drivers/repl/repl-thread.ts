import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Standing } from './guest.ts';
import { differenceOf, packed, unpacked, withDifference } from './image.ts';
import { cancelFlag } from './protocol.ts';
import type { Came, Chain, FromThread, Order, ThreadData, ToThread } from './protocol.ts';
import { SourceError, sourceOf } from './source.ts';
import { Stopped, Vm } from './vm.ts';
import type { Image, Watch } from './vm.ts';

/** A thread in which sandboxes run: one order at a time, each answered by what it came to. */

const surroundings = workerData as ThreadData;
const vms = new Map<string, Vm>();
/** Sessions whose command is to end with a whole memory. */
const wanted = new Set<string>();
const port = parentPort!;
const tell = (news: FromThread): void => port.postMessage(news);

const begin = async (): Promise<Came> => {
  const { memory, pointers } = await Vm.begin(surroundings);
  const image = packed(differenceOf(Buffer.alloc(0), memory).difference);
  const id = createHash('sha256').update(JSON.stringify(pointers)).update(memory).digest('hex');
  return { to: 'begun', engine: { id, binary: '', pointers, image } };
};

const imageOf = ({ engine: { image, pointers }, isWhole, frames }: Chain): Image => ({
  memory: (isWhole ? frames : [image, ...frames]).reduce<Buffer>(
    (memory, frame) => (frame.length > 0 ? withDifference(memory, unpacked(frame)) : memory),
    Buffer.alloc(0),
  ),
  pointers,
});

const vmOf = (session: string): Vm => {
  const vm = vms.get(session);
  if (vm === undefined) throw new Error('the session is not in this thread');
  return vm;
};

const follow = async (order: Order, watch: Watch): Promise<Came> => {
  switch (order.do) {
    case 'begin':
      return begin();
    case 'open':
      drop(order.session);
      vms.set(order.session, await Vm.restore(imageOf(order), surroundings));
      return { to: 'open' };
    case 'ask': {
      const vm = vmOf(order.session);
      if (order.ask === 'whole') return { to: 'answer', words: [], whole: vm.whole() };
      return { to: 'answer', words: order.ask === 'bindings' ? vm.bindings() : vm.complete(order.path) };
    }
    case 'run': {
      const { code, language, at, seed, wantsWhole = false } = order.command;
      if (wantsWhole) wanted.add(order.session);
      else wanted.delete(order.session);
      return proceed(order.session, (vm) => vm.start(sourceOf(code, language), at, seed, watch));
    }
    case 'answer':
      return proceed(order.session, (vm) => vm.settle(order.id, order.isAnswer, order.json, order.at, watch));
    case 'wake':
      return proceed(order.session, (vm) => vm.wake(order.at, watch));
  }
};

const drop = (session: string): void => {
  vms.get(session)?.dispose();
  vms.delete(session);
};

const nothingLeft = 'Uncaught Error: the command waits for something that nothing is left to bring about';

/** Runs what there is to run. */
const proceed = async (session: string, run: (vm: Vm) => Standing): Promise<Came> => {
  const vm = vmOf(session);
  let standing: Standing;
  try {
    standing = run(vm);
    if (standing.done !== undefined) vm.end();
  } catch (error) {
    if (error instanceof SourceError) return ended(session, vm, { as: 'error', text: `Uncaught ${String(error)}` });
    return stopped(session, vm, error);
  }
  const { done, text = '', requests, due } = standing;
  if (done !== undefined) return ended(session, vm, { as: done, text });
  if (requests.length === 0 && due === undefined) return ended(session, vm, { as: 'error', text: nothingLeft });
  return { to: 'waiting', waiting: { requests, frame: vm.frame(), ...(due !== undefined && { due }) } };
};

type Outcome = Omit<Extract<Came, { to: 'ended' }>['ended'], 'frame' | 'isWhole' | 'size'>;

const ended = (session: string, vm: Vm, outcome: Outcome): Came => {
  const { size } = vm;
  const isWhole = wanted.delete(session);
  const frame = vm.frame();
  return { to: 'ended', ended: { ...outcome, frame: isWhole ? vm.whole() : frame, isWhole, size } };
};

/** V4 of driver.ts: the sandbox is thrown away, and one takes its place as it was before the order. */
const stopped = async (session: string, vm: Vm, error: unknown): Promise<Came> => {
  const before = vm.before();
  drop(session);
  const anew = await Vm.restore(before, surroundings);
  vms.set(session, anew);
  const text = error instanceof Error ? error.message : String(error);
  wanted.delete(session);
  return ended(session, anew, { as: 'stopped', text, why: error instanceof Stopped ? error.why : 'broken' });
};

const answer = async (order: Order, flags: SharedArrayBuffer): Promise<void> => {
  const flag = new Int32Array(flags);
  const watch: Watch = {
    isCancelled: () => Atomics.load(flag, cancelFlag) !== 0,
    print: (text) => tell({ printed: text }),
  };
  try {
    tell({ came: await follow(order, watch) });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
};

// One after another: some take turns of the event loop.
let lane: Promise<void> = Promise.resolve();
port.on('message', (message: ToThread) => {
  lane = lane.then(() => ('drop' in message ? drop(message.drop) : answer(message.order, message.flags)));
});
