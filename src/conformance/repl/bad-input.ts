import { ofDecision } from '../check.ts';
import { expectSame, expectStatus, expectThat, rowsAt, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import { sessionsPath } from './session.ts';
import { expectError } from './shapes.ts';

const unchanged = 'bad input answers 400 with the path of each bad field, and changes nothing';

type Bad = readonly [what: string, rest: string, path: string, json: unknown, method?: 'PUT'];

const free = { name: 'conformance-refused' };

const creating: readonly Bad[] = [
  ['create-no-name', '', 'name', {}],
  ['create-name-number', '', 'name', { name: 5 }],
  ['create-language', '', 'language', { ...free, language: 'cobol' }],
  ['create-language-null', '', 'language', { ...free, language: null }],
  ['create-access', '', 'accessMode', { ...free, accessMode: 'writeonly' }],
  ['create-access-member', '', 'accessMode', { ...free, accessMode: 'ReadOnly' }],
  ['create-llm-text', '', 'llm', { ...free, llm: 'gpt' }],
  ['create-llm-provider', '', 'llm.provider', { ...free, llm: { model: 'm' } }],
  ['create-llm-model', '', 'llm.model', { ...free, llm: { provider: 'openai' } }],
  ['create-llm-url', '', 'llm.baseUrl', { ...free, llm: { provider: 'openai', model: 'm', baseUrl: 'nowhere' } }],
  [
    'create-llm-scheme',
    '',
    'llm.baseUrl',
    { ...free, llm: { provider: 'openai', model: 'm', baseUrl: 'file:///etc' } },
  ],
  ['create-unknown', '', 'colour', { ...free, colour: 'red' }],
];

const within: readonly Bad[] = [
  ['execute-no-command', '/execute', 'command', {}],
  ['execute-null', '/execute', 'command', { command: null }],
  ['execute-number', '/execute', 'command', { command: 5 }],
  ['execute-array', '/execute', 'command', { command: ['1'] }],
  ['execute-unknown', '/execute', 'commands', { command: '1', commands: [] }],
  ['goto-no-seq', '/goto', 'seq', {}],
  ['goto-negative', '/goto', 'seq', { seq: -1 }],
  ['goto-fraction', '/goto', 'seq', { seq: 0.5 }],
  ['goto-text', '/goto', 'seq', { seq: '1' }],
  ['goto-unsafe', '/goto', 'seq', { seq: 2 ** 60 }],
  ['goto-unknown', '/goto', 'to', { seq: 1, to: 2 }],
  ['fork-no-name', '/fork', 'name', {}],
  ['fork-seq', '/fork', 'seq', { name: 'conformance-refused', seq: -1 }],
  ['checkpoint-label', '/checkpoints', 'label', { label: 5 }],
  ['checkpoint-description', '/checkpoints', 'description', { description: [] }],
  ['checkpoint-tags', '/checkpoints', 'tags', { tags: 'a' }],
  ['checkpoint-tag', '/checkpoints', 'tags', { tags: [1] }],
  ['checkpoint-unknown', '/checkpoints', 'name', { name: 'n' }],
  ['annotation-label', '/checkpoints/2/annotation', 'label', { label: {} }, 'PUT'],
  ['annotation-tags', '/checkpoints/2/annotation', 'tags', { tags: [null] }, 'PUT'],
  ['annotation-unknown', '/checkpoints/2/annotation', 'colour', { colour: 'red' }, 'PUT'],
  ['snapshot-description', '/snapshots', 'description', { description: 1, tags: [] }],
  ['snapshot-tags', '/snapshots', 'tags', { description: '', tags: {} }],
  ['snapshot-unknown', '/snapshots', 'name', { description: '', tags: [], name: 'n' }],
  ['access-no-client', '/access', 'clientId', { mode: 'readonly' }],
  ['access-client-empty', '/access', 'clientId', { clientId: '', mode: 'readonly' }],
  ['access-no-mode', '/access', 'mode', { clientId: 'c' }],
  ['access-mode', '/access', 'mode', { clientId: 'c', mode: 'write' }],
  ['access-unknown', '/access', 'for', { clientId: 'c', mode: 'readonly', for: 30 }],
];

const createCheck = ([what, , path, json]: Bad): ReplCheck =>
  ofDecision(`bad-input.${what}`, unchanged, async (context) => {
    expectError(await context.http.post(sessionsPath, json), 400, path);
    const names = rowsAt(await context.list(), 'sessions').map((row) => row['name']);
    expectThat(!names.includes(free.name), 'nothing to be created by what was refused', shown(names));
  });

const withinCheck = ([what, rest, path, json, method]: Bad): ReplCheck =>
  ofDecision(`bad-input.${what}`, unchanged, async (context) => {
    const session = await context.ran('var n = 1');
    const before = await session.events();
    expectError(await session.ask(method ?? 'POST', rest, { json }), 400, path);
    expectSame('events after the refusal', await session.events(), before);
  });

const queries: readonly [what: string, rest: string, field: string][] = [
  ['after-negative', '/events?after=-2', 'after'],
  ['after-text', '/events?after=two', 'after'],
  ['limit-zero', '/events?limit=0', 'limit'],
  ['limit-hex', '/events?limit=0x10', 'limit'],
  ['format', '/events?format=xml', 'format'],
  ['unknown', '/events?from=1', 'from'],
];

const queryCheck = ([what, rest, field]: (typeof queries)[number]): ReplCheck =>
  ofDecision(
    `bad-input.query-${what}`,
    'numbers in queries are digits only; bad input: 400 with the path',
    async (context) => {
      expectError(await (await context.created()).get(rest), 400, field);
    },
  );

const raws: readonly [what: string, raw: string, path: string][] = [
  ['json', '{"command":', ''],
  ['key-twice', '{"command":"1","command":"2"}', 'command'],
  ['key-twice-escaped', '{"command":"1","comm\\u0061nd":"2"}', 'command'],
  ['proto', '{"command":"1","__proto__":{}}', '__proto__'],
  ['deep', `{"command":${'['.repeat(65)}${']'.repeat(65)}}`, ''],
  ['array', '[]', ''],
  ['null', 'null', ''],
];

const rawCheck = ([what, raw, path]: (typeof raws)[number]): ReplCheck =>
  ofDecision(
    `bad-input.raw-${what}`,
    'malformed JSON, duplicate keys, __proto__, depth over 64: 400',
    async (context) => {
      const session = context.unborn();
      expectError(await session.ask('POST', '/execute', { raw }), 400, path);
      expectError(await session.get(), 404);
    },
  );

/** What must be refused, and where it is wrong. */
export const badInput: ReplGroup = {
  name: 'bad-input',
  title: 'Bad input',
  checks: [
    ...creating.map(createCheck),
    ...within.map(withinCheck),
    ...queries.map(queryCheck),
    ...raws.map(rawCheck),
    ofDecision('bad-input.each-field', 'the path of each bad field', async ({ http }) => {
      const error = expectError(await http.post(sessionsPath, { name: '', language: 'cobol' }), 400, 'name');
      expectThat(error.includes('language'), 'the error to name language too', shown(error));
    }),
    ofDecision('bad-input.type', 'only application/json has a parser (else 415)', async (context) => {
      const session = context.unborn();
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/javascript']) {
        const asking = { raw: '{"command":"1"}', headers: { 'content-type': type } };
        expectError(await session.ask('POST', '/execute', asking), 415);
      }
      expectError(await session.get(), 404);
    }),
    ofDecision('bad-input.too-large', 'too large (1 MiB): 413', async (context) => {
      const session = context.unborn();
      expectError(await session.execute('1'.repeat(1024 * 1024 + 1)), 413);
      expectError(await session.get(), 404);
    }),
    ofDecision('bad-input.client-long', 'X-Client-Id names the client: one that is none is 400', async (context) => {
      const session = await context.created();
      expectError(await session.execute('1', { 'x-client-id': 'c'.repeat(5000) }), 400, 'Client');
    }),
    ofDecision('bad-input.seq-in-path', 'an id that is not one is 404', async (context) => {
      const session = await context.ran('1');
      for (const seq of ['two', '-1', '1.5', '999999'])
        expectError(await session.ask('PUT', `/checkpoints/${seq}/annotation`, { json: { label: 'l' } }), [400, 404]);
      expectStatus(await session.get('/checkpoints'), 200);
    }),
  ],
};
