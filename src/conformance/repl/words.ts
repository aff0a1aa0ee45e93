import { ofDecision } from '../check.ts';
import { bodyOf, expectSame, expectStatus, expectThat, shown } from '../judge.ts';
import type { ReplCheck, ReplGroup } from './context.ts';
import type { ReplSession } from './session.ts';

const work =
  ':session list|save|goto|checkpoints|checkpoint|trace|resume|fork|metrics|timeline|snapshot|snapshots work through execute';
const unknownWord = /for the prompt|unknown|no such|there is no|not (a|known)|help/i;

/** What a word said; it is known, and leaves nobody. */
const said = async (session: ReplSession, word: string): Promise<string> => {
  const answer = await session.execute(word);
  expectStatus(answer, 200);
  const { output, shouldExit } = bodyOf(answer);
  expectSame(`shouldExit of ${word}`, shouldExit, false);
  expectThat(typeof output === 'string', `output of ${word} to be a string`, shown(output));
  return String(output);
};

const saysSomething = (word: string, pattern: RegExp): ReplCheck =>
  ofDecision(`words.${word}`, work, async (context) => {
    const session = await context.ran('let n = 1', 'n = 2');
    const output = await said(session, `:session ${word}`);
    expectThat(pattern.test(output), `:session ${word} to say ${pattern}`, shown(output));
    await session.says('n', '2');
  });

/** Commands that begin with a colon. */
export const words: ReplGroup = {
  name: 'words',
  title: 'Words: :help, :quit, :session',
  checks: [
    ofDecision('words.help', ':help works through execute', async (context) => {
      const output = await said(await context.created(), ':help');
      for (const word of [':quit', ':session', 'goto', 'fork', 'checkpoints'])
        expectThat(output.includes(word), `:help to tell of ${word}`, shown(output));
    }),
    ofDecision('words.quit', ':quit → shouldExit true, the session stays', async (context) => {
      const session = await context.ran('let n = 1');
      const answer = await session.execute(':quit');
      expectStatus(answer, 200);
      expectSame('shouldExit', bodyOf(answer)['shouldExit'], true);
      await session.says('n', '1');
    }),
    ofDecision('words.quit-only', 'shouldExit is for :quit alone', async (context) => {
      const session = await context.created();
      for (const command of [`':quit'`, `console.log(':quit')`, '// :quit'])
        expectSame('shouldExit', bodyOf(await session.execute(command))['shouldExit'], false);
    }),
    ofDecision('words.list', work, async (context) => {
      const [session, other] = [await context.ran('1'), await context.ran('2')];
      const output = await said(session, ':session list');
      for (const { name } of [session, other]) expectThat(output.includes(name), `${name} in the list`, shown(output));
    }),
    ofDecision('words.checkpoints', work, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      await said(session, ':session checkpoint before the change');
      const output = await said(session, ':session checkpoints');
      expectThat(output.includes('before the change'), 'the label in :session checkpoints', shown(output));
      expectSame('reason of the newest', (await session.checkpoints())[0]?.['reason'], 'manual');
    }),
    ofDecision('words.goto', work, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      await said(session, ':session goto 2');
      await session.says('n', '1');
      expectSame('reason of the checkpoint', (await session.events())[6]?.['reason'], 'goto');
    }),
    ofDecision('words.goto-nowhere', 'bad input changes nothing', async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      for (const word of [':session goto', ':session goto soon', ':session goto -1', ':session goto 999'])
        expectStatus(await session.execute(word), 200, 400, 404);
      await session.says('n', '2');
    }),
    ofDecision('words.fork', work, async (context) => {
      const session = await context.ran('let n = 1', 'n = 2');
      const [now, then] = [context.unborn(), context.unborn()];
      await said(session, `:session fork ${now.name}`);
      await now.says('n', '2');
      await said(session, `:session fork ${then.name} 2`);
      await then.says('n', '1');
    }),
    ofDecision('words.snapshot', work, async (context) => {
      const session = await context.ran('let n = 1');
      await said(session, ':session snapshot before-all-else');
      const output = await said(session, ':session snapshots');
      expectThat(output.includes('before-all-else'), 'the snapshot in :session snapshots', shown(output));
      const { snapshots } = await session.read('/snapshots');
      expectThat(
        JSON.stringify(snapshots).includes('before-all-else'),
        'the snapshot among those of the session',
        shown(snapshots),
      );
    }),
    saysSomething('save', /./),
    saysSomething('metrics', /\d/),
    saysSomething('timeline', /\b5\b/),
    saysSomething('trace', /n = 2/),
    ofDecision('words.resume', work, async (context) => {
      const session = await context.ran('let n = 1');
      const output = await said(session, ':session resume');
      expectThat(!/^there is no/i.test(output), ':session resume to be known', shown(output));
      await session.says('n', '1');
    }),
    ofDecision('words.load', ':session load|switch in stint repl only', async (context) => {
      const session = await context.ran('let n = 1');
      for (const word of [':session load other', ':session switch other'])
        expectThat(unknownWord.test(await said(session, word)), `${word} to say that it is for the prompt`, '');
      await session.says('n', '1');
    }),
    ofDecision('words.unknown', 'a word that is none is said to be none', async (context) => {
      const session = await context.ran('let n = 1');
      for (const word of [':nonsense', ':session nonsense', ':session constructor', ':']) {
        const output = await said(session, word);
        expectThat(unknownWord.test(output), `${word} to be said to be unknown`, shown(output));
      }
    }),
    ofDecision('words.state', 'a word is no code: it changes no state and is not its value', async (context) => {
      const session = await context.ran('6 * 7');
      await said(session, ':session checkpoints');
      await session.says('_', '42');
    }),
    ofDecision(
      'words.server',
      ':server status|stop needs the owner’s token',
      async (context) => {
        const { memberToken = '' } = context.target;
        const session = await context.created({}, memberToken);
        for (const word of [':server status', ':server stop']) {
          const answer = await session.execute(word);
          expectThat(
            answer.status === 403 || /owner/i.test(answer.text),
            `${word} of a member to be refused as the owner’s`,
            shown(answer.text),
          );
        }
        await session.says('1 + 1', '2');
      },
      { needs: ['memberToken'] },
    ),
    ofDecision('words.server-status', ':server status', async (context) => {
      const output = await said(await context.created(), ':server status');
      expectThat(!/^there is no/i.test(output) && output !== '', ':server status to say something', shown(output));
    }),
  ],
};
