import type { Feed } from '../contracts/feeds';
import { compareKeys, markedSource, markerPrefix, partitionPath, routedPrefix, type Partition } from '../contracts/lake';
import { collect, concurrently } from '../handlers/aws/concurrently';
import type { LakeObjects, ListedObject } from '../handlers/aws/objects';
import type { RegisteredPartition } from '../handlers/aws/partitions';
import { listPartitions, listTypes } from '../handlers/plan/listing';
import { ledgerEntrySchema, type LedgerEntry } from '../workflows/documents';
import { newSources } from '../workflows/novelty';

/** What lies in the lake for one partition, and what of it is in the curated table. Every object is listed: exact, whatever its day. */
export interface PartitionCensus {
  readonly partition: Partition;
  readonly path: string;
  /** Undefined where the catalog has no such partition. */
  readonly registered: RegisteredPartition | undefined;
  /** Raw objects and pieces. */
  readonly listed: readonly ListedObject[];
  /** Objects that are routed: their lines went elsewhere. */
  readonly routed: readonly ListedObject[];
  /** Neither in the ledger nor routed: not yet compacted. */
  readonly fresh: readonly ListedObject[];
  /** The ledger of the published state; undefined where nothing is published, null where its object is missing. */
  readonly ledger: readonly LedgerEntry[] | undefined | null;
}

/** Raw objects that belong to no partition and are all routed: the late ones, or those of a layout that says nothing of partitions. */
export interface LateCensus {
  readonly listed: readonly ListedObject[];
  readonly fresh: readonly ListedObject[];
}

export interface LakeCensus {
  /** In order of path: with objects, or in the catalog, or both. */
  readonly partitions: readonly PartitionCensus[];
  readonly late: LateCensus;
  /** Keys below raw and pieces that are laid out like no partition. */
  readonly misplaced: readonly string[];
}

async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const byIdentity = (left: { readonly key: string }, right: { readonly key: string }): number => compareKeys(left.key, right.key);

const readLedger = async (objects: LakeObjects, key: string): Promise<readonly LedgerEntry[] | null> => {
  // A ledger has at least a line: none at all means that the object is not there.
  const entries = await collect(objects.readLines(key, ledgerEntrySchema, true));
  return entries.length === 0 ? null : entries;
};

const identity = ({ key, etag }: { readonly key: string; readonly etag: string }): string => `${key}\n${etag}`;

export const partitionCensus = async (
  objects: LakeObjects,
  partition: Partition,
  registered: RegisteredPartition | undefined,
  listed: readonly ListedObject[],
  marked: readonly { readonly key: string; readonly etag: string }[],
): Promise<PartitionCensus> => {
  const published = registered?.published;
  const ledger = published === undefined ? undefined : await readLedger(objects, published.ledger);
  const sorted = [...listed].sort(byIdentity);
  const fresh = await collect(newSources(streamed(sorted), streamed(ledger ?? []), streamed(marked)));
  const routedIds = new Set(marked.map(identity));
  const routed = sorted.filter((object) => routedIds.has(identity(object)));
  return { partition, path: partitionPath(partition), registered, listed: sorted, routed, fresh, ledger };
};

const lateCensus = async (objects: LakeObjects, feed: Feed): Promise<LateCensus> => {
  // By arrival, what is to be routed lies in the partitions' folders and is accounted for there.
  if (feed.rawLayout === 'arrival') return { listed: [], fresh: [] };
  const prefix = routedPrefix(feed);
  const listed = await collect(objects.list(prefix));
  const markers = (await collect(objects.list(`${markerPrefix(feed.name)}${prefix}`))).flatMap(
    ({ key }) => markedSource(feed.name, key) ?? [],
  );
  return { listed, fresh: await collect(newSources(streamed(listed), streamed(markers))) };
};

/** Types that are listed at the same time. */
const CONCURRENT_TYPES = 8;

export const lakeCensus = async (
  objects: LakeObjects,
  feed: Feed,
  catalog: readonly RegisteredPartition[],
  onProgress: (partitions: number) => void,
): Promise<LakeCensus> => {
  const registeredAt = new Map(catalog.map((registered) => [partitionPath(registered.partition), registered]));
  const found = new Map<string, PartitionCensus>();
  const misplaced: string[] = [];
  const note = (census: PartitionCensus): void => {
    found.set(census.path, census);
    onProgress(found.size);
  };
  const known = await listTypes(objects, feed, (key) => misplaced.push(key));
  await concurrently(known.types, CONCURRENT_TYPES, async (type) => {
    for await (const { partition, path, sources, markers } of listPartitions(objects, feed, type, {}, known, (key) =>
      misplaced.push(key),
    )) {
      const [listed, marked] = [await collect(sources), (await collect(markers)).sort(byIdentity)];
      note(await partitionCensus(objects, partition, registeredAt.get(path), listed, marked));
    }
  });
  const withoutObjects = [...registeredAt].filter(([path]) => !found.has(path));
  await concurrently(withoutObjects, CONCURRENT_TYPES, async ([, registered]) =>
    note(await partitionCensus(objects, registered.partition, registered, [], [])),
  );
  const partitions = [...found.values()].sort((left, right) => compareKeys(left.path, right.path));
  return { partitions, late: await lateCensus(objects, feed), misplaced: misplaced.sort(compareKeys) };
};

/** Small files that wait for a compaction. */
export interface Pending {
  readonly objects: number;
  readonly bytes: number;
  readonly oldest: { readonly key: string; readonly lastModified: string } | null;
}

export const pendingOf = (fresh: readonly ListedObject[]): Pending => {
  const [first, ...rest] = fresh;
  const oldest = rest.reduce(
    (least, object) => (least !== undefined && least.lastModified <= object.lastModified ? least : object),
    first,
  );
  return {
    objects: fresh.length,
    bytes: fresh.reduce((sum, { bytes }) => sum + bytes, 0),
    oldest: oldest === undefined ? null : { key: oldest.key, lastModified: oldest.lastModified },
  };
};
