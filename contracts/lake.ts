/**
 * The layout of the lake bucket: what lies under which key. Every stage asks here, so that a prefix is spelled once.
 * Keys are relative to the bucket. `table` is a feed's curated table name (`events`).
 */

/**
 * Values by partition column, in the order of the feed's partition columns: `{ event_type: 'push', created_date: '2026-11-20' }`. Documents
 * that people and steps read say the path instead: `event_type=push/created_date=2026-11-20`.
 */
export type Partition = Readonly<Record<string, string>>;

/** What the layout needs to know of a feed. */
export interface FeedLayout {
  readonly name: string;
  /** Where raw objects lie. */
  readonly rawPrefix: string;
  /**
   * How the delivery lays them out there. `partition`: as the transform says, with one partition for what is late. `arrival`: by the date on
   * which the oldest record of an object arrived, which is the partition of all that was delivered on that day. `time`: in folders
   * (`rawFolders`) that say nothing of partitions.
   */
  readonly rawLayout: 'partition' | 'arrival' | 'time';
  /** Below the raw prefix, with Firehose's expressions; for the layout `time` alone. */
  readonly rawFolders?: string;
  /** Where the delivery puts what it or its transform could not use; Firehose's expressions allowed. */
  readonly deliveryErrorsPrefix: string;
  /** The last one is the UTC date, `yyyy-MM-dd`. */
  readonly partitionColumns: readonly { readonly name: string }[];
}

/** The value of every column of the one raw partition for what is not on time; no real type or date is called so. */
export const LATE = 'late';

export const latePartition = ({ partitionColumns }: Pick<FeedLayout, 'partitionColumns'>): Partition =>
  Object.fromEntries(partitionColumns.map(({ name }) => [name, LATE]));

export const isLate = (partition: Partition): boolean => Object.values(partition).every((value) => value === LATE);

/** Hive style, no slash at either end. */
export const partitionPath = (partition: Partition): string =>
  Object.entries(partition)
    .map(([name, value]) => `${name}=${value}`)
    .join('/');

/** The inverse, of a path that `partitionPath` made. */
export const partitionOfPath = (path: string): Partition =>
  Object.fromEntries(
    path.split('/').map((part): [string, string] => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );

/** The partition with these values, in the order of the feed's columns; as Glue and query results have them. */
export const partitionOfValues = (
  { partitionColumns }: Pick<FeedLayout, 'partitionColumns'>,
  values: readonly string[],
): Partition => Object.fromEntries(partitionColumns.map(({ name }, index) => [name, values[index] ?? '']));

/** A partition whose values are what a template calls them: `!{partitionKeyFromLambda:event_type}`, say. */
export const partitionTemplate = (
  { partitionColumns }: Pick<FeedLayout, 'partitionColumns'>,
  placeholder: (column: string) => string,
): Partition => Object.fromEntries(partitionColumns.map(({ name }) => [name, placeholder(name)]));

export const partitionValues = (partition: Partition): readonly string[] => Object.values(partition);

/** Orders partitions as their paths sort in UTF-8, which is the order of an S3 listing. */
export const comparePartitions = (left: Partition, right: Partition): number =>
  compareKeys(`${partitionPath(left)}/`, `${partitionPath(right)}/`);

/** `yyyy-MM-dd` of a partition: the value of its last column. */
export const partitionDate = (partition: Partition): string => Object.values(partition).at(-1) ?? '';

/** The value of the column before the date; undefined where a feed is partitioned by date alone. */
export const partitionType = (partition: Partition): string | undefined => Object.values(partition).at(-2);

/** S3 lists keys in UTF-8 byte order; JavaScript compares UTF-16 units, which differs above the Basic Multilingual Plane. */
export const compareKeys = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (a === b) continue;
    const surrogates = Number(a >= 0xd800 && a <= 0xdfff) - Number(b >= 0xd800 && b <= 0xdfff);
    return surrogates === 0 ? a - b : surrogates;
  }
  return left.length - right.length;
};

const DATE_VALUE = /^(?:\d{4}-\d{2}-\d{2}|late)$/;
const TYPE_VALUE = /^[a-z0-9_-]{1,64}$/;

