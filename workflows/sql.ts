import { dateColumn, typeColumn, type Feed } from '../contracts/feeds';
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
  const columns =
    'event_uuid, event_name, created_datetime, event_subtype, ingested_at, copies, payload, event_type, created_date';
  const field = (name: string): string => `json_extract_scalar(line, ${literal(`$.${name}`)})`;
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
      lower(${field('event_uuid')}) AS event_uuid,
      ${field('event_name')} AS event_name,
      ${field('created_datetime')} AS created_datetime,
      ${field('event_subtype')} AS event_subtype,
      ${field('ingested_at')} AS ingested_at,
      BIGINT '1' AS copies,
      '{' || substr(line, strpos(line, '"ingested_at":"') + 41) AS payload,
      ${field('event_type')} AS event_type
    FROM ${qualified(database, gatheredTable(feed.name))}
    WHERE run = ${literal(statement.run)} AND batch = ${literal(statement.batchAttempt)}
  ),
  incoming AS (
    SELECT *, substr(created_datetime, 1, 10) AS created_date FROM extracted
  ),
  united AS (
    SELECT ${columns} FROM incoming
    WHERE ${computedPredicate(feed, statement.partitions)}${union}
  ),
  ranked AS (
    SELECT
      *,
      row_number() OVER (PARTITION BY event_type, event_uuid, created_datetime ORDER BY ingested_at, payload) AS arrival,
      sum(copies) OVER (PARTITION BY event_type, event_uuid, created_datetime) AS all_copies,
      min(payload) OVER (PARTITION BY event_type, event_uuid, created_datetime) AS least_payload,
      max(payload) OVER (PARTITION BY event_type, event_uuid, created_datetime) AS greatest_payload
    FROM united
  )
SELECT
  event_uuid,
  event_name,
  date_diff('millisecond', from_unixtime(0), from_iso8601_timestamp(created_datetime)) AS created_at,
  created_datetime,
  event_subtype,
  ingested_at,
  CAST(all_copies AS bigint) AS copies,
  payload,
  CAST(IF(least_payload = greatest_payload, 0, 1) AS bigint) AS conflicts,
  event_type,
  created_date
FROM ranked
WHERE arrival = 1`;
};

/** One row per partition of the temporary table, from Parquet columns alone: rows, distinct keys, copies, conflicts, misfiled rows. */
export const verifyStatement = (feed: Feed, database: string, table: string): string => `SELECT
  ${feed.partitionColumns.map(({ name }) => name).join(',\n  ')},
  count(*) AS row_count,
  count(DISTINCT event_uuid || ' ' || created_datetime) AS key_count,
  sum(copies) AS copy_count,
  sum(conflicts) AS conflict_count,
  count_if(substr(created_datetime, 1, 10) <> created_date) AS misfiled_count
FROM ${qualified(database, table)}
GROUP BY ${feed.partitionColumns.map(({ name }) => name).join(', ')}
ORDER BY ${feed.partitionColumns.map(({ name }) => name).join(', ')}`;
