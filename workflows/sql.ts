import { arrivalField, dateColumn, typeColumn, type Feed, type FeedColumn } from '../contracts/feeds';
import { gatheredTable, partitionDate, partitionType, partitionValues, type Partition } from '../contracts/lake';

/**
 * Every statement that the compaction sends to Athena, in valid Trino grammar, built in one place. Identifiers and values are quoted
 * here and nowhere else.
 */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;
export const qualified = (database: string, table: string): string => `${identifier(database)}.${identifier(table)}`;

/** `(event_type = 'a' AND created_date IN ('2026-11-19', '2026-11-20')) OR …`: equality on partition columns, so that engines prune. */
export const partitionPredicate = (feed: Pick<Feed, 'partitionColumns'>, partitions: readonly Partition[]): string => {
  const [type, date] = [typeColumn(feed), dateColumn(feed)];
  const datesOf = new Map<string | undefined, string[]>();
  for (const partition of partitions) {
    const dates = datesOf.get(partitionType(partition)) ?? [];
    datesOf.set(partitionType(partition), [...dates, partitionDate(partition)]);
  }
  const alternatives = [...datesOf].map(([value, dates]) => {
    const onDates = `${date} IN (${dates.map(literal).join(', ')})`;
    return type === undefined || value === undefined ? onDates : `(${type} = ${literal(value)} AND ${onDates})`;
  });
  return alternatives.join('\n      OR ');
};

/** The same for rows whose partition columns are computed: one comparison, so that no engine computes them once per partition. */
const computedPredicate = (feed: Pick<Feed, 'partitionColumns'>, partitions: readonly Partition[]): string => {
  const columns = feed.partitionColumns.map(({ name }) => name).join(" || '/' || ");
  return `${columns} IN (${partitions.map((partition) => literal(partitionValues(partition).join('/'))).join(', ')})`;
};

export interface CreateStatement {
  readonly feed: Feed;
  readonly database: string;
  /** The temporary table's name. */
  readonly table: string;
  /** `s3://…/`, empty. */
  readonly location: string;
  readonly run: string;
  /** `<batch>-<attempt>`: the value of `<table>_gathered.batch`. */
  readonly batchAttempt: string;
  readonly bucketCount: number;
  /** Every partition of the batch: what the gathered lines may contain. */
  readonly partitions: readonly Partition[];
  /** Those among them whose current curated rows are to be united with the gathered lines. */
  readonly united: readonly Partition[];
}

/**
 * The de-duplicated union of the gathered lines and the current curated rows. First arrival wins, ties by payload, so a rerun picks
 * the same winner; `copies` adds up. The extra column `conflicts` (1 where copies of one key differ in their payload) is for the
 * verification; the curated table does not name it.
 */
export const createStatement = (statement: CreateStatement): string => {
  const { feed, database } = statement;
  const stored = [...feed.curatedColumns.filter(({ reading }) => reading.from !== 'millis'), ...feed.partitionColumns];
  const columns = namesOf(stored);
  const union =
    statement.united.length === 0
      ? ''
      : `
    UNION ALL
    SELECT ${columns}
    FROM ${qualified(database, feed.name)}
    WHERE ${partitionPredicate(feed, statement.united)}`;
  return `CREATE TABLE ${qualified(database, statement.table)}
WITH (
  format = 'PARQUET',
  write_compression = 'ZSTD',
  external_location = ${literal(statement.location)},
  partitioned_by = ARRAY[${feed.partitionColumns.map(({ name }) => literal(name)).join(', ')}],
  bucketed_by = ARRAY[${literal(feed.bucketColumn)}],
  bucket_count = ${statement.bucketCount}
) AS
WITH
  extracted AS (
    SELECT
      ${stored.flatMap((column) => extracted(feed, column)).join(',\n      ')}
    FROM ${qualified(database, gatheredTable(feed.name))}
    WHERE run = ${literal(statement.run)} AND batch = ${literal(statement.batchAttempt)}
  ),
  incoming AS (
    SELECT ${['*', ...stored.flatMap(derived)].join(', ')} FROM extracted
  ),
  united AS (
    SELECT ${columns} FROM incoming
    WHERE ${computedPredicate(feed, statement.partitions)}${union}
  )${feed.key === 'none' ? '' : ranked(feed)}
SELECT
  ${[...feed.curatedColumns.map((column) => written(feed, column)), conflicts(feed), ...feed.partitionColumns.map(({ name }) => name)].join(',\n  ')}
FROM ${
    feed.key === 'none'
      ? 'united'
      : `ranked
WHERE arrival = 1`
  }`;
};

const namesOf = (columns: readonly { readonly name: string }[]): string => columns.map(({ name }) => name).join(', ');

/** What tells rows of one statement apart; within a partition that includes which. */
const keyColumns = ({ key, partitionColumns }: Feed): readonly string[] => {
  if (key === 'none') return [];
  return key.scope === 'partition' ? [...partitionColumns.map(({ name }) => name), ...key.columns] : key.columns;
};

/** One row per key, the first that arrived; without an arrival time the payload alone decides, so that a rerun picks the same. */
const ranked = (feed: Feed): string => {
  const key = keyColumns(feed).join(', ');
  const order = [...(arrivalField(feed) === undefined ? [] : [arrivalField(feed)]), 'payload'].join(', ');
  return `,
  ranked AS (
    SELECT
      *,
      row_number() OVER (PARTITION BY ${key} ORDER BY ${order}) AS arrival,
      sum(copies) OVER (PARTITION BY ${key}) AS all_copies,
      min(payload) OVER (PARTITION BY ${key}) AS least_payload,
      max(payload) OVER (PARTITION BY ${key}) AS greatest_payload
    FROM united
  )`;
};