/** The partition of a raw key or a piece's key below its feed's prefix; undefined where a key is not laid out so (placed by hand, say). */
export const partitionOfKey = (
  { partitionColumns }: Pick<FeedLayout, 'partitionColumns'>,
  prefix: string,
  key: string,
): Partition | undefined => {
  if (!key.startsWith(prefix)) return undefined;
  const partition: Record<string, string> = {};
  let start = prefix.length;
  for (const [index, { name }] of partitionColumns.entries()) {
    const end = key.indexOf('/', start);
    if (end < 0 || !key.startsWith(`${name}=`, start)) return undefined;
    const value = key.slice(start + name.length + 1, end);
    if (!(index === partitionColumns.length - 1 ? DATE_VALUE : TYPE_VALUE).test(value)) return undefined;
    partition[name] = value;
    start = end + 1;
  }
  return partition;
};

export const rawPrefix = (feed: Pick<FeedLayout, 'rawPrefix'>): string => feed.rawPrefix;
/** Pieces of late objects, by true type and date: from here on they are raw objects like any other. */
export const piecePrefix = (table: string): string => `late/${table}/`;
export const curatedPrefix = (table: string): string => `curated/${table}/`;
export const ledgerPrefix = (table: string): string => `ledger/${table}/`;
export const errorsPrefix = (table: string): string => `errors/${table}/`;
export const runsPrefix = (table: string): string => `runs/${table}/`;
export const lockKey = (table: string): string => `locks/${table}.json`;

/** Lines that routing rejected. Like Firehose's own error objects, outside every table's path. */
export const rejectedPrefix = (table: string): string => `${errorsPrefix(table)}rejected/`;
export const rejectedKey = (table: string, hash: string): string => `${rejectedPrefix(table)}${hash}.json.gz`;

export const rawPartitionPrefix = (feed: Pick<FeedLayout, 'rawPrefix'>, partition: Partition): string =>
  `${rawPrefix(feed)}${partitionPath(partition)}/`;
/** The prefix of the delivery stream, with Firehose's expressions. */
export const deliveryPrefix = (feed: Pick<FeedLayout, 'rawPrefix' | 'rawLayout' | 'rawFolders' | 'partitionColumns'>): string => {
  if (feed.rawLayout === 'time') return `${feed.rawPrefix}${feed.rawFolders ?? ''}`;
  const value = (name: string): string =>
    feed.rawLayout === 'arrival' ? '!{timestamp:yyyy-MM-dd}' : `!{partitionKeyFromLambda:${name}}`;
  return rawPartitionPrefix(feed, partitionTemplate(feed, value));
};

/** What `!{firehose:error-output-type}` becomes. https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html */
const ERROR_OUTPUT_TYPES = ['processing-failed', 'format-conversion-failed'] as const;

/** The prefixes below which the delivery's error objects lie, without expressions. */
export const deliveryErrorsPrefixes = ({ deliveryErrorsPrefix }: Pick<FeedLayout, 'deliveryErrorsPrefix'>): readonly string[] => {
  const fixed = deliveryErrorsPrefix.slice(0, deliveryErrorsPrefix.indexOf('!{'));
  return fixed === '' ? ERROR_OUTPUT_TYPES.map((type) => `${type}/`) : [fixed];
};

/** The prefix below which raw objects may have to be routed. */
export const routedPrefix = (feed: FeedLayout): string =>
  feed.rawLayout === 'partition' ? rawPartitionPrefix(feed, latePartition(feed)) : feed.rawPrefix;

/**
 * Whether a raw object below that prefix is routed, since its lines may be of other partitions than its key says. By arrival that is one that
 * was delivered after its day: it may hold records of the next one.
 */
export const isRouted = (
  feed: FeedLayout,
  { key, lastModified }: { readonly key: string; readonly lastModified: string },
): boolean => {
  if (feed.rawLayout !== 'arrival') return true;
  const partition = partitionOfKey(feed, feed.rawPrefix, key);
  return partition === undefined || partitionDate(partition) < lastModified.slice(0, 10);
};

/**
 * Whether an object that lies in a partition's folder is planned as it is. One that is to be routed never is, not even where it came too late
 * for this run's routing: its lines would count twice once it is routed.
 */
export const isPlanned = (feed: FeedLayout, object: { readonly key: string; readonly lastModified: string }): boolean =>
  feed.rawLayout !== 'arrival' || !object.key.startsWith(feed.rawPrefix) || !isRouted(feed, object);

export const piecePartitionPrefix = (table: string, partition: Partition): string =>
  `${piecePrefix(table)}${partitionPath(partition)}/`;
export const pieceKey = (table: string, partition: Partition, hash: string): string =>
  `${piecePartitionPrefix(table, partition)}${hash}.gz`;

/**
 * A marker says that a source object (key and ETag) is routed. It mirrors the source's key, so that the markers of a partition can be
 * listed alone. They come nearly in the order of their sources; sort them by source where that matters (`x.gz.bak/` lists before `x.gz/`).
 * The leading underscore hides the folder from every engine.
 */
