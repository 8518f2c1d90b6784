import {
  compareKeys,
  LATE,
  markedSource,
  markerPrefix,
  partitionPath,
  piecePrefix,
  rawPrefix,
  type Partition,
} from '../../contracts/lake';
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

/** The event types that the raw zone or the pieces know. */
export const listTypes = async (objects: LakeObjects, table: string): Promise<readonly string[]> => {
  const types = new Set<string>();
  for (const root of [rawPrefix(table), piecePrefix(table)])
    for await (const folder of objects.folders(root)) {
      const name = folder.slice(root.length, -1);
      if (name.startsWith('event_type=') && name !== `event_type=${LATE.eventType}`) types.add(name.slice('event_type='.length));
    }
  return [...types].sort();
};

/** One type's partitions: all, those from a date on, or one date. What lies before costs no listing. */
export async function* listPartitions(
  objects: LakeObjects,
  table: string,
  eventType: string,
  range: Range,
  misplaced: (key: string) => void,
): AsyncGenerator<ListedPartition> {
  const under = (root: string) => {
    const folder = `${root}event_type=${eventType}/`;
    if ('date' in range) return objects.list(`${folder}created_date=${range.date}/`);
    return objects.list(
      folder,
      range.startAfterDate === undefined ? {} : { startAfter: `${folder}created_date=${range.startAfterDate}` },
    );
  };
  const groupsOf = (root: string) => byPartition(root, under(root), misplaced);
  const markersOf = (root: string) =>
    byPartition(`${markerPrefix(table)}${root}`, under(`${markerPrefix(table)}${root}`), () => undefined);
  const joined = joinGroups(
    groupsOf(piecePrefix(table)),
    groupsOf(rawPrefix(table)),
    markersOf(piecePrefix(table)),
    markersOf(rawPrefix(table)),
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

export const typeOfPath = (path: string): string => path.slice('event_type='.length, path.indexOf('/'));
export const dateOfPath = (path: string): string => path.slice(path.indexOf('/') + 1 + 'created_date='.length);
export const pathOf = partitionPath;
