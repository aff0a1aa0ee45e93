import { describe, expect, it } from 'vitest';
import { Problem } from '../contract/problem.ts';
import { readJournal } from './repl-journal-file.ts';

const created = '2026-11-20T12:00:00.000Z';
const [noon, timestamp] = [Date.parse(created), '2026-11-20T12:00:01.000Z'];
const header = { type: 'session', version: 1, id: 'old-notes', created };

const textOf = (...events: unknown[]): string => events.map((event) => JSON.stringify(event)).join('\n');
const read = (text: string) => readJournal(Buffer.from(text), (line) => JSON.parse(line.toString()) as unknown);

/** What is said of a journal that is not taken. */
const refused = async (text: string): Promise<string> => {
  try {
    await readJournal(Buffer.from(text), (line) => {
      try {
        return JSON.parse(line.toString()) as unknown;
      } catch {
        throw new Problem('invalid_request', 'the body is not valid JSON');
      }
    });
  } catch (error) {
    if (error instanceof Problem && error.kind === 'invalid_request') return error.message;
    throw error;
  }
  throw new Error('it was taken');
};

describe('given a journal in the document’s shape', () => {
  it('when it has the document’s fields alone, then what replays need is made of what is there', async () => {
    const file = await read(
      textOf(
        header,
        { type: 'input', seq: 0, code: 'await llm("q")', timestamp },
        { type: 'llm_req', seq: 1, prompt: 'q', receiptKey: 'k' },
        { type: 'llm_resp', seq: 2, response: 'a', receiptKey: 'k' },
        { type: 'output', seq: 3, value: "'a'", timestamp: '2026-11-20T12:00:02.000Z' },
        { type: 'checkpoint', seq: 4, reason: 'manual', stateId: 'x' },
      ),
    );
    const seed = expect.any(Number) as number;
    expect(file).toMatchObject({ header: { id: 'old-notes', created: noon }, dialect: 'document' });
    expect(file.lines).toEqual([2, 3, 4, 5, 6]);
    expect(file.entries).toEqual([
      { type: 'input', seq: 0, code: 'await llm("q")', timestamp: noon + 1000, clock: noon + 1000, seed },
      { type: 'llm_req', seq: 1, prompt: 'q', receiptKey: 'k', request: 0, of: '', timestamp: noon + 1000 },
      { type: 'llm_resp', seq: 2, response: 'a', receiptKey: 'k', timestamp: noon + 1000, clock: noon + 1000 },
      { type: 'output', seq: 3, value: "'a'", timestamp: noon + 2000 },
      { type: 'checkpoint', seq: 4, reason: 'manual', stateId: 'x', timestamp: noon + 2000 },
    ]);
  });

  it('when it is read twice, then its seeds are the same, and each input’s is its own', async () => {
    const input = { type: 'input', code: '1', timestamp };
    const text = textOf(header, { ...input, seq: 0 }, { ...input, seq: 1 });
    const [first, second] = [await read(text), await read(text)];
    expect(first).toEqual(second);
    const seeds = first.entries.flatMap((entry) => (entry.type === 'input' ? entry.seed : []));
    expect(new Set(seeds).size).toBe(2);
    for (const seed of seeds) expect(Number.isSafeInteger(seed)).toBe(true);
  });

  it('when lines end as on Windows, or some are empty, then it is the same', async () => {
    const output = { type: 'output', seq: 0, value: '1', timestamp };
    const file = await read(`${JSON.stringify(header)}\r\n\r\n\n${JSON.stringify(output)}\r\n`);
    expect(file.entries).toHaveLength(1);
    expect(file.lines).toEqual([4]);
  });
});

describe('given a journal that does not name the states after its commands', () => {
  const of = async (...events: object[]) => {
    const numbered = events.map((event, seq) => ({ timestamp, seq, ...event }));
    const { entries, events: count } = await read(textOf(header, ...numbered));
    expect(count).toBe(events.length);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i));
    return entries.map((entry) => (entry.type === 'checkpoint' ? `${entry.reason} ${entry.stateId}` : entry.type));
  };
  const [input, output, error] = [
    { type: 'input', code: '1' },
    { type: 'output', value: '1' },
    { type: 'error', message: 'no' },
  ];
  const checkpoint = (reason: string, stateId: string) => ({ type: 'checkpoint', reason, stateId });

  it('when a command has ended, then a checkpoint is added that does', async () => {
    expect(await of(input, output, input, output, error)).toEqual([
      'input',
      'output',
      'command after-1',
      'input',
      'output',
      'error',
      'command after-5',
    ]);
    expect(await of(input, input)).toEqual(['input', 'command after-0', 'input']);
    expect(await of(input, output, checkpoint('manual', 'x'), input, output, checkpoint('goto', 'x'))).toEqual([
      'input',
      'output',
      'manual x',
      'input',
      'output',
      'command after-4',
      'goto x',
    ]);
  });

  it('when it is stint’s own, then none is added', async () => {
    const ask = { type: 'llm_req', prompt: 'q', receiptKey: 'k' };
    const own = [
      [input, checkpoint('llm_boundary', 's1'), ask, error, checkpoint('command', 's0'), checkpoint('periodic', 's2')],
      [input, output, error, checkpoint('command', 's1'), checkpoint('goto', 's0'), input],
      [input, output, checkpoint('fork', 's0'), error, checkpoint('command', 's0'), input, output],
    ];
    for (const [i, events] of own.entries())
      expect(await of(...events)).toHaveLength(events.length + (i === 2 ? 1 : 0));
  });
});

