/** An event of a stream of server-sent events, as its lines say. */
export interface EventText {
  event: string;
  data: string;
}

/** Reads the events out of a stream's bytes as they come (HTML, 9.2.6), as far as stint's streams use the format. */
export const eventsIn = (): ((bytes: Uint8Array) => EventText[]) => {
  const decoder = new TextDecoder();
  let rest = '';
  return (bytes) => {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => parse(block) ?? []);
  };
};

/** Comments are no events. */
const parse = (block: string): EventText | undefined => {
  const lines = block.split('\n');
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field('data');
  return data === undefined ? undefined : { event: field('event') ?? 'message', data };
};
