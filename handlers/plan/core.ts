import type { Feed } from '../../contracts/feeds';
import { partitionOfKey, partitionPath, type Partition } from '../../contracts/lake';
import type { Policy } from '../../contracts/policy';
import type { Batch, Plan, PlannedPartition, Published } from '../../workflows/documents';
import { bucketCountFor, decide, estimateBatch, type News } from '../../workflows/planning';
import type { Run } from '../../workflows/run';

/** Groups a listing, which comes sorted, by partition. Holds one partition's objects at a time. */
export async function* byPartition<T extends { readonly key: string }>(
  feed: Pick<Feed, 'partitionColumns'>,
  prefix: string,
  listed: AsyncIterable<T>,
  misplaced: (key: string) => void,
): AsyncGenerator<{ readonly partition: Partition; readonly path: string; readonly items: T[] }> {
  let group: { partition: Partition; path: string; items: T[] } | undefined;
  for await (const item of listed) {
    const partition = partitionOfKey(feed, prefix, item.key);
    if (partition === undefined) {
      misplaced(item.key);
      continue;
    }
    const path = partitionPath(partition);
    if (group?.path !== path) {
      if (group !== undefined) yield group;
      group = { partition, path, items: [] };
    }
    group.items.push(item);
  }
  if (group !== undefined) yield group;
}

/** Joins grouped listings of the same partitions, all in order of path: one entry per partition, with each listing's items. */
export async function* joinGroups<T>(
  ...groups: readonly AsyncIterable<{ readonly partition: Partition; readonly path: string; readonly items: T[] }>[]
): AsyncGenerator<{ readonly partition: Partition; readonly path: string; readonly items: readonly T[][] }> {
  const iterators = groups.map((group) => group[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let least: { readonly partition: Partition; readonly path: string } | undefined;
    for (const head of heads)
      if (head.done !== true && (least === undefined || `${head.value.path}/` < `${least.path}/`)) least = head.value;
    if (least === undefined) return;
    const { partition, path } = least;
    const items: T[][] = [];
    for (const [index, head] of heads.entries()) {
      if (head.done !== true && head.value.path === path) {
        items.push(head.value.items);
        heads[index] = await iterators[index]!.next();
      } else items.push([]);
    }
    yield { partition, path, items };
  }
}

export const newsOf = (sources: readonly { readonly bytes: number; readonly lastModified: string }[]): News => ({
  objects: sources.length,
  bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
  oldestMillis:
    sources.length === 0
      ? undefined
      : sources.reduce((least, { lastModified }) => Math.min(least, Date.parse(lastModified)), Infinity),
});

/** The plan's line for one partition, without the place of its source list. */
export const plannedPartition = (
  partition: Partition,
  news: News,
  published: Published | undefined,
  run: Run,
  policy: Policy,
  nowMillis: number,
): PlannedPartition => ({
  partition: partitionPath(partition),
  ...decide(partition, news, published, run, policy, nowMillis),
  newObjects: news.objects,
  newBytes: news.bytes,
  ...(news.oldestMillis === undefined ? {} : { oldestNew: new Date(news.oldestMillis).toISOString() }),
  ...(published === undefined ? {} : { published }),
  bucketCount: bucketCountFor(news.bytes + (run.rebuild ? 0 : (published?.bytes ?? 0)), policy),
});

export const estimate = (batches: readonly Batch[]): Pick<Plan, 'estimatedBytes' | 'estimatedDollars'> => {
  const estimates = batches.map(estimateBatch);
  return {
    estimatedBytes: estimates.reduce((sum, { bytes }) => sum + bytes, 0),
    estimatedDollars: estimates.reduce((sum, { dollars }) => sum + dollars, 0),
  };
};