describe('given a journal in the older dialect, without its index', () => {
  it('when it is read, then it is in the document’s shape, without what the machine did', async () => {
    const [ts, d] = [noon + 5, 0];
    const file = await read(
      textOf(
        { ...header, profile: 'explore' },
        { seq: 1, ts, type: 'input', code: '(+ 1 2)' },
        { seq: 2, ts, type: 'step', d, ctrl: 'call:+' },
        { seq: 3, ts, type: 'effect', d, op: 'infer.op', argsPreview: '["q"]' },
        { seq: 4, ts, type: 'llm_req', d, model: 'gpt-4', promptPreview: 'q', receiptKey: 'k' },
        { seq: 5, ts, type: 'llm_resp', d, valuePreview: 'a', tokens: 10, durationMs: 500, receiptKey: 'k' },
        { seq: 6, ts, type: 'resume', d, valuePreview: 'a' },
        { seq: 7, ts, type: 'checkpoint', d, reason: 'effect', stateId: 'st-1' },
        { seq: 8, ts, type: 'result', value: '3' },
        { seq: 9, ts, type: 'error', d, message: 'no', stack: 'at …' },
      ),
    );
    expect(file).toMatchObject({ dialect: 'older', passedOver: { step: 1, effect: 1, resume: 1 } });
    expect(file.events).toBe(6);
    expect(file.lines).toEqual([2, 5, 6, 8, 9, 10, 10]);
    expect(file.entries.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '0 input',
      '1 llm_req',
      '2 llm_resp',
      '3 checkpoint',
      '4 output',
      '5 error',
      '6 checkpoint',
    ]);
    expect(file.entries[0]).toMatchObject({ timestamp: noon + 5, clock: noon + 5, seed: expect.any(Number) as number });
    expect(file.entries[1]).toMatchObject({ prompt: 'q', receiptKey: 'k' });
    expect(file.entries[2]).toMatchObject({ response: 'a', receiptKey: 'k' });
  });
});

describe('given what is no journal', () => {
  const input = { type: 'input', seq: 0, code: '1', timestamp };
  const output = { type: 'output', seq: 1, value: '1', timestamp };
  it.each([
    ['nothing', '', /^line 1: must be the journal’s header/],
    ['no header', textOf(input), /^line 1: type: must be `session`/],
    ['another version', textOf({ ...header, version: 2 }), /^line 1: version: must be 1/],
    ['a header with no time', textOf({ ...header, created: 'soon' }), /^line 1: created: must be a time/],
    ['half a line', `${textOf(header, input)}\n{"type":"out`, /^line 3: is not valid JSON/],
    ['an event that is not known', textOf(header, { type: 'step', seq: 0 }), /^line 2: type: /],
    ['a field that is wrong', textOf(header, { ...input, code: 1 }), /^line 2: code: /],
    ['a field that is missing', textOf(header, { type: 'input', seq: 0, timestamp }), /^line 2: code: /],
    ['a seed that is no whole number', textOf(header, { ...input, seed: 0.5 }), /^line 2: seed: /],
    ['a gap', textOf(header, input, { ...output, seq: 2 }), /^line 3: seq is 2, where 1 comes next: some are missing/],
    ['an event twice', textOf(header, input, input), /^line 3: seq is 0, where 1 comes next: one is there twice/],
    ['a beginning that is not there', textOf(header, { ...input, seq: 3 }), /^line 2: seq is 3, where 0 comes next/],
    ['another dialect further on', textOf(header, input, { seq: 1, ts: 5, type: 'result', value: '1' }), /^line 3: /],
    ['no reason that is known', textOf(header, { type: 'checkpoint', seq: 0, reason: 'x', stateId: 's0' }), /reason: /],
  ])('when it is %s, then the line is named', async (_, text, said) => {
    expect(await refused(text)).toMatch(said);
  });
});
