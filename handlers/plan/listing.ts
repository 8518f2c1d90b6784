import { dateColumn, typeColumn, type Feed } from '../../contracts/feeds';
import { compareKeys, LATE, markedSource, markerPrefix, piecePrefix, rawPrefix, type Partition } from '../../contracts/lake';
import type { LakeObjects, ListedObject } from '../aws/objects';
import { byPartition, joinGroups } from './core';

export interface ListedPartition {
  readonly partition: Partition;
  readonly path: string;
  /** Pieces, then raw objects: sorted by key. */
  readonly objects: readonly ListedObject[];
  /** Sources that are routed, sorted by key. */
  readonly marked: readonly { readonly key: string; readonly etag: string }[];
}

type Range = { readonly startAfterDate?: string } | { readonly date: string };

/** The types that the raw zone or the pieces know, sorted; one `undefined` for a feed that is partitioned by date alone. */
export const listTypes = async (objects: LakeObjects, feed: Feed): Promise<readonly (string | undefined)[]> => {
  const column = typeColumn(feed);
  if (column === undefined) return [undefined];
  const types = new Set<string>();
  for (const root of [rawPrefix(feed), piecePrefix(feed.name)])
    for await (const folder of objects.folders(root)) {
      const name = folder.slice(root.length, -1);
      if (name.startsWith(`${column}=`) && name !== `${column}=${LATE}`) types.add(name.slice(column.length + 1));
    }
  return [...types].sort();
};

/** One type's partitions: all, those from a date on, or one date. What lies before costs no listing. */
export async function* listPartitions(
  objects: LakeObjects,
  feed: Feed,
  type: string | undefined,
  range: Range,
  misplaced: (key: string) => void,
): AsyncGenerator<ListedPartition> {
  const table = feed.name;
  const date = dateColumn(feed);
  const under = (root: string) => {
    const folder = type === undefined ? root : `${root}${typeColumn(feed)}=${type}/`;
    if ('date' in range) return objects.list(`${folder}${date}=${range.date}/`);
    return objects.list(
      // Beside the dates of a feed without types lies the folder of its markers.
      type === undefined ? `${folder}${date}=` : folder,
      range.startAfterDate === undefined ? {} : { startAfter: `${folder}${date}=${range.startAfterDate}` },
    );
  };
  const groupsOf = (root: string) => byPartition(feed, root, under(root), misplaced);
  const markersOf = (root: string) =>
    byPartition(feed, `${markerPrefix(table)}${root}`, under(`${markerPrefix(table)}${root}`), () => undefined);
  const joined = joinGroups(
    groupsOf(piecePrefix(table)),
    groupsOf(rawPrefix(feed)),
    markersOf(piecePrefix(table)),
    markersOf(rawPrefix(feed)),
  );
  for await (const { partition, path, items } of joined) {
    const [pieces = [], raw = [], markedPieces = [], markedRaw = []] = items;
    const marked = [...markedPieces, ...markedRaw].flatMap(({ key }) => markedSource(table, key) ?? []);
    yield {
      partition,
      path,
      objects: [...pieces, ...raw],
      marked: marked.sort((left, right) => compareKeys(left.key, right.key)),
    };
  }
}
