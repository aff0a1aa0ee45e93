import { ofDecision, ofDocument } from '../check.ts';
import { jsonIn } from '../http.ts';
import {
  expectHeader,
  expectSame,
  expectStatus,
  expectSuccess,
  expectThat,
  numberAt,
  objectOf,
  shown,
  textAt,
} from '../judge.ts';
import type { Answer } from '../http.ts';
import type { Body } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';
import { expectEvent, expectHeaderOf, seqsIn, timeAt, typesIn } from './shapes.ts';

const shape =
  'SessionEvent: input has code, output value, checkpoint reason and stateId, error message; each seq, and a timestamp where it says so';
const gapless = 'events with seq from 0 without gaps';
const durable = 'an execute is acknowledged after its input and output or error are durable';

/** The lines of an answer in JSONL. */
export const linesOf = (answer: Answer): Body[] => {
  expectSuccess(answer);
  const lines = answer.text.split('\n').filter((line) => line !== '');
  return lines.map((line, i) => objectOf(`line ${i + 1} of ${answer.asked}`, jsonIn(line)));
};

const expectGapless = (events: readonly Body[]): void =>
  expectSame(
    'seq of the events',
    seqsIn(events),
    events.map((_, i) => i),
  );

const atSeqs = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

const typed: readonly [what: string, commands: readonly string[], types: readonly string[]][] = [
  ['command', ['1'], ['input', 'output', 'checkpoint']],
  ['two', ['1', '2'], ['input', 'output', 'checkpoint', 'input', 'output', 'checkpoint']],
  ['error', ['throw 1'], ['input', 'error', 'checkpoint']],
  ['syntax-error', ['let = = 1'], ['input', 'error', 'checkpoint']],
  ['nothing', [''], ['input', 'output', 'checkpoint']],
];

const typedCheck = ([what, commands, types]: (typeof typed)[number]): ReplCheck =>
  ofDecision(
    `journal.of-${what}`,
    `input, then output or error, then a checkpoint after every command`,
    async (context) => {
      const session = await context.ran(...commands);
      expectSame('types of the events', typesIn(await session.events()), types);
    },
  );

const readBack = async (session: ReplSession, command: string): Promise<void> => {
  await session.run(command);
  const input = (await session.events()).find(({ type }) => type === 'input');
  expectSame('code of the input', input?.['code'], command);
};

