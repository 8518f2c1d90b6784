import { dateColumn, typeColumn, type Feed } from '../contracts/feeds';
import { keyBesideType, literal, qualified } from './sql';

/**
 * The questions that an audit asks of the tables, in valid Trino grammar. They go by the tables alone and share nothing with the
 * statements of the compaction but the way to quote.
 */

const columnsOf = ({ partitionColumns }: Pick<Feed, 'partitionColumns'>, separator = ', '): string =>
  partitionColumns.map(({ name }) => name).join(separator);

/** A column as keys are compared. */
const compared = (feed: Feed, name: string): string => {
  const found = [...feed.curatedColumns, ...feed.partitionColumns].find((column) => column.name === name);
  return found?.reading.from === 'text' && found.reading.lowerCase === true ? `lower(${name})` : name;
};

/** What tells rows apart: over all time, or with the partition where the key holds within one. */
const identity = (feed: Feed): readonly string[] => {
  if (feed.key === 'none') return [];
  return feed.key.scope === 'partition'
    ? [...feed.partitionColumns.map(({ name }) => name), ...feed.key.columns]
    : feed.key.columns;
};

const distinct = (feed: Feed, columns: readonly string[]): string =>
  columns.length === 0 ? 'count(*)' : `count(DISTINCT ${columns.map((name) => compared(feed, name)).join(" || ' ' || ")})`;

const misfiled = ({ partitionColumns, typedBy }: Feed): string =>
  partitionColumns
    .map(({ name, reading }) =>
      reading.from === 'date' ? `substr(${reading.of}, 1, 10) <> ${name}` : `lower(split_part(${typedBy}, ':', 1)) <> ${name}`,
    )
    .reverse()
    .join(' OR ');

/** One row per partition of the curated table: rows, distinct keys, copies, and rows that lie in a partition that is not theirs. */
export const partitionAuditStatement = (feed: Feed, database: string, table: string): string => {
  const partitioned = feed.partitionColumns.map(({ name }) => name);
  return `SELECT
  ${columnsOf(feed, ',\n  ')},
  count(*) AS row_count,
  ${distinct(
    feed,
    identity(feed).filter((name) => !partitioned.includes(name)),
  )} AS key_count,
  sum(copies) AS copy_count,
  count_if(${misfiled(feed)}) AS misfiled_count
FROM ${qualified(database, table)}
GROUP BY ${columnsOf(feed)}
ORDER BY ${columnsOf(feed)}`;
};

/** One row: rows and distinct keys over all partitions and all time. Without a key every row counts as one of its own. */
export const keyAuditStatement = (feed: Feed, database: string, table: string): string => `SELECT
  count(*) AS row_count,
  ${distinct(feed, identity(feed))} AS key_count
FROM ${qualified(database, table)}`;

/** Keys that are there more than once, the worst first. Not for a feed without a key. */
export const repeatedKeysStatement = (feed: Feed, database: string, table: string, limit: number): string => {
  const columns = identity(feed).map((name) => ({ name, value: compared(feed, name) }));
  return `SELECT
  ${columns.map(({ name, value }) => (name === value ? name : `${value} AS ${name}`)).join(',\n  ')},
  count(*) AS times
FROM ${qualified(database, table)}
GROUP BY ${columns.map(({ value }) => value).join(', ')}
HAVING count(*) > 1
ORDER BY times DESC, ${columns.map(({ name }) => name).join(', ')}
LIMIT ${limit}`;
};

/**
 * Keys that stand under more than one type, though nothing but the type tells them apart: how many there are, and the first of them.
 * Undefined for a feed whose key has no type in it.
 */
export const typeConflictsStatement = (feed: Feed, database: string, table: string, limit: number): string | undefined => {
  const type = typeColumn(feed);
  const rest = keyBesideType(feed);
  if (rest === undefined) return undefined;
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
