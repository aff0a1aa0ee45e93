/**
 * Loaded into the server before it starts: notes how many entries each transaction has that goes to the writer thread, and tells
 * the parent process when asked. Of the server itself nothing is changed.
 */
import { isMainThread, Worker } from 'node:worker_threads';

const sizes: number[] = [];

if (isMainThread) {
  // It is given its worker again below.
  // oxlint-disable-next-line typescript/unbound-method
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, ...args: Parameters<Worker['postMessage']>) {
    const [message] = args as [{ do?: string; entries?: unknown[] } | undefined];
    if (message?.do === 'append' && message.entries) sizes.push(message.entries.length);
    return postMessage.apply(this, args);
  };
  process.on('message', (word) => {
    if (word === 'batch sizes') process.send?.({ batchSizes: sizes.splice(0) });
  });
  process.channel?.unref();
}
