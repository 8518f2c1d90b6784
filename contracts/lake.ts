/**
 * The layout of the lake bucket: what lies under which key. Every stage asks here, so that a prefix is spelled once.
 * Keys are relative to the bucket. `table` is a feed's curated table name (`events`).
 */
export interface Partition {
  /** `[a-z0-9_-]{1,64}`. */
  readonly eventType: string;
  /** `yyyy-MM-dd`, UTC. */
  readonly createdDate: string;
}

/** The one raw partition for what is not on time; no real type or date is called so. */
export const LATE: Partition = { eventType: 'late', createdDate: 'late' };

export const isLate = (partition: Partition): boolean => partition.eventType === LATE.eventType;

/** `event_type=push/created_date=2026-11-20`: Hive style, no slash at either end. */
export const partitionPath = ({ eventType, createdDate }: Partition): string =>
  `event_type=${eventType}/created_date=${createdDate}`;

/** Orders partitions as their paths sort in UTF-8, which is the order of an S3 listing. */
export const comparePartitions = (left: Partition, right: Partition): number =>
  compareKeys(`${partitionPath(left)}/`, `${partitionPath(right)}/`);

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

const PARTITION_PATH = /^event_type=([a-z0-9_-]{1,64})\/created_date=(\d{4}-\d{2}-\d{2}|late)\//;

/** The partition of a raw key or a piece's key below its table's prefix; undefined where a key is not laid out so (placed by hand, say). */
export const partitionOfKey = (prefix: string, key: string): Partition | undefined => {
  if (!key.startsWith(prefix)) return undefined;
  const match = PARTITION_PATH.exec(key.slice(prefix.length));
  return match === null ? undefined : { eventType: match[1]!, createdDate: match[2]! };
};

export const rawPrefix = (table: string): string => `raw/${table}/`;
/** Pieces of late objects, by true type and date: from here on they are raw objects like any other. */
export const piecePrefix = (table: string): string => `late/${table}/`;
export const curatedPrefix = (table: string): string => `curated/${table}/`;
export const ledgerPrefix = (table: string): string => `ledger/${table}/`;
export const errorsPrefix = (table: string): string => `errors/${table}/`;
export const runsPrefix = (table: string): string => `runs/${table}/`;
export const lockKey = (table: string): string => `locks/${table}.json`;

/** Firehose's own error objects, and the lines that routing rejected. Both outside every table's path. */
export const deliveryErrorsPrefix = (table: string): string => `${errorsPrefix(table)}!{firehose:error-output-type}/`;
export const rejectedKey = (table: string, hash: string): string => `${errorsPrefix(table)}rejected/${hash}.json.gz`;

export const rawPartitionPrefix = (table: string, partition: Partition): string =>
  `${rawPrefix(table)}${partitionPath(partition)}/`;
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
