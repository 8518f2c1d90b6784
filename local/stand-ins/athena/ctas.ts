/** CREATE TABLE AS: the files are written to a staging folder and become objects when the query has succeeded. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { NULL_PARTITION } from '../catalog/expression';
import { QueryFailure } from './failure';
import { textList } from './engine';
import { quoteName, quoteText } from './lexer';
import type { Compression, CtasProperties, TableName } from './statements';
import { hiveTypeOf, narrowed } from './types';

/** https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html */
export const MOST_WRITERS = 100;

export interface CtasColumn {
  readonly name: string;
  readonly hiveType: string;
}

export interface WrittenFile {
  readonly path: string;
  /** Below the table's location: `event_type=a/created_date=b/000000_0_<query>_0.parquet`. */
  readonly name: string;
  readonly values: readonly string[];
}

/** Throws QueryFailure where the columns do not fit the properties. */
export const ctasColumns = (
  names: readonly string[],
  types: readonly DuckDBType[],
  { partitionedBy, bucketedBy }: CtasProperties,
): { readonly columns: readonly CtasColumn[]; readonly keys: readonly CtasColumn[] } => {
  const all = names.map((name, index) => ({ name: name.toLowerCase(), hiveType: hiveTypeOf(types[index]!) }));
  const unnamed = all.findIndex(({ name }) => /^_col\d+$/.test(name));
  if (unnamed >= 0)
    throw new QueryFailure('MISSING_COLUMN_NAME', `line 1:1: Column name not specified at position ${unnamed + 1}`);
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    throw new QueryFailure('DUPLICATE_COLUMN_NAME', `line 1:1: Column name '${twice.name}' specified more than once`);
  const missing = partitionedBy.filter((key) => !all.some(({ name }) => name === key));
  if (missing.length > 0)
    throw new QueryFailure('INVALID_TABLE_PROPERTY', `Partition columns [${missing.join(', ')}] not present in schema`);
  const last = all.slice(all.length - partitionedBy.length);
  if (last.some(({ name }, index) => name !== partitionedBy[index])) {
    throw new QueryFailure(
      'HIVE_COLUMN_ORDER_MISMATCH',
      `Partition keys must be the last columns in the table and in the same order as the table properties: [${partitionedBy.join(', ')}]`,
    );
  }
  const columns = all.slice(0, all.length - partitionedBy.length);
  if (columns.length === 0) throw new QueryFailure('INVALID_TABLE_PROPERTY', 'Table contains only partition columns');
  const unknown = bucketedBy.filter((key) => !columns.some(({ name }) => name === key));
  if (unknown.length > 0)
    throw new QueryFailure('INVALID_TABLE_PROPERTY', `Bucketing columns [${unknown.join(', ')}] not present in schema`);
  return { columns, keys: last };
};

const CODECS: Readonly<Record<Compression, string>> = {
  GZIP: 'gzip',
  SNAPPY: 'snappy',
  ZSTD: 'zstd',
  LZ4: 'lz4_raw',
  NONE: 'uncompressed',
};
const BUCKET = 'lithify_bucket';

