import { ofDecision, ofDocument } from '../check.ts';
import type { Answer } from '../http.ts';
import { expectSame, expectStatus, expectThat, numberAt, shown } from '../judge.ts';
import type { Body } from '../judge.ts';
import type { ReplCheck, ReplContext, ReplGroup } from './context.ts';
import { linesOf } from './journal.ts';
import { sessionsPath } from './session.ts';
import type { ReplSession } from './session.ts';
import { expectError, expectEvent, expectHeaderOf, expectMetadata } from './shapes.ts';

const exporting = 'export gives JSONL in the document’s event shape';
const importing = 'import reads JSONL in the document’s event shape';
const older = 'the older dialect (ts ms, result, step, effect, resume) is read too';

const [created, timestamp, ts] = ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:06.000Z', 1_767_323_046_000];
const header = { type: 'session', version: 1, id: 'from-elsewhere', created };

const textOf = (lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const send = ({ http }: ReplContext, name: string, raw: string, key: Record<string, string> = {}): Promise<Answer> =>
  http.ask('POST', `${sessionsPath}/import?name=${encodeURIComponent(name)}`, {
    raw,
    headers: { 'content-type': 'application/x-ndjson', ...key },
  });

const imported = async (context: ReplContext, text: string): Promise<ReplSession> => {
  const session = context.unborn();
  expectStatus(await send(context, session.name, text), 201);
  return session;
};

/** What was typed, and what came of it. */
const told = (events: readonly Body[]): unknown[] =>
  events
    .filter(({ type }) => type === 'input' || type === 'output' || type === 'error')
    .map(({ type, code, value, message }) => ({ type, code, value, message }));

const exported = async (session: ReplSession): Promise<string> => {
  const answer = await session.get('/export');
  expectStatus(answer, 200);
  return answer.text;
};

const documented = [
  header,
  { type: 'input', seq: 0, code: 'let n = 40', timestamp },
  { type: 'output', seq: 1, value: 'undefined', timestamp },
  { type: 'checkpoint', seq: 2, reason: 'command', stateId: 'a' },
  { type: 'input', seq: 3, code: 'n += 2', timestamp },
  { type: 'output', seq: 4, value: '42', timestamp },
  { type: 'input', seq: 5, code: 'throw new Error("no")', timestamp },
  { type: 'error', seq: 6, message: 'Uncaught Error: no', timestamp },
];

const ofModel = [
  header,
  { type: 'input', seq: 0, code: 'const a = await llm("q"); a', timestamp },
  { type: 'llm_req', seq: 1, prompt: 'q', receiptKey: 'k1' },
  { type: 'llm_resp', seq: 2, response: 'from the receipt', receiptKey: 'k1' },
  { type: 'output', seq: 3, value: `'from the receipt'`, timestamp },
];

const old = [
  header,
  { seq: 1, ts, type: 'input', code: '(define n 40)' },
  { seq: 2, ts, type: 'step', d: 0, ctrl: 'call:define' },
  { seq: 3, ts, type: 'checkpoint', d: 0, reason: 'effect', stateId: 'st-1' },
  { seq: 4, ts, type: 'result', value: '' },
  { seq: 5, ts, type: 'effect', d: 0, op: 'infer.op', argsPreview: '[]' },
  { seq: 6, ts, type: 'resume', d: 0, valuePreview: 'a' },
  { seq: 7, ts, type: 'input', code: '(+ n 2)' },
  { seq: 8, ts, type: 'result', value: '42' },
];

const wrong: readonly [what: string, text: string][] = [
  ['empty', ''],
  ['no-json', 'let n = 1\n'],
  ['no-header', textOf(documented.slice(1))],
  ['version', textOf([{ ...header, version: 99 }, ...documented.slice(1)])],
  ['half-a-line', textOf(documented).slice(0, -20)],
  ['gap', textOf(documented.filter((_, i) => i !== 2))],
  ['twice', textOf([...documented.slice(0, 2), ...documented.slice(1)])],
  ['unknown-type', textOf([header, { type: 'cake', seq: 0, timestamp }])],
  ['no-code', textOf([header, { type: 'input', seq: 0, timestamp }])],
  ['code-number', textOf([header, { type: 'input', seq: 0, code: 1, timestamp }])],
  ['time', textOf([header, { type: 'input', seq: 0, code: '1', timestamp: 'soon' }])],
  [
    'proto',
    `${JSON.stringify(header)}\n{"type":"input","seq":0,"code":"1","timestamp":"${timestamp}","__proto__":{}}\n`,
  ],
];

const wrongCheck = ([what, text]: (typeof wrong)[number]): ReplCheck =>
  ofDecision(`transfer.wrong-${what}`, 'bad input: 400, and it changes nothing', async (context) => {
    const session = context.unborn();
    expectError(await send(context, session.name, text), 400);
    expectError(await session.get(), 404);
  });

/** Journals that are given out and taken in. */
export const transfer: ReplGroup = {
  name: 'transfer',
  title: 'Export and import',
  checks: [
    ofDocument('transfer.export', 'a header, then events, in the shape of SessionEvent', async (context) => {
      const session = await context.ran('1', 'throw 2');
      const [first = {}, ...events] = linesOf(await session.get('/export'));
      expectHeaderOf(first, await session.id());
      expectThat(events.length >= 4, 'an event for each input and for what came of it', shown(events));
      events.forEach(expectEvent);
    }),
    ofDecision('transfer.export-all', exporting, async (context) => {
      const session = await context.ran('let n = 1', `'a\\nb 漢字'`);
      await session.goto(2);
      expectSame('events of the export', linesOf(await session.get('/export')).slice(1), await session.events());
    }),
    ofDecision('transfer.export-empty', exporting, async (context) => {
      expectSame('lines', linesOf(await (await context.created()).get('/export')).length, 1);
    }),
    ofDecision('transfer.export-many', exporting, async (context) => {
      const session = await context.created();
      await Promise.all(Array.from({ length: 50 }, (_, n) => session.run(`'${'x'.repeat(1000)}${n}'`)));
      expectSame('events of the export', linesOf(await session.get('/export')).slice(1), await session.events());
    }),
    ofDocument('transfer.import', importing, async (context) => {
      const session = await imported(context, textOf(documented));
      await session.says('n', '42');
    }),
    ofDecision('transfer.import-answer', 'import answers SessionMetadata', async (context) => {
      const session = context.unborn();
      const answer = await send(context, session.name, textOf(documented));
      expectStatus(answer, 201);
      const body = answer.body as Body;
      expectMetadata(body);
      expectSame('name', body['name'], session.name);
    }),
    ofDecision('transfer.import-journal', importing, async (context) => {
      const session = await imported(context, textOf(documented));
      const inputs = (await session.events()).filter(({ type }) => type === 'input').map(({ code }) => code);
      expectSame('what was typed', inputs, ['let n = 40', 'n += 2', 'throw new Error("no")']);
    }),
    ofDecision('transfer.import-goto', 'an imported session can be gone back in', async (context) => {
      const session = await imported(context, textOf(documented));
      const events = await session.events();
      const second = events.findIndex(({ code }) => code === 'n += 2');
      const first = events.slice(0, second).findLast(({ type }) => type === 'checkpoint');
      await session.goto(numberAt(first ?? {}, 'seq'));
      await session.says('n', '40');
    }),
    ofDecision('transfer.round', 'what is exported can be imported', async (context) => {
      const session = await context.ran('const next = (() => { let i = 0; return () => ++i })()', 'next()', 'throw 5');
      const copy = await imported(context, await exported(session));
      expectSame('what was typed and came of it', told(await copy.events()), told(await session.events()));
      await copy.says('next()', '2');
      await session.says('next()', '2');
    }),
    ofDecision('transfer.round-exact', 'clock and seed are kept: running it again gives the same', async (context) => {
      const session = await context.ran('const seen = [Math.random(), Date.now()]');
      const seen = await session.run('seen');
      await (await imported(context, await exported(session))).says('seen', seen);
    }),
    ofDecision(
      'transfer.round-goto',
      'whoever replays takes the last checkpoint and goes on from there',
      async (context) => {
        const session = await context.ran('let n = 1', 'n = 2');
        await session.goto(2);
        await session.run('n += 10');
        await (await imported(context, await exported(session))).says('n', '11');
      },
    ),
    ofDecision('transfer.round-seq', 'events with seq from 0 without gaps', async (context) => {
      const session = await context.ran('1', 'throw 2');
      const copy = await imported(context, await exported(session));
      await copy.run('3');
      const events = await copy.events();
      const seqs = events.map(({ seq }) => seq);
      expectSame('seq', seqs, [...seqs.keys()]);
    }),
    ofDecision(
      'transfer.model',
      'replay takes the answer from its receipt and never calls the model',
      async (context) => {
        await (await imported(context, textOf(ofModel))).says('a', `'from the receipt'`);
      },
    ),
    ofDecision('transfer.model-missing', 'a missing receipt is an error that names it', async (context) => {
      const session = context.unborn();
      const text = textOf(
        ofModel.filter(({ type }) => type !== 'llm_resp').map((e, i) => (i > 0 ? { ...e, seq: i - 1 } : e)),
      );
      const error = expectError(await send(context, session.name, text), [400, 409, 422]);
      expectThat(error.includes('k1'), 'the error to name the receipt k1', shown(error));
      expectError(await session.get(), 404);
    }),
    ofDecision('transfer.older', older, async (context) => {
      const session = await imported(context, textOf(old));
      await session.says('(+ n 3)', '43');
    }),
    ofDecision('transfer.older-journal', older, async (context) => {
      const session = await imported(context, textOf(old));
      const events = await session.events();
      events.forEach(expectEvent);
      const inputs = events.filter(({ type }) => type === 'input').map(({ code }) => code);
      expectSame('what was typed', inputs, ['(define n 40)', '(+ n 2)']);
    }),
    ofDecision('transfer.taken', '409 when the name is taken', async (context) => {
      const session = await context.ran('let n = 1');
      expectError(await send(context, session.name, textOf(documented)), 409);
      await session.says('n', '1');
    }),
    ofDecision('transfer.name', 'names: anything else 400', async (context) => {
      for (const name of ['..', 'a b', '.f']) expectError(await send(context, name, textOf(documented)), 400, 'name');
    }),
    ofDecision('transfer.again', 'every POST takes Idempotency-Key', async (context) => {
      const session = context.unborn();
      const key = { 'idempotency-key': crypto.randomUUID() };
      const first = await send(context, session.name, textOf(documented), key);
      expectStatus(first, 201);
      const again = await send(context, session.name, textOf(documented), key);
      expectSame('the answer again', [again.status, again.body], [201, first.body]);
    }),
    ...wrong.map(wrongCheck),
  ],
};
