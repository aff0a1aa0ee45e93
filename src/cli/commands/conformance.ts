import { writeFileSync } from 'node:fs';
import { command, flag, optional, several, withDefault } from '../command.ts';
import type { Answer, Settings } from '../command.ts';
import { exitCodes, Failure, usageFailure } from '../failure.ts';
import { choice, text } from '../parse.ts';
import { checkFolder, notSaved } from '../save.ts';
import { paint } from '../screen.ts';
import type { Screen, Style } from '../screen.ts';
import { plain, wrapped } from '../plain.ts';

const loadSuites = () => import('../../conformance/index.ts');
type Suites = Awaited<ReturnType<typeof loadSuites>>;
/** Of any contract. */
type Suite = Parameters<Suites['chosen']>[0];
type Groups = Suite['groups'];
type Result = Awaited<ReturnType<Suites['runSuite']>>[number];
type Target = Parameters<Suites['obstacle']>[1];

const args = { url: optional('[url]', 'where the server listens: http://127.0.0.1:8082', text) };

const options = {
  token: optional(
    '-t, --token <token>',
    'token to come with (else STINT_TOKEN, which no list of processes shows)',
    text,
  ),
  viewerToken: optional('--viewer-token <token>', 'token of a viewer, to check what one may do', text),
  memberToken: optional('--member-token <token>', 'token of a member, to check what one sees', text),
  level: withDefault(
    '-l, --level <level>',
    'document: only what the document fixes; all: the contract’s decisions too (all)',
    choice(['document', 'all']),
    'all',
  ),
  only: several('--only <name>', 'only this check or group; may be repeated'),
  list: flag('--list', 'list the checks, run none'),
  junit: optional('--junit <file>', 'write the results to this file too, as JUnit XML', text),
};

export const conformanceTimerCommand = command({
  about:
    'Holds a server, anyone’s, to the timer contract over HTTP and its socket, and says which of its rules it keeps. ' +
    'Starts sessions of its own there and clears them away. Ends with 0 only when nothing failed.',
  args,
  options,
  examples: [
    ['http://127.0.0.1:8082', 'with the token in STINT_TOKEN'],
    ['http://127.0.0.1:8082 --level document', 'a server that keeps to the document alone'],
    ['http://127.0.0.1:8082 --only counting --only socket.ping', 'a group and a check'],
    ['--list', 'what there is to check'],
  ],
  exec: (call) => hold(({ timerSuite }) => timerSuite, call),
});

export const conformanceReplCommand = command({
  about:
    'Holds a server, anyone’s, to the repl contract over HTTP: execute, journal, checkpoints, and what the code may not do. ' +
    'Creates sessions of its own there and deletes them. Ends with 0 only when nothing failed.',
  args,
  options: {
    ...options,
    modelUrl: optional(
      '--model-url <url>',
      'a model server, as the server reaches it: to check what asks a model (OpenAI’s chat completions)',
      text,
    ),
    model: optional('--model <name>', 'the model to ask there', text),
  },
  examples: [
    ['http://127.0.0.1:8082', 'with the token in STINT_TOKEN'],
    ['http://127.0.0.1:8082 --only goto --only fork', 'two groups'],
    ['http://localhost:8082 --model-url http://localhost:1234/v1 --model m', 'what asks a model, too'],
    ['--list', 'what there is to check'],
  ],
  exec: (call) => hold(({ replSuite }) => replSuite, call),
});

interface Typed {
  args: { url: string | undefined };
  options: Pick<Target, 'token' | 'viewerToken' | 'memberToken' | 'modelUrl' | 'model'> & {
    level: 'document' | 'all';
    only: readonly string[];
    list: boolean;
    junit: string | undefined;
  };
  settings: Settings;
  screen: Screen;
}

const hold = async (which: (suites: Suites) => Suite, { args, options, settings, screen }: Typed): Promise<Answer> => {
  const suites = await loadSuites();
  const suite = choose(suites, which(suites), options);
  const { groups } = suite;
  if (options.list) return { value: listed(groups), text: () => listText(screen, groups) };
  if (options.junit !== undefined) checkFolder(options.junit);
  const { token, viewerToken, memberToken, modelUrl, model } = options;
  const url = addressOf(suite.name, args.url);
  const target = {
    url,
    token: token ?? (process.env['STINT_TOKEN'] || undefined),
    viewerToken,
    memberToken,
    modelUrl,
    model,
  };
  await makeSure(suites, suite, target);
  const say = settings.json ? () => undefined : teller(screen, groups);
  const from = performance.now();
  const results = await suites.runSuite(suite, target, say);
  if (options.junit !== undefined) write(options.junit, suites.junitText(suite.name, results));
  const counts = suites.counted(results);
  const exitCode = counts.failed === 0 && counts.passed > 0 ? exitCodes.ok : exitCodes.failed;
  const ms = Math.round(performance.now() - from);
  const value = { url: target.url, level: options.level, ...counts, ms, checks: results };
  return { value, text: () => summaryText(screen, { ...counts, ms, results }), exitCode };
};

