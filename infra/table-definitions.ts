import type { types } from '@pulumi/aws';
import { dateColumn, typeColumn, type Column, type Feed } from '../contracts/feeds';
import {
  curatedPrefix,
  gatheredPrefix,
  gatheredTable,
  latePartition,
  lateTable,
  partitionTemplate,
  rawPartitionPrefix,
  rawPrefix,
  rawTable,
  runsPrefix,
  s3Uri,
} from '../contracts/lake';
import { typesOf } from './function-environments';
import type { Settings } from './settings';

type StorageDescriptor = types.input.glue.CatalogTableStorageDescriptor;

/** One external table as Glue has it. */
export interface TableDefinition {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
  readonly location: string;
  readonly format: Pick<StorageDescriptor, 'inputFormat' | 'outputFormat' | 'serDeInfo'>;
  readonly parameters: Readonly<Record<string, string>>;
}

const TEXT = {
  inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
};
/** A malformed line becomes a row of NULLs; without this setting one would fail every query. */
const JSON_LINES = {
  ...TEXT,
  serDeInfo: {
    name: 'json',
    serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
    parameters: { 'ignore.malformed.json': 'true' },
  },
};
/** U+001E cannot stand unescaped in JSON text, so a line is never cut. */
const WHOLE_LINES = {
  ...TEXT,
  serDeInfo: {
    name: 'lines',
    serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
    parameters: { 'field.delim': '\u001e', 'serialization.format': '\u001e' },
  },
};
const PARQUET = {
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  serDeInfo: {
    name: 'parquet',
    serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    parameters: { 'serialization.format': '1' },
  },
};

const EXTERNAL = { EXTERNAL: 'TRUE' };

/**
 * Raw objects of the day and type that a query names. Types come from the configured list; without one they are `injected`, since none
 * can be projected: a query then names one type (`event_type = '…'`; Trino refuses a list). Dates older than raw's lifetime have no objects left.
 * A layout that says nothing of partitions is one table without any.
 * https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
 */
export const rawDefinition = (feed: Feed, bucket: string, settings: Settings): TableDefinition => ({
  name: rawTable(feed.name),
  description:
    feed.rawLayout === 'partition'
      ? `${plural(feed)} as delivered, on time: gzip JSON lines, copies included`
      : `${plural(feed)} as delivered: gzip JSON lines, copies included`,
  columns: feed.rawColumns,
  partitionKeys: feed.rawLayout === 'time' ? [] : feed.partitionColumns.map(plain),
  location: s3Uri(bucket, rawPrefix(feed)),
  format: JSON_LINES,
  parameters: {
    ...EXTERNAL,
    classification: 'json',
    ...(feed.rawLayout === 'time' ? {} : rawProjection(feed, bucket, settings)),
  },
});

const rawProjection = (feed: Feed, bucket: string, { events, retention }: Settings): Readonly<Record<string, string>> => {
  const [type, date, types] = [typeColumn(feed), dateColumn(feed), typesOf(feed, events)];
  // By arrival no date is older than its objects.
  const daysBefore = feed.rawLayout === 'partition' ? events.onTimeDaysBefore : 0;
  return {
    'projection.enabled': 'true',
    ...(type === undefined
      ? {}
      : types === undefined
        ? { [`projection.${type}.type`]: 'injected' }
        : { [`projection.${type}.type`]: 'enum', [`projection.${type}.values`]: types.join(',') }),
    [`projection.${date}.type`]: 'date',
    [`projection.${date}.format`]: 'yyyy-MM-dd',
    [`projection.${date}.range`]: `NOW-${retention.rawDays + daysBefore + 1}DAYS,NOW+1DAY`,
    [`projection.${date}.interval`]: '1',
    [`projection.${date}.interval.unit`]: 'DAYS',
    'storage.location.template': s3Uri(
      bucket,
      rawPartitionPrefix(
        feed,
        partitionTemplate(feed, (name) => `\${${name}}`),
      ),
    ),
  };
};

/** What Glue is told of a column: not where its value comes from. */
const plain = ({ name, type, comment }: Column): Column => ({ name, type, comment });

const plural = ({ name }: Feed): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** Late objects mix types and dates, so what partitions raw is read from the lines, as far as they have it. */
export const lateDefinition = (feed: Feed, bucket: string): TableDefinition => ({
  name: lateTable(feed.name),
  description: `${plural(feed)} as delivered that were not on time, or of a type that is not listed`,
  columns: [
    ...feed.rawColumns,
    ...feed.partitionColumns.filter(({ name }) => feed.transform?.addedFields.includes(name)).map(plain),
  ],
  partitionKeys: [],
  location: s3Uri(bucket, rawPartitionPrefix(feed, latePartition(feed))),
  format: JSON_LINES,
  parameters: { ...EXTERNAL, classification: 'json' },
});

/** The snapshot of one batch of one run, whole lines, for the compaction's own statements. */
export const gatheredDefinition = (feed: Feed, bucket: string): TableDefinition => ({
  name: gatheredTable(feed.name),
  description: 'Lines that a compaction run gathered; name one run and one batch',
  columns: [{ name: 'line', type: 'string', comment: 'One record as delivered' }],
  partitionKeys: [
    { name: 'run', type: 'string', comment: 'Id of the run' },
    { name: 'batch', type: 'string', comment: 'Batch and attempt' },
  ],
  location: s3Uri(bucket, runsPrefix(feed.name)),
  format: WHOLE_LINES,
  parameters: {
    ...EXTERNAL,
    'projection.enabled': 'true',
    'projection.run.type': 'injected',
    'projection.batch.type': 'injected',
    'storage.location.template': s3Uri(bucket, gatheredPrefix(feed.name, '${run}', '${batch}')),
  },
});

/** Each record once. Partitions are registered, never projected: projection would ignore the locations that publishing flips. */
export const curatedDefinition = (feed: Feed, bucket: string): TableDefinition => ({
  name: feed.name,
  description:
    feed.key === 'none'
      ? `Every ${feed.record} as often as it arrived: Parquet, rewritten partition by partition`
      : `Every ${feed.record} once: Parquet, rewritten partition by partition`,
  columns: feed.curatedColumns.map(plain),
  partitionKeys: feed.partitionColumns.map(plain),
  location: s3Uri(bucket, curatedPrefix(feed.name)),
  format: PARQUET,
  parameters: { ...EXTERNAL, classification: 'parquet' },
});

/** A small table of JSON lines that the program itself fills. */
export const dimensionDefinition = (
  name: string,
  description: string,
  columns: readonly Column[],
  location: string,
): TableDefinition => ({
  name,
  description,
  columns,
  partitionKeys: [],
  location,
  format: JSON_LINES,
  parameters: { ...EXTERNAL, classification: 'json' },
});
