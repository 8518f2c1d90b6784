import type { RouteOutcome } from '../../workflows/documents';

/** What one invocation may do, so that it ends well within its 900 seconds. */
export interface RoundBounds {
  /** Compressed, of what it reads. */
  readonly bytes: number;
  readonly objects: number;
  /** Entries of the listings of late objects and of their markers. */
  readonly entries: number;
  /** Objects that it writes, of which the last source may write more. */
  readonly written: number;
}

/**
 * S3 answers 1,000 entries a request, which takes 200 ms at most as a rule, one after another: a million takes 200 s.
 * It takes up to 200 ms to answer a small request as well (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html), so 32 at
 * the same time (`CONCURRENT_PIECES`) are 160 a second: 20,000 take 125 s. The source that is split last may add to that: Firehose delivers at most 128
 * MiB of text, three stretches, and in each a hundred types on each day of a year are 36,500 pieces, 684 s in all. Where records come in any order from
 * so long a time, each source has a round of its own.
 */
export const ROUND: RoundBounds = { bytes: 256 * 1024 * 1024, objects: 1_000, entries: 1_000_000, written: 20_000 };

/** Whether a round that has taken so much takes one more source; the first is always taken. */
export const roundTakes = (
  taken: { readonly objects: number; readonly bytes: number },
  next: { readonly bytes: number },
  bounds: RoundBounds = ROUND,
): boolean => taken.objects === 0 || (taken.objects < bounds.objects && taken.bytes + next.bytes <= bounds.bytes);

/** How many objects were written for a routed source, at most: pieces and one of rejected lines a stretch, and its marker. */
export const writtenFor = ({
  partitions,
  stretches = 1,
}: Pick<RouteOutcome['routed'][number], 'partitions' | 'stretches'>): number => (partitions.length + 1) * stretches + 1;

/** Behind which key the next round goes on: all that this one took, or what it took before the first that it left. */
export const resumeAfter = (after: string, taken: readonly string[], left: ReadonlySet<string>): string => {
  const first = taken.findIndex((key) => left.has(key));
  return (first === -1 ? taken : taken.slice(0, first)).at(-1) ?? after;
};
