import type { Schemas } from '../sdk/index.ts';
import { barOf } from './bar.ts';
import { countWords } from './count.ts';
import { durationWords } from './duration.ts';
import { paint } from './screen.ts';
import type { Screen } from './screen.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';

/** Analytics for people: a line of totals, and a line a bucket with a bar. */

type Analytics = Schemas['UsageAnalytics'];
type Trend = Schemas['AnalyticsTrend'];

const longestBar = 40;
const shortestBar = 6;
/** What the columns beside the bar take at most. */
const besideBar = 42;

export const analyticsText = (screen: Screen, analytics: Analytics): string => {
  const { trends, peakUsageHours } = analytics;
  const busiest = peakUsageHours.map(hourWords).join(', ');
  return [
    headLine(screen, analytics),
    ...(busiest === '' ? [] : [`${paint(screen, 'dim', 'busiest hours')} ${busiest}`]),
    '',
    tableText(screen, columnsOf(screen, analytics), trends),
  ].join('\n');
};

const headLine = (screen: Screen, { totalTokens, totalSessions, averageSessionDuration, period, tz }: Analytics) => {
  const facts = [
    paint(screen, 'bold', `${countWords(totalTokens)} tokens`),
    `${totalSessions} ${totalSessions === 1 ? 'session' : 'sessions'}`,
    ...(totalSessions === 0 ? [] : [`${durationWords(averageSessionDuration)} each`]),
  ];
  return `${facts.join(' · ')} ${paint(screen, 'dim', `· last ${period} · ${tz}`)}`;
};

const hourWords = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

const columnsOf = (screen: Screen, { trends, period, tz }: Analytics): Column<Trend>[] => {
  const most = Math.max(...trends.map(({ tokensUsed }) => tokensUsed));
  const isEmpty = ({ sessionCount, tokensUsed }: Trend) => sessionCount === 0 && tokensUsed === 0;
  const dimWhenEmpty = (trend: Trend) => (isEmpty(trend) ? ('dim' as const) : undefined);
  const bucketName = nameOfBucket(period, tz);
  const width = Math.min(longestBar, screen.columns - besideBar);
  const bar: Column<Trend> = {
    heading: '',
    cell: ({ tokensUsed }) => (most > 0 ? barOf(tokensUsed / most, width).full : ''),
    style: () => 'cyan',
    weight: 2,
  };
  return [
    { heading: 'FROM', cell: ({ timestamp }) => bucketName(timestamp), style: dimWhenEmpty, weight: 5 },
    ...(screen.isTerminal && width >= shortestBar ? [bar] : []),
    {
      heading: 'TOKENS',
      cell: ({ tokensUsed }) => countWords(tokensUsed),
      style: dimWhenEmpty,
      weight: 4,
      isNumber: true,
    },
    {
      heading: 'SESSIONS',
      cell: ({ sessionCount }) => String(sessionCount),
      style: dimWhenEmpty,
      weight: 3,
      isNumber: true,
    },
    {
      heading: 'EACH',
      cell: (trend) => durationWords(trend.averageDuration),
      style: dimWhenEmpty,
      weight: 1,
      isNumber: true,
    },
  ];
};

/** `14:00` of an hour or less, `Mon 16 Nov` of a day, on the clocks of the time zone. */
const nameOfBucket = (period: Analytics['period'], timeZone: string): ((timestamp: number) => string) => {
  const isDay = period === 'week' || period === 'month';
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...(isDay
      ? { weekday: 'short', day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  });
  return (timestamp) => format.format(timestamp).replaceAll(',', '');
};
