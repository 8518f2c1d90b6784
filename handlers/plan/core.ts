import { partitionPath, type Partition } from '../../contracts/lake';
import type { Policy } from '../../contracts/policy';
import type { Alone, Batch, Plan, PlannedPartition, Published } from '../../workflows/documents';
import { bucketCountFor, decide, estimateBatch, type News } from '../../workflows/planning';
import type { Run } from '../../workflows/run';

export const emptyNews: News = { objects: 0, bytes: 0, oldestMillis: undefined };

/** What is new, with one object more. */
export const withNext = (
  news: News,
  { bytes, lastModified, isPiece = false }: { readonly bytes: number; readonly lastModified: string; readonly isPiece?: boolean },
): News => ({
  objects: news.objects + 1,
  bytes: news.bytes + bytes,
  oldestMillis: Math.min(news.oldestMillis ?? Infinity, Date.parse(lastModified)),
  ...(isPiece || news.pieces !== undefined ? { pieces: (news.pieces ?? 0) + Number(isPiece) } : {}),
});

/** The plan's line for one partition, without the place of its source list: decided by all that is new, sized by what the run takes of it. */
export const plannedPartition = (
  partition: Partition,
  news: News,
  taken: News,
  published: Published | undefined,
  run: Run,
  policy: Policy,
  nowMillis: number,
): PlannedPartition => {
  const { due, reason } = decide(partition, news, published, run, policy, nowMillis);
  const left = { objects: news.objects - taken.objects, bytes: news.bytes - taken.bytes };
  return {
    partition: partitionPath(partition),
    due,
    reason: left.objects === 0 ? reason : `${reason}; ${left.objects} of them are left to the next run`,
    newObjects: taken.objects,
    newBytes: taken.bytes,
    ...(news.pieces === undefined ? {} : { newPieces: news.pieces }),
    ...(left.objects === 0 ? {} : { left }),
    ...(news.oldestMillis === undefined ? {} : { oldestNew: new Date(news.oldestMillis).toISOString() }),
    ...(published === undefined ? {} : { published }),
    bucketCount: bucketCountFor(taken.bytes + (run.rebuild ? 0 : (published?.bytes ?? 0)), policy),
  };
};

/**
 * The partitions that are planned one per batch: those of batches that failed, and of earlier ones, until they are published again. A run that
 * did not look at a partition (a narrowed one) says nothing of it.
 */
export const aloneNow = (
  before: readonly Alone[],
  failed: readonly PlannedPartition[],
  planned: readonly PlannedPartition[],
  lookedAt: (partition: string) => boolean,
): readonly Alone[] => {
  const publishers = new Map(planned.map(({ partition, published }) => [partition, published?.run]));
  const known = new Map(before.map((entry) => [entry.partition, entry]));
  for (const { partition, published } of failed)
    known.set(partition, { partition, ...(published === undefined ? {} : { publishedBy: published.run }) });
  return [...known.values()]
    .filter(({ partition, publishedBy }) =>
      publishers.has(partition) ? publishers.get(partition) === publishedBy : !lookedAt(partition),
    )
    .sort((left, right) => (left.partition < right.partition ? -1 : 1));
};

export const estimate = (batches: readonly Batch[]): Pick<Plan, 'estimatedBytes' | 'estimatedDollars'> => {
  const estimates = batches.map(estimateBatch);
  return {
    estimatedBytes: estimates.reduce((sum, { bytes }) => sum + bytes, 0),
    estimatedDollars: estimates.reduce((sum, { dollars }) => sum + dollars, 0),
  };
};
