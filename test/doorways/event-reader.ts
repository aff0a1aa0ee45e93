/** One event of a stream of server-sent events. */
export interface Heard {
  id: string | undefined;
  event: string | undefined;
  data: unknown;
}

/** Reads server-sent events as an EventSource does: by the letter of the format. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The next event; undefined when the stream has ended, also where its connection was cut. */
  async next(): Promise<Heard | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const heard = parse(block);
        if (heard) return heard;
        continue;
      }
      const { value, done } = await this.#reader.read().catch(() => ({ value: undefined, done: true }));
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  async take(count: number): Promise<Heard[]> {
    const met: Heard[] = [];
    while (met.length < count) {
      const heard = await this.next();
      if (heard === undefined) throw new Error(`the stream ended after ${met.length} events`);
      met.push(heard);
    }
    return met;
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

/** Comments are no events. */
const parse = (block: string): Heard | undefined => {
  const fields = block.split('\n').filter((line) => !line.startsWith(':'));
  const field = (name: string) => fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field('data');
  return data === undefined ? undefined : { id: field('id'), event: field('event'), data: JSON.parse(data) };
};
