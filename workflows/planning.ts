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
  /** How many of the objects are pieces of routed ones. */
  readonly pieces?: number;
}

/**
 * Whether a day still goes on, or begins next, as for a producer whose clock is ahead. A later one was never lived: it is the mistake of a
 * record, and whoever waited for it to end would let the record expire first.
 */
const isOpen = (date: string, nowMillis: number): boolean => date >= dateOf(nowMillis) && date <= dateOf(nowMillis + DAY);

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
  if (isOpen(partitionDate(partition), nowMillis) && !policy.includeOpenDay) return out('its day is still open');
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

/**
 * Gather invocations of one attempt at most. Each may write 37 events into the history of its batch's execution (7, and 3 for each of 10
 * retries), there are 2 attempts, and a history ends at 25,000 events: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MAX_TASKS = 240;

/** Rounds of routing, and of planning, in one run: for the same reason. What is not routed then is left to the next run. */
export const MAX_ROUNDS = 200;

/** What one batch may gather so that it takes no more tasks: two that follow each other hold more than one may, in bytes or in objects. */
export const batchLimits = ({ gatherBytes, gatherObjects }: Policy): { readonly bytes: number; readonly objects: number } => ({
  bytes: (MAX_TASKS / 4) * gatherBytes,
  objects: (MAX_TASKS / 4) * gatherObjects,
});

/** Whether a run that has taken so much of a partition takes one more object; the first is always taken. */
export const partitionTakes = (
  taken: { readonly objects: number; readonly bytes: number },
  next: { readonly bytes: number },
  policy: Policy,
): boolean => {
  const limits = batchLimits(policy);
  return taken.objects === 0 || (taken.objects < limits.objects && taken.bytes + next.bytes <= limits.bytes);
};

/** What a partition adds to its batch: what it gathers, and the current rows that are united with it. */
const bytesOf = ({ newBytes, published }: PlannedPartition, rebuild: boolean): number =>
  newBytes + (rebuild ? 0 : (published?.bytes ?? 0));

interface OpenBatch {
  readonly bucketCount: number;
  bytes: number;
  newBytes: number;
  newObjects: number;
  readonly partitions: PlannedPartition[];
}

/**
 * Batches of due partitions: one bucket count each, partitions x buckets within Athena's writers, within the byte budget and what an attempt
 * may gather. A partition above the budget, or one whose batch failed before (`alone`), runs alone.
 */
export const formBatches = (
  partitions: readonly PlannedPartition[],
  policy: Policy,
  alone: ReadonlySet<string> = new Set(),
  rebuild = false,
): readonly Batch[] => {
  const batches: OpenBatch[] = [];
  const open = new Map<number, OpenBatch>();
  const limits = batchLimits(policy);
  const begun = (bucketCount: number): OpenBatch => {
    const batch = { bucketCount, bytes: 0, newBytes: 0, newObjects: 0, partitions: [] };
    batches.push(batch);
    return batch;
  };
  const fits = (batch: OpenBatch, partition: PlannedPartition, bytes: number): boolean =>
    (batch.partitions.length + 1) * batch.bucketCount <= MAX_WRITERS &&
    batch.bytes + bytes <= policy.batchBytes &&
    batch.newBytes + partition.newBytes <= limits.bytes &&
    batch.newObjects + partition.newObjects <= limits.objects;
  for (const partition of partitions) {
    if (!partition.due) continue;
    const bytes = bytesOf(partition, rebuild);
    const { bucketCount } = partition;
    let batch = open.get(bucketCount);
    if (bytes > policy.batchBytes || alone.has(partition.partition)) batch = begun(bucketCount);
    else if (batch === undefined || !fits(batch, partition, bytes)) {
      batch = begun(bucketCount);
      open.set(bucketCount, batch);
    }
    batch.bytes += bytes;
    batch.newBytes += partition.newBytes;
    batch.newObjects += partition.newObjects;
    batch.partitions.push(partition);
  }
  return batches.map(({ bucketCount, bytes, partitions: members }, index) => ({
    batch: `b${String(index + 1).padStart(4, '0')}`,
    bucketCount,
    bytes,
    partitions: members,
  }));
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

/** Whether a gather task that holds so much takes one more source; the first is always taken, so a large object has a task of its own. */
export const taskTakes = (
  task: { readonly objects: number; readonly bytes: number },
  next: { readonly bytes: number },
  policy: Policy,
): boolean => task.objects === 0 || (task.objects < policy.gatherObjects && task.bytes + next.bytes <= policy.gatherBytes);

/** Splits sources into gather invocations, bounded in bytes and objects, so that each ends well within its timeout. */
export async function* gatherTasks<S extends { readonly bytes: number }>(
  sources: AsyncIterable<S>,
  policy: Policy,
): AsyncGenerator<readonly S[]> {
  let task: S[] = [];
  let bytes = 0;
  for await (const source of sources) {
    if (!taskTakes({ objects: task.length, bytes }, source, policy)) {
      yield task;
      [task, bytes] = [[], 0];
    }
    task.push(source);
    bytes += source.bytes;
  }
  if (task.length > 0) yield task;
}
