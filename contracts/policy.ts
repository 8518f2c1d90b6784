import * as z from 'zod';

const MIB = 1024 * 1024;

/**
 * When a partition is compacted, and in what portions. A part of the stack's config; the compaction functions get it as the JSON
 * text of one environment variable. Unknown keys are refused.
 */
export const policySchema = z.strictObject({
  /** A partition is due with at least this many new objects … */
  dueObjects: z.int().min(1).default(1),
  /** … or with at least this many new bytes, compressed … */
  dueBytes: z
    .int()
    .min(1)
    .default(64 * MIB),
  /** … or when its oldest new object is at least this old. */
  dueAgeHours: z.number().min(0).default(24),
  /** Whether the UTC day that is still open is compacted too (for schedules of several runs a day). */
  includeOpenDay: z.boolean().default(false),
  /** How long after its end a day may still receive: stream retention plus delivery retries. */
  receivingHours: z.int().min(1).max(8_760).default(48),
  /** Every object is listed at least this often, whatever its day. */
  fullListingDays: z.int().min(1).max(30).default(7),
  /** Size of one curated file that the bucket count aims at, compressed. */
  targetFileBytes: z
    .int()
    .min(1 * MIB)
    .max(1024 * MIB)
    .default(256 * MIB),
  /** What one batch may read, raw and curated, compressed; a partition above it runs alone. */
  batchBytes: z
    .int()
    .min(1)
    .default(8 * 1024 * MIB),
  /**
   * What one round of planning reads: entries of listings, ledgers and markers, a call counting as a page of 1,000. A partition that is begun is
   * ended. Measured (`npm run bench -- plan`, docs/operations.md), the default takes a third of a function's 15 minutes.
   */
  planEntries: z.int().min(1).default(8_000_000),
  /** What one gather invocation may read: bounds its time. */
  gatherBytes: z
    .int()
    .min(1 * MIB)
    .default(256 * MIB),
  gatherObjects: z.int().min(1).max(10_000).default(4_000),
  /** Batches rewritten at the same time: Athena's DML quota is shared with analysts. */
  concurrentBatches: z.int().min(1).max(40).default(5),
  /** How long a file that no partition names is kept: longer than the longest query. */
  graceHours: z.number().min(1).default(24),
});

export type Policy = z.infer<typeof policySchema>;

/**
 * Athena opens at most 100 writers (partitions x buckets) per CTAS.
 * https://docs.aws.amazon.com/athena/latest/ug/ctas-considerations-limitations.html
 */
export const MAX_WRITERS = 100;
