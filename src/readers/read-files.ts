import type { Reader, Skipped } from './reader.ts';
import { Responses } from './responses.ts';
import { sources } from './sources.ts';

/** Reading whole files once, in a thread that does nothing else. */

export interface FileOf {
  source: string;
  file: string;
}

export interface ReadFiles {
  responses: Responses;
  skipped: (Skipped & { source: string })[];
}

/** Less than a chunk of the usual size stays in the processor's nearest memory. */
const limits = { inPlace: true, chunkBytes: 1 << 18, batchBytes: 1 << 25 };

export async function readFiles(files: readonly FileOf[]): Promise<ReadFiles> {
  const readers = new Map<string, Reader>();
  const read: ReadFiles = { responses: new Responses(), skipped: [] };
  for (const { source, file } of files) {
    let reader = readers.get(source);
    if (reader === undefined) readers.set(source, (reader = sources[source]!.usage(limits)));
    await readWhole(reader, file, read);
  }
  return read;
}

async function readWhole(reader: Reader, file: string, { responses, skipped }: ReadFiles): Promise<void> {
  for (let reading = await reader.readFrom(file); ; reading = await reader.readFrom(file, reading.cursor)) {
    responses.addAll(reading.records);
    for (const one of reading.skipped) skipped.push({ ...one, source: reader.source });
    if (reading.status !== 'more') return;
  }
}
