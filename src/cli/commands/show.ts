import type { Schemas, Session } from '../../sdk/index.ts';
import { ask, open } from '../api.ts';
import { budgetPauseOf, pauserWords } from '../budget-pause.ts';
import type { BudgetPause } from '../budget-pause.ts';
import type { Client } from '../client.ts';
import { command, optional } from '../command.ts';
import { commentText } from '../comment-words.ts';
import { countWords, percentWords } from '../count.ts';
import { remainingWords } from '../duration.ts';
import { text } from '../parse.ts';
import { usdWords } from '../money.ts';
import { plain } from '../plain.ts';
import { paint } from '../screen.ts';
import type { Screen } from '../screen.ts';
import { chooseSession } from '../session-choice.ts';
import { momentWords, nameOf, paceWords, statusWords, timeWords } from '../session-words.ts';
import { tableText } from '../table.ts';
import type { Column } from '../table.ts';

type Checkpoint = Schemas['Checkpoint'];
type Projection = Schemas['UsageProjection'];
type SessionEvent = Schemas['SessionEvent'];
type Comment = Schemas['Comment'];
type ReplSession = Schemas['ReplSession'];

/** What `show` says of a session besides itself. */
interface Shown {
  session: Session & { checkpoints: Checkpoint[] };
  projection: Projection;
  /** Events `alert_raised`, oldest first. */
  alerts: SessionEvent[];
  /** The last few, oldest first. */
  comments: Comment[];
  /** What paused it, where a budget did. */
  pause: BudgetPause | undefined;
  /** Of a REPL session. */
  repl: ReplSession | undefined;
}

const mostAlerts = 1000;
const lastComments = 3;

export const showCommand = command({
  about: 'Shows a session: its time, tokens, pace, checkpoints, alerts and last comments.',
  args: {
    session: optional(
      '[session]',
      'id or the agent’s own, its beginning or end, or name; - or nothing: the latest',
      text,
    ),
  },
  options: {},
  examples: [
    ['', 'the latest that is open, else the latest'],
    ['review', 'the one called review'],
    ['7d1e --json', 'as the API answers it, with its projection'],
  ],
  exec: async ({ args, settings }) => {
    const client = await open(settings);
    const { id } = await chooseSession(client, args.session, ['active', 'paused'], ['completed']);
    const shown = await shownOf(client, id);
    const { session, projection, alerts, comments, pause, repl } = shown;
    const raised = alerts.map(({ at, data }) => ({ at, ...data }));
    return {
      value: {
        ...session,
        ...(pause && { pausedBy: valueOf(pause) }),
        ...(repl && { repl }),
        projection,
        alerts: raised,
        comments,
      },
      text: (screen) => details(screen, shown),
    };
  },
});

const shownOf = async (client: Client, id: string): Promise<Shown> => {
  const path = { id };
  const [session, projection, { events }, { threads }] = await Promise.all([
    ask(client.GET('/api/sessions/{id}', { params: { path } })),
    ask(client.GET('/api/sessions/{id}/projection', { params: { path } })),
    ask(
      client.GET('/api/sessions/{id}/events', {
        params: { path, query: { type: 'alert_raised', limit: mostAlerts } },
      }),
    ),
    ask(client.GET('/api/v1/sessions/{id}/comments', { params: { path, query: { limit: lastComments } } })),
  ]);
  const comments = threads.flatMap((thread) => thread.comments);
  // Of one session: its comments' ids end in their place in it.
  const inOrder = comments.toSorted(
    (a, b) => Number.parseInt(a.comment_id.slice(28), 16) - Number.parseInt(b.comment_id.slice(28), 16),
  );
  const pause = await budgetPauseOf(client, session);
  const isRepl = session.kind === 'repl';
  const repl = isRepl
    ? await ask(client.GET('/api/repl/sessions/{name}', { params: { path: { name: id } } }))
    : undefined;
  return { session, projection, alerts: events, comments: inOrder, pause, repl };
};

const valueOf = ({ id, budget }: BudgetPause) => ({
  ...(id === undefined ? {} : { budget: id }),
  ...(budget?.name === undefined ? {} : { name: budget.name }),
});

type Row = readonly [name: string, value: string];

