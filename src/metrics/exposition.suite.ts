/** Prometheus's text format, version 0.0.4, read strictly: whatever promtool would object to is thrown. */

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const suffixes: Record<string, readonly string[]> = { histogram: ['_bucket', '_sum', '_count'] };

export const parseMetrics = (text: string): Map<string, Family> => {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: [string, Family] | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (what === 'HELP') {
      if (families.has(name)) throw new Error(`${name} comes twice`);
      current = [name, { type: '', help: rest, samples: [] }];
      families.set(...current);
    } else if (what === 'TYPE') {
      if (current?.[0] !== name) throw new Error(`the type of ${name} does not stand at its help`);
      current[1].type = rest;
    } else {
      const sample = sampleIn(line);
      const series = `${sample.name} ${keyOf(sample.labels)}`;
      if (seen.has(series)) throw new Error(`${series} comes twice`);
      seen.add(series);
      if (!current || !namesOf(current).includes(sample.name))
        throw new Error(`${line} stands in no family of its own`);
      current[1].samples.push(sample);
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
};

/** The same for the same labels, in whatever order they come. */
const keyOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, text]) => `${name}=${text}`)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join();

const namesOf = ([name, { type }]: [string, Family]): string[] => (suffixes[type] ?? ['']).map((end) => name + end);

const sampleIn = (line: string): Sample => {
  const [, name, inside = '', number = ''] = sampleLine.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const value = number === '+Inf' ? Infinity : Number(number);
  if (Number.isNaN(value)) throw new Error(`no number: ${line}`);
  return { name, labels: labelsIn(inside), value };
};

const labelsIn = (inside: string): Record<string, string> => {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < inside.length) {
    const [, name = '', text = ''] = label.exec(inside) ?? [];
    if (name === '' || name in labels) throw new Error(`bad labels: ${inside}`);
    labels[name] = text;
  }
  return labels;
};

/** Buckets rise, and the last of them, +Inf, has all that were counted. */
const checkHistogram = (name: string, { samples }: Family): void => {
  const bySeries = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...rest } = sample.labels;
    const key = keyOf(rest);
    bySeries.set(key, [...(bySeries.get(key) ?? []), sample]);
  }
  for (const [labels, series] of bySeries) {
    const buckets = series.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((sample) => Number(sample.labels['le']?.replace('+Inf', 'Infinity')));
    const rising = (numbers: readonly number[]) =>
      numbers.every((number, i) => i === 0 || number >= (numbers[i - 1] ?? 0));
    const count = series.find((sample) => sample.name === `${name}_count`)?.value;
    if (!rising(bounds) || !rising(buckets.map(({ value }) => value)))
      throw new Error(`${name}${labels} does not rise`);
    if (bounds.at(-1) !== Infinity || buckets.at(-1)?.value !== count) throw new Error(`${name}${labels} is not whole`);
  }
};