/** What is written down of a session, and how it is read. */
export const journal: ReplGroup = {
  name: 'journal',
  title: 'Journal',
  checks: [
    ofDocument('journal.events', shape, async (context) => {
      const session = await context.ran('1', 'throw new Error("no")', 'console.log(2)');
      const events = await session.events();
      expectThat(events.length >= 6, 'an event for each input and for what came of it', shown(typesIn(events)));
      events.forEach(expectEvent);
    }),
    ...typed.map(typedCheck),
    ofDecision('journal.seq', gapless, async (context) => {
      expectGapless(await (await context.ran('1', 'throw 2', 'console.log(3)', '4')).events());
    }),
    ofDecision('journal.empty', gapless, async (context) => {
      expectSame('events of a new session', await (await context.created()).events(), []);
    }),
    ofDocument('journal.input', 'an input event has the code', async (context) => {
      await readBack(await context.created(), '1 +\n  1 // sum');
    }),
    ofDecision('journal.input-exact', 'an input event has the code, as it came', async (context) => {
      await readBack(await context.created(), `  'é 漢字 🦀 \\u0000';\r\n\t// ${'long '.repeat(500)}  `);
    }),
    ofDocument('journal.output', 'an output event has the value', async (context) => {
      const session = await context.ran('({ a: 1 })');
      const output = (await session.events()).find(({ type }) => type === 'output');
      expectSame('value of the output', output?.['value'], '{ a: 1 }');
    }),
    ofDocument('journal.error', 'an error event has the message', async (context) => {
      const session = await context.ran('throw new Error("on purpose")');
      const error = (await session.events()).find(({ type }) => type === 'error');
      const message = textAt(error ?? {}, 'message');
      expectThat(message.includes('on purpose'), 'the message of the error', shown(message));
    }),
    ofDecision('journal.times', 'times are ISO 8601 UTC, and in order', async (context) => {
      const before = Date.now();
      const session = await context.ran('1', '2');
      const times = (await session.events())
        .filter(({ type }) => type !== 'checkpoint')
        .map((e) => timeAt(e, 'timestamp'));
      expectSame(
        'times',
        times,
        times.toSorted((a, b) => a - b),
      );
      expectThat(Math.abs((times[0] ?? 0) - before) < 60_000, 'a time of now', shown(times));
    }),
    ofDecision(
      'journal.clock-and-seed',
      'clock and random seed of a command are kept with its input',
      async (context) => {
        const input = (await (await context.ran('1')).events())[0] ?? {};
        expectThat(
          input['clock'] !== undefined && input['seed'] !== undefined,
          'clock and seed of an input',
          shown(input),
        );
      },
    ),
    ofDecision('journal.client', 'X-Client-Id names the client', async (context) => {
      const session = await context.created();
      const client = `client-${crypto.randomUUID()}`;
      expectStatus(await session.execute('1', { 'x-client-id': client }), 200);
      const input = (await session.events())[0];
      expectThat(Object.values(input ?? {}).includes(client), `the input to name ${client}`, shown(input));
    }),
    ofDecision('journal.durable', durable, async (context) => {
      const session = await context.created();
      for (let n = 0; n < 5; n++) {
        await session.run(`${n}`);
        const codes = (await session.events()).filter(({ type }) => type === 'input').map(({ code }) => code);
        expectSame('code that was acknowledged', codes, atSeqs(0, n).map(String));
      }
    }),
    ofDecision('journal.append-only', 'append-only', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2', 'throw n');
      const before = await session.events();
      await session.goto(2);
      await session.run('n = 3');
      await session.post('/checkpoints', {});
      expectSame('the events of before', (await session.events()).slice(0, before.length), before);
    }),
    ofDecision('journal.refused', 'bad input changes nothing', async (context) => {
      const session = await context.ran('1');
      const before = await session.read();
      expectStatus(await session.post('/execute', { command: 5 }), 400);
      expectSame('the session', await session.read(), before);
    }),
    ofDecision('journal.after', 'GET …/events takes after', async (context) => {
      const session = await context.ran('1', '2', '3');
      expectSame('seq after 4', seqsIn(await session.events('?after=4')), atSeqs(5, 8));
      expectSame('seq after 0', seqsIn(await session.events('?after=0')), atSeqs(1, 8));
      expectSame('events after the last', await session.events('?after=8'), []);
      expectSame('events after many', await session.events('?after=100000'), []);
    }),
    ofDecision('journal.limit', 'GET …/events takes limit', async (context) => {
      const session = await context.ran('1', '2', '3');
      expectSame('the first two', seqsIn(await session.events('?limit=2')), [0, 1]);
      expectSame('three after 3', seqsIn(await session.events('?after=3&limit=3')), [4, 5, 6]);
      expectSame('all', seqsIn(await session.events('?limit=1000')), atSeqs(0, 8));
    }),
    ofDecision('journal.pages', 'pages by after and limit neither repeat nor drop an event', async (context) => {
      const session = await context.ran('1', '2', '3');
      const met: Body[] = await session.events('?limit=2');
      for (let page = met.slice(); page.length > 0; met.push(...page))
        page = await session.events(`?after=${numberAt(met.at(-1) ?? {}, 'seq')}&limit=2`);
      expectSame('all pages', met, await session.events());
    }),
    ofDocument('journal.header', 'a header {type: session, version, id, created}', async (context) => {
      const session = await context.ran('1');
      const [header = {}] = linesOf(await session.get('/events?format=jsonl'));
      expectHeaderOf(header, await session.id());
    }),
    ofDecision('journal.header-created', 'the header has the id and the time of the session', async (context) => {
      const session = await context.ran('1');
      const [header = {}] = linesOf(await session.get('/events?format=jsonl'));
      expectSame('created', timeAt(header, 'created'), timeAt(await session.read(), 'created'));
    }),
    ofDecision('journal.jsonl', 'format=jsonl: the header, then the events, a line each', async (context) => {
      const session = await context.ran(`'a\\nb'`, 'throw new Error("x\\ny")', `'漢字 🦀'`);
      const answer = await session.get('/events?format=jsonl');
      expectSame('the lines after the header', linesOf(answer).slice(1), await session.events());
      expectThat(answer.text.endsWith('\n'), 'a line feed at the end', shown(answer.text.slice(-40)));
    }),
    ofDecision('journal.jsonl-empty', 'format=jsonl: a header, also where there is nothing else', async (context) => {
      const session = await context.created();
      expectSame('lines', linesOf(await session.get('/events?format=jsonl')).length, 1);
    }),
    ofDecision('journal.jsonl-type', 'format=jsonl is no JSON', async (context) => {
      const session = await context.ran('1');
      const answer = await session.get('/events?format=jsonl');
      const type = String(answer.headers['content-type']);
      expectThat(/jsonl|ndjson|json-seq|text\/plain/.test(type), 'a content-type of lines', type);
      expectHeader(await session.get('/events'), 'content-type', 'application/json');
    }),
    ofDecision('journal.jsonl-after', 'format=jsonl takes after and limit, too', async (context) => {
      const session = await context.ran('1', '2', '3');
      const lines = linesOf(await session.get('/events?format=jsonl&after=2&limit=2'));
      expectSame('seq', seqsIn(lines.filter(({ type }) => type !== 'session')), [3, 4]);
    }),
    ofDecision('journal.many', gapless, async (context) => {
      const session = await context.created();
      await Promise.all(Array.from({ length: 40 }, (_, n) => session.run(`${n}`)));
      expectGapless(await session.events());
    }),
  ],
};
