import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

interface Waiting {
  pattern: RegExp;
  settle: (line: string) => void;
  refuse: (error: Error) => void;
}

/** The lines that a program writes, kept as they come; one can wait for the next that matches. */
export class Lines {
  readonly all: string[] = [];
  readonly #waiting = new Set<Waiting>();
  #ended = false;

  constructor(stream: Readable) {
    const reader = createInterface({ input: stream });
    reader.on('line', (line) => this.#take(line));
    reader.on('close', () => this.#end());
  }

  get text(): string {
    return this.all.join('\n');
  }

  /** The first line that matches, from line `from` on, already there or still to come; rejects when the stream ends before. */
  line(pattern: RegExp, from = 0): Promise<string> {
    const met = this.all.slice(from).find((line) => pattern.test(line));
    if (met !== undefined) return Promise.resolve(met);
    if (this.#ended) return Promise.reject(this.#missing(pattern));
    return new Promise((settle, refuse) => this.#waiting.add({ pattern, settle, refuse }));
  }

  #take(line: string): void {
    this.all.push(line);
    for (const waiting of this.#waiting) {
      if (!waiting.pattern.test(line)) continue;
      this.#waiting.delete(waiting);
      waiting.settle(line);
    }
  }

  #end(): void {
    this.#ended = true;
    for (const { pattern, refuse } of this.#waiting) refuse(this.#missing(pattern));
    this.#waiting.clear();
  }

  #missing(pattern: RegExp): Error {
    return new Error(`it ended without a line like ${pattern}; it wrote:\n${this.text}`);
  }
}