/** Hive's escapes in a partition's folder: https://github.com/apache/hive (FileUtils.escapePathName). */
export const hiveFolder = (value: string): string =>
  value.replace(
    /[\u0000-\u001f"#%'*/:=?\\{[\]^\u007f]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

const filesBelow = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
    : [];

/**
 * Runs the query and writes its rows to `folder`, one file per partition and bucket that has rows. Throws QueryFailure beyond the
 * limit of writers.
 */
export const writeFiles = async (
  connection: DuckDBConnection,
  sql: string,
  names: readonly string[],
  types: readonly DuckDBType[],
  properties: CtasProperties,
  folder: string,
  queryId: string,
): Promise<readonly WrittenFile[]> => {
  mkdirSync(folder, { recursive: true });
  const { partitionedBy, bucketedBy, bucketCount } = properties;
  const columns = names.map((name, index) => {
    const type = partitionedBy.includes(name.toLowerCase()) ? 'VARCHAR' : narrowed(types[index]!);
    const value = `q.${quoteName(name)}`;
    const written =
      type === undefined
        ? value
        : type === 'VARCHAR'
          ? `coalesce(nullif(CAST(${value} AS VARCHAR), ''), ${quoteText(NULL_PARTITION)})`
          : `CAST(${value} AS ${type})`;
    return `${written} AS ${quoteName(name.toLowerCase())}`;
  });
  const bucketed = bucketCount > 1;
  if (bucketed)
    columns.push(
      `CAST(hash(${bucketedBy.map((name) => `q.${quoteName(name)}`).join(', ')}) % ${bucketCount} AS INTEGER) AS ${BUCKET}`,
    );
  const by = [...partitionedBy, ...(bucketed ? [BUCKET] : [])];
  const options = `FORMAT parquet, COMPRESSION ${CODECS[properties.compression]}`;
  const select = `SELECT ${columns.join(', ')} FROM (${sql}) q`;
  const target = by.length === 0 ? join(folder, 'data_0.parquet') : folder;
  const partitioning = by.length === 0 ? '' : `, PARTITION_BY (${by.map(quoteName).join(', ')})`;
  await connection.run(`COPY (${select}) TO ${quoteText(target)} (${options}${partitioning})`);
  return collected(connection, filesBelow(folder), folder, properties, queryId, options);
};

const collected = async (
  connection: DuckDBConnection,
  files: readonly string[],
  folder: string,
  { partitionedBy, bucketedBy, bucketCount }: CtasProperties,
  queryId: string,
  options: string,
): Promise<readonly WrittenFile[]> => {
  const leaves = new Map<string, string[]>();
  for (const file of files) {
    const leaf = file.slice(folder.length + 1, file.lastIndexOf('/') + 1);
    leaves.set(leaf, [...(leaves.get(leaf) ?? []), file]);
  }
  if (leaves.size > MOST_WRITERS) {
    throw new QueryFailure(
      'HIVE_TOO_MANY_OPEN_PARTITIONS',
      `Exceeded limit of ${MOST_WRITERS} open writers for partitions/buckets`,
    );
  }
  const written: WrittenFile[] = [];
  for (const [leaf, parts] of leaves) {
    const pairs = leaf
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part.slice(part.indexOf('=') + 1)));
    const values = pairs.slice(0, partitionedBy.length);
    const bucket = pairs[partitionedBy.length] ?? '0';
    const path = `${partitionedBy.map((key, index) => `${key}=${hiveFolder(values[index]!)}/`).join('')}`;
    const full = leaf === '' ? await withRows(connection, parts) : parts;
    // The engine may write a partition in several files; a bucket is one.
    const whole = bucketedBy.length > 0 && full.length > 1 ? [await merged(connection, full, options)] : full;
    whole.forEach((file, index) => {
      const number = bucketCount > 0 ? Number(bucket) : index;
      const name =
        bucketCount > 0 ? `${String(number).padStart(6, '0')}_0_${queryId}_0.parquet` : `${stamp(queryId, path, index)}.parquet`;
      written.push({ path: file, name: `${path}${name}`, values });
    });
  }
  return written;
};

/** Without partitions the engine writes a file even of no rows; Athena does not. */
const withRows = async (connection: DuckDBConnection, files: readonly string[]): Promise<readonly string[]> => {
  const result = await connection.runAndReadAll(
    `SELECT file_name FROM parquet_file_metadata(${textList(files)}) WHERE num_rows > 0`,
  );
  const full = new Set(result.getRows().map(([file]) => String(file)));
  return files.filter((file) => full.has(file) && statSync(file).size > 0);
};

const merged = async (connection: DuckDBConnection, files: readonly string[], options: string): Promise<string> => {
  const path = `${files[0]!}.merged`;
  await connection.run(
    `COPY (SELECT * FROM read_parquet(${textList(files)}, hive_partitioning = false)) TO ${quoteText(path)} (${options})`,
  );
  return path;
};

/** Unique and the same at every try: `<query>_<hash>`. */
const stamp = (queryId: string, path: string, index: number): string =>
  `${queryId}_${createHash('sha256').update(`${path}\0${index}`).digest('hex').slice(0, 12)}`;

const PARQUET_FORMATS = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: {
    SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    Parameters: { 'serialization.format': '1' },
  },
} as const;

/** The table and its partitions, as the catalog is told of them. */
export const catalogEntries = (
  name: TableName,
  location: string,
  { columns, keys }: ReturnType<typeof ctasColumns>,
  properties: CtasProperties,
  files: readonly WrittenFile[],
): { readonly table: Readonly<Record<string, unknown>>; readonly partitions: readonly Readonly<Record<string, unknown>>[] } => {
  const storage = {
    ...PARQUET_FORMATS,
    Columns: columns.map(({ name: column, hiveType }) => ({ Name: column, Type: hiveType })),
    Compressed: false,
    NumberOfBuckets: properties.bucketCount,
    BucketColumns: properties.bucketedBy,
    SortColumns: [],
    StoredAsSubDirectories: false,
  };
  const table = {
    Name: name.table,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', has_encrypted_data: 'false', 'parquet.compression': properties.compression },
    PartitionKeys: keys.map(({ name: column, hiveType }) => ({ Name: column, Type: hiveType })),
    StorageDescriptor: { ...storage, Location: location },
  };
  const partitions = new Map(
    keys.length === 0 ? [] : files.map(({ name: file, values }) => [file.slice(0, file.lastIndexOf('/')), values]),
  );
  return {
    table,
    partitions: [...partitions].map(([folder, Values]) => ({
      Values,
      Parameters: {},
      StorageDescriptor: { ...storage, Location: `${location}${folder}` },
    })),
  };
};
