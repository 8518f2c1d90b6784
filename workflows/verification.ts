import type { Feed } from '../contracts/feeds';
import type { ExpectedPartition, Verification } from './documents';

export interface FoundPartition {
  readonly partition: string;
  readonly rows: number;
  /** Distinct keys; of a feed without a key, distinct records. */
  readonly keys: number;
  readonly copies: number;
  readonly conflicts: number;
  readonly typeConflicts: number;
  readonly misfiled: number;
}

/**
 * Compares what the CTAS wrote with what the attempt expects of it, per partition. Every difference is a sentence; one is enough for
 * nothing of the batch to be published.
 */
export const differences = (
  feed: Pick<Feed, 'key'>,
  expected: readonly ExpectedPartition[],
  found: readonly FoundPartition[],
  rebuild: boolean,
): readonly string[] => {
  const byPath = new Map(found.map((partition) => [partition.partition, partition]));
  const problems: string[] = [];
  for (const partition of expected) {
    const output = byPath.get(partition.partition);
    byPath.delete(partition.partition);
    if (output === undefined) {
      problems.push(`${partition.partition}: ${partition.copies} lines expected, no row found`);
      continue;
    }
    if (output.copies !== partition.copies)
      problems.push(`${partition.partition}: copies add up to ${output.copies}, expected ${partition.copies}`);
    if (feed.key === 'none' && output.copies !== output.rows)
      problems.push(`${partition.partition}: ${output.rows} rows but ${output.copies} records, which are never merged`);
    if (feed.key !== 'none' && output.keys !== output.rows)
      problems.push(`${partition.partition}: ${output.rows} rows but ${output.keys} keys`);
    if (output.misfiled > 0) problems.push(`${partition.partition}: ${output.misfiled} rows of another date`);
    const before = partition.published?.rows ?? 0;
    if (!rebuild && output.rows < before)
      problems.push(`${partition.partition}: ${output.rows} rows, fewer than the ${before} before`);
  }
  for (const unexpected of byPath.keys()) problems.push(`${unexpected}: not a partition of this batch`);
  return problems;
};

export const verifiedOf = (
  feed: Pick<Feed, 'key'>,
  found: readonly FoundPartition[],
  bytesScanned: readonly number[],
  problems: readonly string[],
): Verification => ({
  problems: [...problems],
  bytesScanned: [...bytesScanned],
  partitions: found.map(({ partition, rows, keys, copies, conflicts, typeConflicts }) => ({
    partition,
    rows,
    copies,
    conflicts,
    typeConflicts,
    equal: feed.key === 'none' ? rows - keys : 0,
  })),
});
