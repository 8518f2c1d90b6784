import type { Feed } from '../../contracts/feeds';
import {
  latePartition,
  markedSource,
  markerPrefix,
  partitionOfKey,
  partitionPath,
  rawPrefix,
  routedPrefix,
} from '../../contracts/lake';
import { collect } from '../../handlers/aws/concurrently';
import type { LakeObjects } from '../../handlers/aws/objects';
import { sameState } from '../../workflows/published';
import type { Connection } from '../connection';
import type { PartitionCensus } from '../lake-census';
import type { Difference } from './accounts';

/** Where the sources of a feed lie that routing takes apart, as the checks of raw name it. */
export const routedPlace = (feed: Feed): string =>
  feed.rawLayout === 'partition' ? partitionPath(latePartition(feed)) : routedPrefix(feed);

/**
 * What has been routed since the markers were listed, as the places of its sources: they and their pieces were listed at different times, so
 * that nobody can hold the one against the other.
 */
export const routedSince = async (
  objects: Pick<LakeObjects, 'list'>,
  feed: Feed,
  markerKeys: readonly string[],
): Promise<ReadonlySet<string>> => {
  const known = new Set(markerKeys);
  const since = (await collect(objects.list(markerPrefix(feed.name)))).map(({ key }) => key).filter((key) => !known.has(key));
  if (since.length === 0) return new Set();
  const partitions = since.flatMap((key) => {
    const source = markedSource(feed.name, key);
    const partition = source === undefined ? undefined : partitionOfKey(feed, rawPrefix(feed), source.key);
    return partition === undefined ? [] : [partitionPath(partition)];
  });
  return new Set([routedPlace(feed), ...partitions]);
};

/** Partitions whose records are other ones by now, and raw partitions of a difference that have received objects since. */
export const changedSince = async (
  connection: Connection,
  feed: Feed,
  before: readonly PartitionCensus[],
  differences: readonly Difference[],
): Promise<ReadonlySet<string>> => {
  const changed = new Set<string>();
  const now = new Map(
    (await collect(connection.partitions(feed.name).all())).map((entry) => [partitionPath(entry.partition), entry]),
  );
  for (const { path, registered } of before) if (!sameState(registered?.published, now.get(path)?.published)) changed.add(path);
  for (const { partition } of differences) {
    const listed = before.find(({ path }) => path === partition)?.listed.filter(({ key }) => key.startsWith(rawPrefix(feed)));
    if (listed === undefined) continue;
    const listedNow = await collect(connection.objects.list(`${rawPrefix(feed)}${partition}/`));
    if (listedNow.map(({ key, etag }) => key + etag).join() !== listed.map(({ key, etag }) => key + etag).join())
      changed.add(partition);
  }
  return changed;
};
