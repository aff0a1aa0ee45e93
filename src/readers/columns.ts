/** Records on their way between threads: by columns, which costs a tenth of what copying object by object does. */
import type { Billing, Confidence, UsageRecord } from './reader.ts';

export interface Columns {
  /** `perRecord` numbers a record; names stand there as places in `names`. */
  numbers: Float64Array<ArrayBuffer>;
  /** Keys and requests, which are all different, one a line. */
  keys: string;
  /** What many records have in common; the first is the text that is absent. */
  names: readonly string[];
}

const perRecord = 20;
const absent = '';
const confidences: readonly Confidence[] = ['exact', 'incomplete', 'estimated'];

export function toColumns(records: Iterable<UsageRecord>): Columns {
  const all = [...records];
  const numbers = new Float64Array(all.length * perRecord);
  const places = new Map<string, number>([[absent, 0]]);
  const place = (name: string = absent): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, places.size);
    return places.size - 1;
  };
  const keys: string[] = [];
  let at = 0;
  for (const record of all) {
    const { parts } = record;
    // A key with a newline in it would take another's place: no source has one.
    keys.push(oneLine(record.key), oneLine(record.request ?? absent));
    numbers[at++] = place(record.source);
    numbers[at++] = place(record.sessionId);
    numbers[at++] = place(record.agentId);
    numbers[at++] = place(record.model);
    numbers[at++] = place(record.cwd);
    numbers[at++] = place(record.gitBranch);
    numbers[at++] = place(record.file);
    numbers[at++] = place(record.billing && JSON.stringify(record.billing));
    numbers[at++] = record.sidechain ? 1 : 0;
    numbers[at++] = record.beganAt;
    numbers[at++] = record.at;
    numbers[at++] = record.fileBornAt;
    numbers[at++] = parts.input;
    numbers[at++] = parts.output;
    numbers[at++] = parts.reasoning ?? 0;
    numbers[at++] = parts.cacheRead;
    numbers[at++] = parts.cacheWrite5m;
    numbers[at++] = parts.cacheWrite1h;
    numbers[at++] = record.webSearches ?? 0;
    numbers[at++] = confidences.indexOf(record.confidence);
  }
  return { numbers, keys: keys.join('\n'), names: [...places.keys()] };
}

export function* fromColumns({ numbers, keys, names }: Columns): Generator<UsageRecord> {
  const lines = keys.split('\n');
  for (let at = 0, line = 0; at < numbers.length; at += perRecord, line += 2)
    yield recordAt(numbers, at, lines, line, names);
}

/** Field by field: putting records together from parts would take as long as reading them again. */
function recordAt(
  numbers: Float64Array,
  at: number,
  lines: readonly string[],
  line: number,
  names: readonly string[],
): UsageRecord {
  const record: UsageRecord = {
    source: names[numbers[at]!]!,
    key: lines[line]!,
    sessionId: names[numbers[at + 1]!]!,
    sidechain: numbers[at + 8] === 1,
    model: names[numbers[at + 3]!]!,
    beganAt: numbers[at + 9]!,
    at: numbers[at + 10]!,
    confidence: confidences[numbers[at + 19]!]!,
    file: names[numbers[at + 6]!]!,
    offset: 0,
    fileBornAt: numbers[at + 11]!,
    parts: {
      input: numbers[at + 12]!,
      output: numbers[at + 13]!,
      cacheRead: numbers[at + 15]!,
      cacheWrite5m: numbers[at + 16]!,
      cacheWrite1h: numbers[at + 17]!,
    },
  };
  if (lines[line + 1] !== absent) record.request = lines[line + 1]!;
  if (numbers[at + 2] !== 0) record.agentId = names[numbers[at + 2]!]!;
  if (numbers[at + 4] !== 0) record.cwd = names[numbers[at + 4]!]!;
  if (numbers[at + 5] !== 0) record.gitBranch = names[numbers[at + 5]!]!;
  if (numbers[at + 7] !== 0) record.billing = JSON.parse(names[numbers[at + 7]!]!) as Billing;
  if (numbers[at + 14]! > 0) record.parts.reasoning = numbers[at + 14]!;
  if (numbers[at + 18]! > 0) record.webSearches = numbers[at + 18]!;
  return record;
}

const oneLine = (text: string): string => (text.includes('\n') ? text.replaceAll('\n', ' ') : text);