const details = (screen: Screen, { session, projection, alerts, comments, pause, repl }: Shown): string => {
  const now = Date.now();
  const rows = [
    ...stateRows(session, now),
    ...tokenRows(session, projection),
    ...runRows(session),
    ...agentRows(session),
    ...replRows(repl),
  ];
  const by = pause === undefined ? '' : ` by ${pauserWords(pause)}`;
  const head = `${paint(screen, 'bold', nameOf(session))}  ${statusWords(screen, session)}${by}`;
  const lines = rows.map(([name, value]) => `${paint(screen, 'dim', name.padEnd(9))}${value}`);
  const { checkpoints } = session;
  const tables = [
    ...(checkpoints.length === 0 ? [] : ['', tableText(screen, checkpointColumns(now), checkpoints)]),
    ...(alerts.length === 0 ? [] : ['', tableText(screen, alertColumns(now), alerts)]),
    ...comments.flatMap((comment) => ['', commentText(screen, comment, now)]),
  ];
  return [head, ...lines, ...tables].join('\n');
};

const stateRows = (session: Session, now: number): Row[] => {
  const { id, startTime, endTime, remaining, status, outcome, over, unlimited } = session;
  const left = status === 'completed' || over || unlimited ? '' : ` · ${remainingWords(remaining)} left`;
  const ended = endTime === undefined ? '' : ` · ${outcome ?? 'ended'} ${momentWords(endTime, now)}`;
  return [
    ['id', id],
    ['started', `${momentWords(startTime, now)}${ended}`],
    ['time', `${timeWords(session)}${left}${over ? ' · ran over its time' : ''}`],
  ];
};

const tokenRows = (session: Session, projection: Projection): Row[] => {
  const { tokensUsed, tokenBudget, cacheRead } = session;
  const budget =
    tokenBudget === undefined ? '' : ` of ${countWords(tokenBudget)} · ${percentWords(tokensUsed, tokenBudget)}`;
  const reads = cacheRead === undefined ? '' : ` · ${countWords(cacheRead)} cache reads`;
  const pace: Row = ['pace', paceWords(session, projection).join(' · ')];
  return [['tokens', `${countWords(tokensUsed)}${budget}${reads}`], ...(tokensUsed === 0 ? [] : [pace])];
};

const runRows = ({ run }: Session): Row[] => (run === undefined ? [] : [['in', plain(run.directory)]]);

const agentRows = ({ agent, costUsd, unpriced, models = [] }: Session): Row[] => {
  if (agent === undefined) return [];
  const { source, sessionId, directory, gitBranch, shared } = agent;
  const branch = gitBranch === undefined ? '' : ` · ${plain(gitBranch)}`;
  const unknown = unpriced === undefined ? '' : ` · ${unpriced} responses without a known price`;
  const copies = shared === undefined ? '' : ` · shares ${shared} responses with the session it was forked from`;
  return [
    ...(costUsd === undefined ? [] : [['cost', `${usdWords(costUsd)}${unknown}`] as const]),
    ...(models.length === 0 ? [] : [['models', models.map(plain).join(', ')] as const]),
    ...(directory === undefined ? [] : [['in', `${plain(directory)}${branch}`] as const]),
    ['agent', `${plain(source)} · ${plain(sessionId)}${copies}`],
  ];
};

const replRows = (repl: ReplSession | undefined): Row[] => {
  if (repl === undefined) return [];
  const { language, accessMode, eventCount, checkpointCount, llm, forkedFrom } = repl;
  const only = accessMode === 'readonly' ? ' · read-only' : '';
  return [
    ['repl', `${language} · ${eventCount} events · ${checkpointCount} states to go to${only}`],
    ...(llm === undefined ? [] : [['model', `${plain(llm.model)} of ${llm.provider}`] as const]),
    ...(forkedFrom === undefined ? [] : [['fork of', `${forkedFrom.session} at event ${forkedFrom.seq}`] as const]),
  ];
};

const checkpointColumns = (now: number): Column<Checkpoint>[] => [
  { heading: 'CHECKPOINT', cell: ({ phase }) => plain(phase), weight: 4, shrinksTo: 12 },
  { heading: 'AT', cell: ({ timestamp }) => momentWords(timestamp, now), style: () => 'dim', weight: 2 },
  { heading: 'PROMPTS', cell: ({ promptCount }) => String(promptCount), weight: 1, isNumber: true },
  { heading: 'TOKENS', cell: ({ tokensUsed }) => countWords(tokensUsed), weight: 3, isNumber: true },
];

const alertColumns = (now: number): Column<SessionEvent>[] => [
  {
    heading: 'ALERT',
    cell: ({ data }) => plain(String(data['message'])),
    style: ({ data }) => (data['level'] === 'error' ? 'red' : 'yellow'),
    weight: 3,
    shrinksTo: 20,
  },
  { heading: 'AT', cell: ({ at }) => momentWords(at, now), style: () => 'dim', weight: 2 },
];
