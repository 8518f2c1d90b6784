import { dateColumn, typeColumn, type Feed } from '../contracts/feeds';
import { literal, qualified } from './sql';

/**
 * The questions that an audit asks of the tables, in valid Trino grammar. They go by the tables alone and share nothing with the
 * statements of the compaction but the way to quote.
 */

const columnsOf = ({ partitionColumns }: Pick<Feed, 'partitionColumns'>, separator = ', '): string =>
  partitionColumns.map(({ name }) => name).join(separator);

/** One row per partition of the curated table: rows, distinct keys, copies, and rows that lie in a partition that is not theirs. */
export const partitionAuditStatement = (feed: Feed, database: string, table: string): string => `SELECT
  ${columnsOf(feed, ',\n  ')},
  count(*) AS row_count,
  count(DISTINCT lower(event_uuid) || ' ' || created_datetime) AS key_count,
  sum(copies) AS copy_count,
  count_if(substr(created_datetime, 1, 10) <> created_date OR lower(split_part(event_name, ':', 1)) <> event_type) AS misfiled_count
FROM ${qualified(database, table)}
GROUP BY ${columnsOf(feed)}
ORDER BY ${columnsOf(feed)}`;

/** One row: rows and distinct keys over all partitions and all time. */
export const keyAuditStatement = (_feed: Feed, database: string, table: string): string => `SELECT
  count(*) AS row_count,
  count(DISTINCT event_type || ' ' || lower(event_uuid) || ' ' || created_datetime) AS key_count
FROM ${qualified(database, table)}`;

/** Keys that are there more than once, the worst first. */
export const repeatedKeysStatement = (_feed: Feed, database: string, table: string, limit: number): string => `SELECT
  event_type,
  lower(event_uuid) AS event_uuid,
  created_datetime,
  count(*) AS times
FROM ${qualified(database, table)}
GROUP BY event_type, lower(event_uuid), created_datetime
HAVING count(*) > 1
ORDER BY times DESC, event_type, event_uuid
LIMIT ${limit}`;

/**
 * Keys that stand under more than one type, though nothing but the type tells them apart: how many there are, and the first of them.
 * Undefined for a feed whose key has no type in it.
 */
export const typeConflictsStatement = (feed: Feed, database: string, table: string, limit: number): string | undefined => {
  const type = typeColumn(feed);
  const rest = ['event_uuid', 'created_datetime'];
  if (type === undefined) return undefined;
  return `SELECT ${rest.join(', ')}, array_join(array_agg(${type} ORDER BY ${type}), ', ') AS types, count(*) OVER () AS key_count
FROM ${qualified(database, table)}
GROUP BY ${rest.join(', ')}
HAVING count(DISTINCT ${type}) > 1
ORDER BY ${rest.join(', ')}
LIMIT ${limit}`;
};

const listed = (values: readonly string[]): string => values.map(literal).join(', ');

/**
 * One row per raw partition: its lines. Types may be injected: each is asked for by an equality of its own, which every engine takes,
 * and dates bound what is listed.
 */
export const rawLinesStatement = (
  feed: Feed,
  database: string,
  table: string,
  types: readonly (string | undefined)[],
  dates: readonly string[],
): string =>
  types
    .map(
      (type) => `SELECT ${columnsOf(feed)}, count(*) AS line_count
FROM ${qualified(database, table)}
WHERE ${type === undefined ? '' : `${typeColumn(feed)} = ${literal(type)} AND `}${dateColumn(feed)} IN (${listed(dates)})
GROUP BY ${columnsOf(feed)}`,
    )
    .join('\nUNION ALL\n');

/** One row: the lines of a table without partitions. */
export const linesStatement = (database: string, table: string): string =>
  `SELECT count(*) AS line_count FROM ${qualified(database, table)}`;