const write = (file: string, words: string): void => {
  try {
    writeFileSync(file, words);
  } catch (error) {
    throw notSaved(file, error as NodeJS.ErrnoException);
  }
};

const choose = (suites: Suites, suite: Suite, choice: Parameters<Suites['chosen']>[1]): Suite => {
  const unknown = suites.unknownNames(suite, choice.only);
  if (unknown.length > 0) {
    throw usageFailure(
      `there is no check ${unknown.join(', ')}; see them with: stint conformance ${suite.name} --list`,
    );
  }
  const some = suites.chosen(suite, choice);
  if (some.groups.length === 0) throw usageFailure(`of these no check is of the level ${choice.level}`);
  return some;
};

const addressOf = (suite: string, url: string | undefined): string => {
  if (url === undefined)
    throw usageFailure(`say where the server listens: stint conformance ${suite} http://127.0.0.1:8082`);
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw usageFailure(`${url} is not a URL; one looks like http://127.0.0.1:8082`);
  }
  return url.replace(/\/+$/, '');
};

const makeSure = async (suites: Suites, suite: Suite, target: Target): Promise<void> => {
  const { kind, why } = (await suites.obstacle(suite, target)) ?? {};
  if (kind === 'no_server') throw new Failure(exitCodes.noServer, kind, `nothing answers at ${target.url}: ${why}`);
  if (kind === 'unauthorized') {
    const words = target.token === undefined ? 'set STINT_TOKEN, or give --token' : 'the token is not one of its';
    throw new Failure(exitCodes.refused, kind, `the server at ${target.url} lets nobody in without a token; ${words}`);
  }
};

const listed = (groups: Groups) =>
  groups.flatMap(({ name, checks }) => checks.map(({ id, level, rule }) => ({ id, group: name, level, rule })));

const listText = (screen: Screen, groups: Groups): string =>
  groups
    .map(({ title, checks }) => {
      const lines = checks.map(({ id, level, rule }) => `  ${id} ${paint(screen, 'dim', `${level}: ${rule}`)}`);
      return [paint(screen, 'bold', title), ...lines].join('\n');
    })
    .join('\n\n');

const marks: Record<Result['verdict'], [mark: string, style: Style]> = {
  passed: ['✓', 'green'],
  failed: ['✗', 'red'],
  skipped: ['-', 'yellow'],
};

/** Says each result as it comes, under the title of its group. */
const teller = (screen: Screen, groups: Groups): ((result: Result) => void) => {
  let group = '';
  return (result) => {
    if (result.group !== group) {
      group = result.group;
      const title = groups.find(({ name }) => name === group)?.title ?? group;
      process.stdout.write(`${paint(screen, 'bold', title)}\n`);
    }
    process.stdout.write(`${resultText(screen, result)}\n`);
  };
};

const resultText = (screen: Screen, { id, verdict, reason, rule }: Result): string => {
  const [mark, style] = marks[verdict];
  const line = `  ${paint(screen, style, mark)} ${id}`;
  if (verdict === 'passed') return `${line} ${paint(screen, 'dim', rule)}`;
  // It quotes what the server said, which is anyone's.
  const lines = wrapped(plain(reason ?? ''), Math.max(40, screen.columns - 6)).split('\n');
  return [line, ...lines.map((text) => `      ${text}`)].join('\n');
};

const summaryText = (
  screen: Screen,
  counts: { passed: number; failed: number; skipped: number; ms: number; results: readonly Result[] },
): string => {
  const { passed, failed, skipped, ms, results } = counts;
  const left = results.reduce((all, result) => all + (result.left ?? 0), 0);
  const parts = [
    paint(screen, failed > 0 ? 'red' : 'green', `${passed} passed, ${failed} failed`),
    ...(skipped > 0 ? [paint(screen, 'yellow', `${skipped} skipped`)] : []),
    `${(ms / 1000).toFixed(1)} s`,
  ];
  const line = `\n${parts.join(' · ')}`;
  return left === 0 ? line : `${line}\n${left} sessions could not be cleared away; their server deletes none`;
};
