import type { Feed } from '../contracts/feeds';
import { FEED_QUESTIONS, feedQuestion, type FeedQuestion } from '../workflows/feed-queries';

/** Queries that an analyst finds in the console. */
export interface NamedQuery {
  /** Pulumi's resource name. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly sql: string;
}

const TITLES: Readonly<Record<FeedQuestion, (feed: Feed) => Pick<NamedQuery, 'title' | 'description'>>> = {
  'per-day': ({ name }) => ({
    title: `Per day: ${name}`,
    description: 'Rows of each day, and the records that they stand for',
  }),
  newest: ({ name }) => ({ title: `Newest: ${name}`, description: 'The last hundred rows of the newest day' }),
  duplicates: ({ name }) => ({
    title: `Duplicates: ${name}`,
    description: 'Keys that the table holds more than once: there must be none',
  }),
};

/** The first questions to the table of a feed beside events. */
export const feedQueries = (feed: Feed): readonly NamedQuery[] =>
  FEED_QUESTIONS.flatMap((question) => {
    const sql = feedQuestion(feed, question);
    return sql === undefined ? [] : [{ name: `${question}-${feed.name}`, sql, ...TITLES[question](feed) }];
  });

/** Those of events. */
export const namedQueries = (curatedTable: string, onTimeDaysBefore: number): readonly NamedQuery[] => [
  {
    name: 'events-per-day',
    title: 'Events per day and type',
    description: 'Events, and the records that they arrived in',
    sql: `SELECT created_date, event_type, count(*) AS events, sum(copies) AS records
FROM ${curatedTable}
GROUP BY created_date, event_type
ORDER BY created_date DESC, event_type`,
  },
  {
    name: 'duplicates',
    title: 'Duplicates',
    description: 'Events that the table holds more than once: there must be none',
    sql: `SELECT event_type, event_uuid, created_datetime, count(*) AS times
FROM ${curatedTable}
GROUP BY event_type, event_uuid, created_datetime
HAVING count(*) > 1
LIMIT 100`,
  },
  {
    name: 'late-share',
    title: 'Share of late events per day',
    description: `Events that arrived more than ${onTimeDaysBefore} day(s) after the day of their creation`,
    sql: `SELECT created_date,
  count(*) AS events,
  sum(CASE WHEN date_diff('day', CAST(created_date AS date), CAST(substr(ingested_at, 1, 10) AS date)) > ${onTimeDaysBefore} THEN 1 ELSE 0 END) AS late
FROM ${curatedTable}
GROUP BY created_date
ORDER BY created_date DESC`,
  },
  {
    name: 'newest-events',
    title: 'Newest events',
    description: 'The last hundred events of the newest day',
    sql: `SELECT event_type, event_name, created_datetime, ingested_at, payload
FROM ${curatedTable}
WHERE created_date = (SELECT max(created_date) FROM ${curatedTable})
ORDER BY created_datetime DESC, event_type, event_uuid
LIMIT 100`,
  },
];