export const markerPrefix = (table: string): string => `${piecePrefix(table)}_routed/`;
export const markerKey = (table: string, sourceKey: string, etag: string): string =>
  `${markerPrefix(table)}${sourceKey}/${etag.replaceAll('"', '')}.json`;
/** The source's key and ETag that a marker's key tells. */
export const markedSource = (table: string, key: string): { readonly key: string; readonly etag: string } | undefined => {
  const rest = key.startsWith(markerPrefix(table)) ? key.slice(markerPrefix(table).length) : '';
  const slash = rest.lastIndexOf('/');
  return slash > 0 && rest.endsWith('.json')
    ? { key: rest.slice(0, slash), etag: rest.slice(slash + 1, -'.json'.length) }
    : undefined;
};

/** The folder of one run. A run's id starts with its start time, so runs list in the order in which they began. */
export const runPrefix = (table: string, run: string): string => `${runsPrefix(table)}${run}/`;
export const planKey = (table: string, run: string): string => `${runPrefix(table, run)}plan.json`;
/** What one round of planning found, where there is more than one. */
export const planRoundKey = (table: string, run: string, round: number): string =>
  `${runPrefix(table, run)}planning/${round}.json`;
/** What a plan lists lies in a folder of its own, so that a planner that was started twice cannot mix two plans. */
export const planFolder = (table: string, run: string, nonce: string): string => `${runPrefix(table, run)}plans/${nonce}/`;
export const batchesKey = (folder: string): string => `${folder}batches.json`;
export const batchKey = (folder: string, batch: string): string => `${folder}${batch}.json`;
export const sourcesKey = (folder: string, partition: Partition): string =>
  `${folder}sources/${partitionPath(partition)}.ndjson.gz`;
export const routeOutcomeKey = (table: string, run: string, round: number): string =>
  `${runPrefix(table, run)}routes/${round}.json`;
export const failureKey = (table: string, run: string, batch: string, attempt: string): string =>
  `${runPrefix(table, run)}failures/${batch}-${attempt}.json`;
export const attemptPrefix = (table: string, run: string, batch: string, attempt: string): string =>
  `${runPrefix(table, run)}attempts/${batch}-${attempt}/`;
export const gatheredRoot = (table: string, run: string): string => `${runPrefix(table, run)}gathered/`;
/** `batch` of `<table>_gathered` is `<batch>-<attempt>`. */
export const gatheredPrefix = (table: string, run: string, batchAttempt: string): string =>
  `${gatheredRoot(table, run)}${batchAttempt}/`;
export const reportKey = (table: string, run: string): string => `${runPrefix(table, run)}report.json`;
/** What is acknowledged, and what lies or lay under errors/: it outlives both. */
export const accountsKey = (table: string): string => `${ledgerPrefix(table)}_accounts.json`;
export const sweepNoticesKey = (table: string): string => `${ledgerPrefix(table)}_unnamed.json`;

/** Where one attempt of a batch writes its Parquet: fresh by construction, since the attempt's id is drawn anew. */
export const curatedAttemptPrefix = (table: string, run: string, batch: string, attempt: string): string =>
  `${curatedPrefix(table)}${run}/${batch}-${attempt}/`;
export const ledgerKey = (table: string, partition: Partition, run: string, batch: string, attempt: string): string =>
  `${ledgerPrefix(table)}${partitionPath(partition)}/${run}-${batch}-${attempt}.ndjson.gz`;

/** Glue names of a feed's tables. */
export const rawTable = (table: string): string => `${table}_raw`;
export const lateTable = (table: string): string => `${table}_late`;
export const gatheredTable = (table: string): string => `${table}_gathered`;
/** Temporary CTAS tables: `tmp_events_20261121t003000z_1a2b3c4d_b0001_9f8e7d6c`. Glue folds names to lower case. */
export const temporaryTablePrefix = (table: string): string => `tmp_${table}_`;
export const temporaryTable = (table: string, run: string, batch: string, attempt: string): string =>
  `${temporaryTablePrefix(table)}${run}_${batch}_${attempt}`.toLowerCase().replaceAll('-', '_');

export const s3Uri = (bucket: string, key: string): string => `s3://${bucket}/${key}`;
/** The key of an `s3://` location inside `bucket`; undefined where it lies elsewhere. */
export const keyOfUri = (bucket: string, uri: string): string | undefined =>
  uri.startsWith(`s3://${bucket}/`) ? uri.slice(`s3://${bucket}/`.length) : undefined;
