import { dateColumn, typeColumn, type Feed } from '../../contracts/feeds';
import { LATE, markedSource, markerPrefix, partitionDate, piecePrefix, rawPrefix, type Partition } from '../../contracts/lake';
import type { LakeObjects, ListedObject } from '../aws/objects';
import { joinListings, PartitionedListing } from './streams';

/** A partition as it is listed. Sources and markers are to be read, at most once each, before the next partition is asked for. */
export interface ListedPartition {
  readonly partition: Partition;
  readonly path: string;
  /** Pieces, then raw objects: sorted by key. */
  readonly sources: AsyncIterable<ListedObject>;
  /** The sources that are routed, as their markers are listed. */
  readonly markers: AsyncIterable<{ readonly key: string; readonly etag: string }>;
}

/** Which dates of a type are listed, both ends included; `after`: only behind this one. What lies before costs no listing. */
export interface DateRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: string | undefined;
}

/** The types that a feed's folders know; one `undefined` for a feed that is partitioned by date alone. */
export interface Types {
  readonly types: readonly (string | undefined)[];
  /** Those of them that the folder of pieces, and of markers, has: the others cost no listing there. */
  readonly pieces: ReadonlySet<string | undefined>;
  readonly marked: ReadonlySet<string | undefined>;
}

/** Lists the folders below a feed's prefixes, and reports what lies right below the raw prefix and belongs to no partition. */
export const listTypes = async (objects: LakeObjects, feed: Feed, misplaced: (key: string) => void): Promise<Types> => {
  const column = typeColumn(feed);
  const typesBelow = async (root: string, stray: (key: string) => void = () => undefined): Promise<Set<string | undefined>> => {
    const start = `${column ?? dateColumn(feed)}=`;
    const types = new Set<string | undefined>();
    for await (const entry of objects.level(root)) {
      const name = entry.slice(root.length, -1);
      if (!entry.endsWith('/') || !name.startsWith(start)) stray(entry);
      else if (column === undefined) types.add(undefined);
      else if (name !== `${column}=${LATE}`) types.add(name.slice(start.length));
    }
    return types;
  };
  const markers = markerPrefix(feed.name);
  const [raw, pieces, markedRaw, markedPieces] = await Promise.all([
    hasRawPartitions(feed) ? typesBelow(rawPrefix(feed), misplaced) : new Set<string | undefined>(),
    typesBelow(piecePrefix(feed.name)),
    typesBelow(`${markers}${rawPrefix(feed)}`),
    typesBelow(`${markers}${piecePrefix(feed.name)}`),
  ]);
  return {
    types: column === undefined ? [undefined] : [...new Set([...raw, ...pieces])].sort(),
    pieces,
    marked: new Set([...markedRaw, ...markedPieces]),
  };
};

/** One type's partitions of a range of dates, in order. Holds one object of each listing at a time. */
export async function* listPartitions(
  objects: LakeObjects,
  feed: Feed,
  type: string | undefined,
  range: DateRange,
  known: Pick<Types, 'pieces' | 'marked'>,
  misplaced: (key: string) => void,
): AsyncGenerator<ListedPartition> {
  const table = feed.name;
  const listing = (root: string, stray: (key: string) => void = () => undefined) =>
    new PartitionedListing(feed, root, under(objects, feed, type, root, range), stray);
  const roots = [...(known.pieces.has(type) ? [piecePrefix(table)] : []), ...(hasRawPartitions(feed) ? [rawPrefix(feed)] : [])];
  const listings = roots.map((root) => listing(root, misplaced));
  const markers = known.marked.has(type) ? roots.map((root) => listing(`${markerPrefix(table)}${root}`)) : [];
  for await (const { partition, path, items } of joinListings(...listings, ...markers)) {
    if (range.to !== undefined && partitionDate(partition) > range.to) return;
    yield {
      partition,
      path,
      sources: inTurn(items.slice(0, listings.length)),
      markers: sourcesOf(table, inTurn(items.slice(listings.length))),
    };
  }
}

/** Where the layout says nothing of partitions, raw objects belong to none: all of them are routed. */
const hasRawPartitions = ({ rawLayout }: Feed): boolean => rawLayout !== 'time';

const under = (
  objects: LakeObjects,
  feed: Feed,
  type: string | undefined,
  root: string,
  { from, to, after }: DateRange,
): AsyncGenerator<ListedObject> => {
  const date = dateColumn(feed);
  const folder = type === undefined ? root : `${root}${typeColumn(feed)}=${type}/`;
  if (from !== undefined && from === to) return objects.list(`${folder}${date}=${from}/`);
  // Dates compare as texts. What an earlier range ended with never brings back the days between it and this one; where this one was begun, a
  // zero is the character behind the slash that ends a folder: behind all that lies in it.
  const start = after === undefined || (from !== undefined && from > after) ? from : `${after}0`;
  return objects.list(
    // Beside the dates of a feed without types lies the folder of its markers.
    type === undefined ? `${folder}${date}=` : folder,
    start === undefined ? {} : { startAfter: `${folder}${date}=${start}` },
  );
};

async function* inTurn<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  for (const stream of streams) yield* stream;
}

async function* sourcesOf(
  table: string,
  markers: AsyncIterable<ListedObject>,
): AsyncGenerator<{ readonly key: string; readonly etag: string }> {
  for await (const { key } of markers) {
    const source = markedSource(table, key);
    if (source !== undefined) yield source;
  }
}
