import { ofDecision, ofDocument } from '../check.ts';
import { expectSame, expectThat, isObject, numberAt, shown, skipUnlessFound, textAt } from '../judge.ts';
import type { Body } from '../judge.ts';
import type { Answer } from '../http.ts';
import type { ReplContext, ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';
import { expectEvent } from './shapes.ts';

const receipts = 'LLM calls write llm_req before and llm_resp after the call';
const replay = 'replay takes the answer from its receipt and never calls the model';
const withModel = { needs: ['modelUrl'] } as const;

const asking = (context: ReplContext): Promise<ReplSession> => {
  const { modelUrl, model = 'conformance' } = context.target;
  return context.created({ llm: { provider: 'openai', model, baseUrl: modelUrl } });
};

const ofType = (events: readonly Body[], type: string): Body[] => events.filter((event) => event['type'] === type);

const keysOf = (events: readonly Body[]): string[] => events.map((event) => textAt(event, 'receiptKey'));

/** Tokens that the server has counted for the session. */
const tokensOf = async (context: ReplContext, session: ReplSession): Promise<number> => {
  const answer: Answer = await context.http.get(`/api/sessions/${await session.id()}`);
  skipUnlessFound(answer);
  return numberAt(isObject(answer.body) ? answer.body : {}, 'tokensUsed');
};

/** Asks once, goes back to where the answer was waited for, and waits for it again. */
const askedAgain = async (
  session: ReplSession,
  between: () => Promise<void> = async () => undefined,
): Promise<{ first: string; again: string }> => {
  await session.run('let got = null; 0');
  await session.run('await llm("say something").then((text) => { got = text }); 0');
  const first = await session.run('got');
  const events = await session.events();
  const request = numberAt(ofType(events, 'llm_req')[0] ?? {}, 'seq');
  const answer = numberAt(ofType(events, 'llm_resp')[0] ?? {}, 'seq');
  const boundary = events.find((event) => {
    const seq = numberAt(event, 'seq');
    return event['reason'] === 'llm_boundary' && seq < answer && seq >= request - 1;
  });
  expectThat(boundary !== undefined, 'a checkpoint before the answer', shown(events));
  await between();
  await session.goto(numberAt(boundary ?? {}, 'seq'));
  const again = await session.run('await new Promise((done) => setTimeout(done, 20)); got');
  return { first, again };
};

/** Code that asks a model. */
export const llm: ReplGroup = {
  name: 'llm',
  title: 'Asking a model',
  checks: [
    ofDecision('llm.none', 'llm in a session without a model is an error; the session lives on', async (context) => {
      const session = await context.ran('let kept = 41');
      const output = await session.run('await llm("hello")');
      expectThat(/error/i.test(output) && /model|llm/i.test(output), 'an error that says so', shown(output));
      expectSame('requests', ofType(await session.events(), 'llm_req'), []);
      await session.says('kept + 1', '42');
    }),
    ofDocument(
      'llm.events',
      'llm_req has prompt and receiptKey, llm_resp response and receiptKey',
      async (context) => {
        const session = await asking(context);
        const text = await session.run('const text = await llm("say something"); text.length > 0');
        expectSame('an answer that has text', text, 'true');
        const events = await session.events();
        events.forEach(expectEvent);
        const [[request = {}], [answer = {}]] = [ofType(events, 'llm_req'), ofType(events, 'llm_resp')];
        expectSame('prompt', request['prompt'], 'say something');
        expectSame('receiptKey of the answer', answer['receiptKey'], request['receiptKey']);
        await session.says('text === ' + JSON.stringify(answer['response']), 'true');
      },
      withModel,
    ),
    ofDecision(
      'llm.order',
      `${receipts}, with checkpoints at both sides`,
      async (context) => {
        const session = await asking(context);
        await session.run('await llm("say something"); 0');
        const events = await session.events();
        const types = events.map((event) => String(event['type']));
        const at = (type: string) => types.indexOf(type);
        const order = ['input', 'llm_req', 'llm_resp', 'output'].map(at);
        expectSame(
          'order of input, request, answer and output',
          order,
          order.toSorted((a, b) => a - b),
        );
        const before = events.slice(at('input'), at('llm_resp'));
        const isKept = before.some(({ reason }) => reason === 'llm_boundary');
        expectThat(isKept, 'a checkpoint before the answer', shown(events));
        expectThat(types.indexOf('checkpoint', at('llm_resp')) > 0, 'a checkpoint after the answer', shown(events));
      },
      withModel,
    ),
    ofDecision(
      'llm.key',
      'receiptKey = SHA-256 of the canonical request and its occurrence number',
      async (context) => {
        const session = await asking(context);
        await session.run('await llm("say something"); 0');
        const [key = ''] = keysOf(ofType(await session.events(), 'llm_req'));
        expectThat(/^[0-9a-f]{64}$/.test(key), 'receiptKey to be a SHA-256 in hex', key);
      },
      withModel,
    ),
    ofDecision(
      'llm.key-same',
      'receiptKey = SHA-256 of the canonical request and its occurrence number: the same in another session',
      async (context) => {
        const [one, two] = [await asking(context), await asking(context)];
        for (const session of [one, two]) await session.run('await llm("say something"); 0');
        expectSame(
          'keys',
          keysOf(ofType(await one.events(), 'llm_req')),
          keysOf(ofType(await two.events(), 'llm_req')),
        );
      },
      withModel,
    ),
    ofDecision(
      'llm.twice',
      'two equal prompts keep two receipts',
      async (context) => {
        const session = await asking(context);
        await session.run('const a = await llm("the same"); const b = await llm("the same"); 0');
        const events = await session.events();
        const [asked, answered] = [keysOf(ofType(events, 'llm_req')), keysOf(ofType(events, 'llm_resp'))];
        expectSame('receipts of two prompts', [asked.length, new Set(asked).size], [2, 2]);
        expectSame('keys of the answers', answered, asked);
      },
      withModel,
    ),
    ofDecision(
      'llm.twice-at-once',
      'two equal prompts keep two receipts, also at once',
      async (context) => {
        const session = await asking(context);
        await session.run('(await Promise.all([llm("the same"), llm("the same"), llm("another")])).length');
        const events = await session.events();
        expectSame('receipts', new Set(keysOf(ofType(events, 'llm_req'))).size, 3);
        expectSame('answers', new Set(keysOf(ofType(events, 'llm_resp'))).size, 3);
        expectSame(
          'seq',
          events.map(({ seq }) => seq),
          events.map((_, i) => i),
        );
      },
      withModel,
    ),
    ofDecision(
      'llm.options',
      'await llm(prompt, options?)',
      async (context) => {
        const session = await asking(context);
        await session.says('typeof await llm("say something", { system: "be short", maxTokens: 20 })', `'string'`);
      },
      withModel,
    ),
    ofDecision(
      'llm.bad-prompt',
      'await llm(prompt, options?): what is no prompt is an error of the code',
      async (context) => {
        const session = await asking(context);
        for (const command of ['await llm()', 'await llm({})', 'await llm(5n)'])
          expectThat(/error/i.test(await session.run(command)), `an error for ${command}`, 'none');
        expectSame('requests', ofType(await session.events(), 'llm_req'), []);
      },
      withModel,
    ),
    ofDecision(
      'llm.goto',
      `goto before an answer, and the same answer: ${replay}`,
      async (context) => {
        const { first, again } = await askedAgain(await asking(context));
        expectSame('the answer after going back', again, first);
      },
      withModel,
    ),
    ofDecision(
      'llm.goto-tokens',
      replay,
      async (context) => {
        const session = await asking(context);
        let before = 0;
        await askedAgain(session, async () => {
          before = await tokensOf(context, session);
        });
        expectSame('tokens after the answer came from its receipt', await tokensOf(context, session), before);
        expectThat(before > 0, 'tokens of the call', shown(before));
      },
      withModel,
    ),
    ofDecision(
      'llm.tokens',
      'tokens of the answer go to the session’s usage',
      async (context) => {
        const session = await asking(context);
        expectSame('tokens before', await tokensOf(context, session), 0);
        await session.run('await llm("say something"); 0');
        const once = await tokensOf(context, session);
        await session.run('await llm("say more"); 0');
        const twice = await tokensOf(context, session);
        expectThat(once > 0 && twice > once, 'tokens that are counted with each call', shown([once, twice]));
      },
      withModel,
    ),
    ofDecision(
      'llm.kept',
      'what the code keeps of an answer lives on, and is gone back to',
      async (context) => {
        const session = await asking(context);
        await session.run('const said = await llm("say something"); 0');
        const mark = await session.last();
        const said = await session.run('said');
        await session.run('var later = 1');
        await session.goto(mark);
        await session.says('said', said);
      },
      withModel,
    ),
    ofDecision(
      'llm.neighbour',
      'a second session never waits for the first',
      async (context) => {
        const session = await asking(context);
        const [, two] = await Promise.all([
          session.run('await llm("say something"); 0'),
          (await context.created()).run('1 + 1'),
        ]);
        expectSame('output of the neighbour', two, '2');
      },
      withModel,
    ),
  ],
};
