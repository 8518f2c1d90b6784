import { isLate, partitionDate, partitionOfPath, partitionType, type Partition } from '../contracts/lake';
import { MAX_WRITERS, type Policy } from '../contracts/policy';
import type { Batch, PlannedPartition, Published } from './documents';
import type { Run } from './run';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const dateOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10);

/**
 * The oldest day that may still receive on-time records: a record created on a day arrives on that day or the next, and stream
 * retention and delivery retries (`receivingHours`) may delay it further.
 */
export const oldestOpenDate = (nowMillis: number, policy: Policy): string =>
  dateOf(nowMillis - policy.receivingHours * HOUR - 2 * DAY);

export const inRange = (run: Run, partition: Partition): boolean =>
  (run.eventType === undefined || partitionType(partition) === run.eventType) &&
  (run.from === undefined || partitionDate(partition) >= run.from) &&
  (run.to === undefined || partitionDate(partition) <= run.to);

export interface News {
  readonly objects: number;
  readonly bytes: number;
  /** Milliseconds since the epoch, of the oldest new object. */
  readonly oldestMillis: number | undefined;
}

/** Whether a partition is compacted in this run, and why (not), in one sentence for people. */
export const decide = (
  partition: Partition,
  news: News,
  published: Published | undefined,
  run: Run,
  policy: Policy,
  nowMillis: number,
): { readonly due: boolean; readonly reason: string } => {
  const in_ = (reason: string) => ({ due: true, reason });
  const out = (reason: string) => ({ due: false, reason });
  if (news.objects === 0) return out(run.rebuild ? 'no raw object or piece left to rebuild from' : 'nothing new');
  if (run.force) return in_('forced');
  if (published?.held !== undefined) return out(`held after a rollback of ${published.held}; force it to go on`);
  if (run.rebuild) return in_('rebuild asked for');
  const open = partitionDate(partition) >= dateOf(nowMillis);
  if (open && !policy.includeOpenDay) return out('its day is still open');
  const ageHours = news.oldestMillis === undefined ? 0 : (nowMillis - news.oldestMillis) / HOUR;
  if (news.objects >= policy.dueObjects) return in_(`${news.objects} new objects (threshold ${policy.dueObjects})`);
  if (news.bytes >= policy.dueBytes) return in_(`${news.bytes} new bytes (threshold ${policy.dueBytes})`);
  if (ageHours >= policy.dueAgeHours)
    return in_(`oldest new object is ${ageHours.toFixed(1)} h old (threshold ${policy.dueAgeHours} h)`);
  return out(
    `waits: ${news.objects} new objects, ${news.bytes} bytes, oldest ${ageHours.toFixed(1)} h old; below every threshold`,
  );
};

/** Files per partition: what aims at the target size, at most what one CTAS may open. */
export const bucketCountFor = (bytes: number, policy: Policy): number =>
  Math.min(MAX_WRITERS, Math.max(1, Math.ceil(bytes / policy.targetFileBytes)));

const bytesOf = (partition: PlannedPartition): number => partition.newBytes + (partition.published?.bytes ?? 0);

/**
 * Batches of due partitions: one bucket count each, partitions x buckets within Athena's writers, within the byte budget. A partition
 * above the budget, or one whose batch failed last time (`alone`), runs alone.
 */
export const formBatches = (
  partitions: readonly PlannedPartition[],
  policy: Policy,
  alone: ReadonlySet<string> = new Set(),
): readonly Batch[] => {
  const batches: { bucketCount: number; bytes: number; partitions: PlannedPartition[] }[] = [];
  const open = new Map<number, { bucketCount: number; bytes: number; partitions: PlannedPartition[] }>();
  for (const partition of partitions) {
    if (!partition.due) continue;
    const bytes = bytesOf(partition);
    const { bucketCount } = partition;
    if (bytes > policy.batchBytes || alone.has(partition.partition)) {
      batches.push({ bucketCount, bytes, partitions: [partition] });
      continue;
    }
    let batch = open.get(bucketCount);
    if (
      batch === undefined ||
      (batch.partitions.length + 1) * bucketCount > MAX_WRITERS ||
      batch.bytes + bytes > policy.batchBytes
    ) {
      batch = { bucketCount, bytes: 0, partitions: [] };
      open.set(bucketCount, batch);
      batches.push(batch);
    }
    batch.bytes += bytes;
    batch.partitions.push(partition);
  }
  return batches.map((batch, index) => ({ batch: `b${String(index + 1).padStart(4, '0')}`, ...batch }));
};

/**
 * Athena: 5 USD a TB (2^40 bytes) scanned, at least 10 MB a query. https://aws.amazon.com/athena/pricing/
 */
export const DOLLARS_PER_TEBIBYTE = 5;
export const MINIMUM_BYTES_BILLED = 10 * 1024 * 1024;
export const queryDollars = (bytesScanned: number): number =>
  (Math.max(bytesScanned, MINIMUM_BYTES_BILLED) / 2 ** 40) * DOLLARS_PER_TEBIBYTE;

/** What a batch will scan: the gathered lines and the curated rows for the CTAS, three narrow columns for the verification. */
export const estimateBatch = (batch: Batch): { readonly bytes: number; readonly dollars: number } => ({
  bytes: batch.bytes,
  dollars: queryDollars(batch.bytes) + queryDollars(batch.bytes / 10),
});

/**
 * The partition paths that the next run lists whatever their day: all that any run since the last full listing routed into, planned
 * or left unfinished. A full listing starts over with what it found new.
 */
export const carryOver = (
  previous: readonly string[],
  full: boolean,
  withNews: readonly string[],
  routedInto: readonly string[],
): readonly string[] =>
  [...new Set([...(full ? [] : previous), ...withNews, ...routedInto])].filter((path) => !isLate(partitionOfPath(path))).sort();

/** Splits sources into gather invocations, bounded in bytes and objects, so that each ends well within its timeout. */
export const gatherTasks = <S extends { readonly bytes: number }>(
  sources: readonly S[],
  policy: Policy,
): readonly (readonly S[])[] => {
  const tasks: S[][] = [];
  let bytes = Infinity;
  for (const source of sources) {
    const task = tasks.at(-1);
    if (task === undefined || bytes + source.bytes > policy.gatherBytes || task.length >= policy.gatherObjects) {
      tasks.push([source]);
      bytes = source.bytes;
    } else {
      task.push(source);
      bytes += source.bytes;
    }
  }
  return tasks;
};