/** A column as it is read out of a line; nothing for one that is computed from others. */
const extracted = (feed: Feed, { name, type, reading }: FeedColumn): readonly string[] => {
  const field = (path: string): string => `json_extract_scalar(line, ${literal(`$.${path}`)})`;
  const as = (value: string): readonly string[] => [`${value} AS ${name}`];
  switch (reading.from) {
    case 'text':
      return as(reading.lowerCase === true ? `lower(${field(reading.path)})` : field(reading.path));
    case 'number':
      return as(`CAST(${field(reading.path)} AS ${type})`);
    case 'utc':
      return as(`to_iso8601(from_iso8601_timestamp(${field(reading.path)}) AT TIME ZONE 'UTC')`);
    case 'copies':
      return as("BIGINT '1'");
    case 'payload':
      return as(payload(feed));
    default:
      return [];
  }
};

/** The record as it was sent: what stands behind the arrival time, the last of the added fields. */
const payload = (feed: Feed): string => {
  const last = arrivalField(feed);
  if (last === undefined) return 'line';
  const member = `"${last}":"`;
  const length = member.length + 'yyyy-MM-ddTHH:mm:ss.SSSZ'.length + '",'.length;
  return `'{' || substr(line, strpos(line, ${literal(member)}) + ${length})`;
};

/** A column that is computed from those that were read. */
const derived = ({ name, reading }: FeedColumn): readonly string[] => {
  if (reading.from === 'date') return [`substr(${reading.of}, 1, 10) AS ${name}`];
  return reading.from === 'hash' ? [`lower(to_hex(sha256(to_utf8(payload)))) AS ${name}`] : [];
};

/** A column as the curated files have it. */
const written = (feed: Feed, { name, reading }: FeedColumn): string => {
  if (reading.from === 'millis')
    return `date_diff('millisecond', from_unixtime(0), from_iso8601_timestamp(${reading.of})) AS ${name}`;
  return reading.from === 'copies' && feed.key !== 'none' ? `CAST(all_copies AS bigint) AS ${name}` : name;
};

const conflicts = ({ key }: Feed): string =>
  key === 'none' ? "BIGINT '0' AS conflicts" : 'CAST(IF(least_payload = greatest_payload, 0, 1) AS bigint) AS conflicts';

/** What is distinct within a partition: its keys; without a key its records, as they were sent. */
const distinctKey = (feed: Feed): string => {
  if (feed.key === 'none') return 'payload';
  const partitioned = feed.partitionColumns.map(({ name }) => name);
  return feed.key.columns.filter((name) => !partitioned.includes(name)).join(" || ' ' || ");
};

/** Rows whose date column is not the date of the column that it is made of. */
const misfiled = (feed: Feed): string =>
  feed.partitionColumns
    .flatMap(({ name, reading }) => (reading.from === 'date' ? [`substr(${reading.of}, 1, 10) <> ${name}`] : []))
    .join(' OR ');

/** What of a key is beside its type; undefined for a feed whose key has no type in it. */
export const keyBesideType = (feed: Pick<Feed, 'key' | 'partitionColumns'>): readonly string[] | undefined => {
  const type = typeColumn(feed);
  if (feed.key === 'none' || type === undefined || !feed.key.columns.includes(type)) return undefined;
  return feed.key.columns.filter((name) => name !== type);
};

/** Rows whose key stands under another type of the same table as well. */
const typeConflicts = (feed: Feed): string =>
  keyBesideType(feed) === undefined ? "BIGINT '0'" : 'count_if(least_type <> greatest_type)';

const typed = (feed: Feed, from: string): string => {
  const [type, rest] = [typeColumn(feed), keyBesideType(feed)?.join(', ')];
  if (rest === undefined || feed.key === 'none') return from;
  const dated = feed.partitionColumns.flatMap(({ reading }) => (reading.from === 'date' ? [reading.of] : []));
  // Named one by one, so that nothing else is read.
  const columns = new Set([
    ...feed.partitionColumns.map(({ name }) => name),
    ...feed.key.columns,
    ...dated,
    'copies',
    'conflicts',
  ]);
  return `(
  SELECT
    ${[...columns].join(', ')},
    min(${type}) OVER (PARTITION BY ${rest}) AS least_type,
    max(${type}) OVER (PARTITION BY ${rest}) AS greatest_type
  FROM ${from}
)`;
};

/** One row per partition of the temporary table, from Parquet columns alone: rows, distinct keys, copies, conflicts, misfiled rows. */
export const verifyStatement = (feed: Feed, database: string, table: string): string => `SELECT
  ${feed.partitionColumns.map(({ name }) => name).join(',\n  ')},
  count(*) AS row_count,
  count(DISTINCT ${distinctKey(feed)}) AS key_count,
  sum(copies) AS copy_count,
  sum(conflicts) AS conflict_count,
  ${typeConflicts(feed)} AS type_conflict_count,
  count_if(${misfiled(feed)}) AS misfiled_count
FROM ${typed(feed, qualified(database, table))}
GROUP BY ${namesOf(feed.partitionColumns)}
ORDER BY ${namesOf(feed.partitionColumns)}`;
