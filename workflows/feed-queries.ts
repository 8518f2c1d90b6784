import { dateColumn, typeColumn, type Feed } from '../contracts/feeds';
import { identifier } from './sql';

/** What people ask of any feed's table first. */
export const FEED_QUESTIONS = ['per-day', 'newest', 'duplicates'] as const;
export type FeedQuestion = (typeof FEED_QUESTIONS)[number];

const NEWEST = 100;

/** The column that the partition's date is the date of: when it happened, or when it arrived. */
const momentColumn = ({ partitionColumns }: Pick<Feed, 'partitionColumns'>): string => {
  const reading = partitionColumns.at(-1)?.reading;
  if (reading?.from !== 'date') throw new Error('the last partition column is the date of no column');
  return reading.of;
};

const perDay = (feed: Feed): string => {
  const columns = [dateColumn(feed), typeColumn(feed)].filter((name) => name !== undefined).map(identifier);
  return `SELECT ${columns.join(', ')}, count(*) AS "rows", sum(copies) AS records
FROM ${identifier(feed.name)}
GROUP BY ${columns.join(', ')}
ORDER BY ${[`${columns[0]} DESC`, ...columns.slice(1)].join(', ')}`;
};

const newest = (feed: Feed): string => {
  const date = identifier(dateColumn(feed));
  const columns = feed.curatedColumns.map(({ name }) => name);
  // Down to the key, or a limit would cut off between rows of the same moment wherever it likes.
  const moment = momentColumn(feed);
  const rest = (feed.key === 'none' ? columns : feed.key.columns).filter((name) => name !== moment);
  return `SELECT ${columns.map(identifier).join(', ')}
FROM ${identifier(feed.name)}
WHERE ${date} = (SELECT max(${date}) FROM ${identifier(feed.name)})
ORDER BY ${[`${identifier(moment)} DESC`, ...rest.map(identifier)].join(', ')}
LIMIT ${NEWEST}`;
};

const duplicates = (feed: Feed): string | undefined => {
  if (feed.key === 'none') return undefined;
  const { columns, scope } = feed.key;
  const key = [...(scope === 'partition' ? [dateColumn(feed)] : []), ...columns].map(identifier).join(', ');
  return `SELECT ${key}, count(*) AS times
FROM ${identifier(feed.name)}
GROUP BY ${key}
HAVING count(*) > 1
LIMIT ${NEWEST}`;
};

/** The statement in valid Trino grammar, on the feed's table in the query's database; undefined where it makes no sense for the feed. */
export const feedQuestion = (feed: Feed, question: FeedQuestion): string | undefined => {
  switch (question) {
    case 'per-day':
      return perDay(feed);
    case 'newest':
      return newest(feed);
    case 'duplicates':
      return duplicates(feed);
  }
};
