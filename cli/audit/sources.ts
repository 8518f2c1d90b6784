import type { Feed } from '../../contracts/feeds';
import { markerKey, partitionOfPath, pieceKey, piecePrefix, rawPrefix } from '../../contracts/lake';
import { concurrently } from '../../handlers/aws/concurrently';
import type { LakeObjects, ListedObject } from '../../handlers/aws/objects';
import { countErrorLines, countLines, type CountedLines } from '../../handlers/aws/count';
import { errorObjects } from '../../handlers/aws/error-objects';
import { errorLinesIn, NO_ERRORS, uncounted, type Accounts } from '../../workflows/acknowledged';
import { linesIn } from '../../workflows/lines';
import { linesOf } from '../../workflows/novelty';
import { routedSchema, type RouteOutcome, type SetAside } from '../../workflows/documents';
import { sourceHash, stretchName } from '../../workflows/routing';
import type { LakeCensus, PartitionCensus } from '../lake-census';
import type { RawAccount, RoutedAccount } from './accounts';
import { routedPlace } from './changed';

/** What lies under raw and pieces, counted without the help of any engine. */
export interface SourceAccounts {
  /** Partitions of the raw zone, pieces apart. */
  readonly raw: readonly RawAccount[];
  readonly late: RawAccount;
  readonly routed: readonly RoutedAccount[];
  /** Lines of all objects that are not yet compacted: raw, late and pieces. */
  readonly freshLines: number;
  readonly freshObjects: number;
  /** Lines of the objects of each partition that are not yet compacted, by path. */
  readonly freshByPartition: ReadonlyMap<string, number>;
  /** Lines that routing could not use: they lie under errors/. */
  readonly rejectedLines: number;
  /** Lines of pieces whose source has no marker yet, so that they are there twice until the next run. */
  readonly twiceLines: number;
  readonly unreadable: readonly SetAside[];
  /** Lines that cannot be used, among those that are not yet compacted; counted of a feed without a transform alone, where routing is the first to judge. */
  readonly unusableLines: number;
}

interface CountedObjects {
  readonly lines: ReadonlyMap<string, number>;
  readonly unusable: number;
  readonly unreadable: readonly SetAside[];
}

const CONCURRENT_READS = 8;
/** Of the hash that a piece's name begins with. */
const HASH_LENGTH = sourceHash('', '').length;

/** Lines of a block that routing would reject. */
const unusableIn = (feed: Pick<Feed, 'judgeLine'>, block: Buffer): number => {
  let found = 0;
  for (const { text } of linesIn(block)) if (text !== '' && (text === undefined || !feed.judgeLine(text).ok)) found++;
  return found;
};

/** Counts the lines of one source; `unusable`: those that it cannot use. */
type CountSource = (source: ListedObject) => Promise<{ readonly counted: CountedLines; readonly unusable: number }>;

/** Of raw objects and pieces; without a judge, all lines can be used. */
const inLake =
  (objects: LakeObjects, judge: Pick<Feed, 'judgeLine'> | undefined): CountSource =>
  async (source) => {
    let unusable = 0;
    const counted = await countLines(objects, source, (block) => {
      if (judge !== undefined) unusable += unusableIn(judge, block);
    });
    return { counted, unusable };
  };

const inErrors =
  (objects: LakeObjects): CountSource =>
  async (source) => ({ counted: await countErrorLines(objects, source), unusable: 0 });

/** Reads objects and counts their lines. */
const count = async (
  sources: readonly ListedObject[],
  countOne: CountSource,
  onRead: (read: number) => void,
): Promise<CountedObjects> => {
  const lines = new Map<string, number>();
  const unreadable: SetAside[] = [];
  let [read, unusable] = [0, 0];
  await concurrently(sources, CONCURRENT_READS, async (source) => {
    const { counted, unusable: rejected } = await countOne(source);
    if (typeof counted === 'number') {
      lines.set(source.key, counted);
      unusable += rejected;
    } else if (counted !== 'gone') unreadable.push({ key: source.key, etag: source.etag, reason: counted.unreadable });
    onRead(++read);
  });
  return { lines, unusable, unreadable: unreadable.sort((left, right) => (left.key < right.key ? -1 : 1)) };
};

/** Lines under errors/, and what is unreadable and not in the account: by the runs' account as far as it knows them, those that have expired included, and by reading what is newer. */
export const errorLines = async (
  objects: LakeObjects,
  feed: Feed,
  accounts: Accounts | undefined,
  onRead: (read: number) => void,
): Promise<{ readonly all: number; readonly unreadable: readonly ListedObject[] }> => {
  const listed = await errorObjects(objects, feed);
  const before = accounts ?? NO_ERRORS;
  const fresh = new Set(
    uncounted(
      before,
      listed.map(({ key }) => key),
    ),
  );
  const { lines, unreadable } = await count(
    listed.filter(({ key }) => fresh.has(key)),
    inErrors(objects),
    onRead,
  );
  const broken = new Set(unreadable.map(({ key }) => key));
  return {
    all: errorLinesIn(before) + sum([...lines.values()], (each) => each),
    unreadable: listed.filter(({ key }) => broken.has(key)),
  };
};

/** What the markers say of routed objects; the objects themselves may have expired. */
const readMarkers = async (
  objects: LakeObjects,
  table: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, RouteOutcome['routed'][number]>> => {
  const markers = await concurrently(keys, CONCURRENT_READS, (key) => objects.readJson(key, routedSchema));
  return new Map(
    markers.flatMap((marker) => (marker === undefined ? [] : [[markerKey(table, marker.key, marker.etag), marker]])),
  );
};

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
const identity = ({ key, etag }: { readonly key: string; readonly etag: string }): string => `${key}\n${etag}`;

export const sourceAccounts = async (
  objects: LakeObjects,
  feed: Feed,
  census: LakeCensus,
  markerKeys: readonly string[],
  onRead: (read: number) => void,
): Promise<SourceAccounts> => {
  const table = feed.name;
  const fresh = [...census.partitions.flatMap((partition) => partition.fresh), ...census.late.fresh];
  const { lines, unusable, unreadable } = await count(
    fresh,
    inLake(objects, feed.transform === undefined ? feed : undefined),
    onRead,
  );
  const markers = await readMarkers(objects, table, markerKeys);
  const markerLines = (source: ListedObject): number => markers.get(markerKey(table, source.key, source.etag))?.lines ?? 0;
  const linesIn = (sources: readonly ListedObject[]): number => sum(sources, ({ key }) => lines.get(key) ?? 0);
  const unreadableIn = (sources: readonly ListedObject[]): readonly SetAside[] => {
    const keys = new Set(sources.map(({ key }) => key));
    return unreadable.filter(({ key }) => keys.has(key));
  };
  const isRaw = ({ key }: { readonly key: string }): boolean => key.startsWith(rawPrefix(feed));

  const raw = census.partitions
    .filter(({ listed }) => listed.some(isRaw))
    .map((partition): RawAccount => {
      const there = new Set(partition.listed.map(identity));
      return {
        partition: partition.path,
        compactedLines: linesOf((partition.ledger ?? []).filter((entry) => isRaw(entry) && there.has(identity(entry)))),
        routedLines: sum(partition.routed.filter(isRaw), markerLines),
        freshLines: linesIn(partition.fresh.filter(isRaw)),
        unreadable: unreadableIn(partition.fresh.filter(isRaw)),
      };
    });
  const lateFresh = new Set(census.late.fresh.map(identity));
  const late: RawAccount = {
    partition: routedPlace(feed),
    compactedLines: 0,
    routedLines: sum(
      census.late.listed.filter((source) => !lateFresh.has(identity(source))),
      markerLines,
    ),
    freshLines: linesIn(census.late.fresh),
    unreadable: unreadableIn(census.late.fresh),
  };

  const pieces = pieceLines(table, census.partitions, lines, markerLines);
  const broken = new Set(unreadable.map(({ key }) => key));
  const routed = [...markers.values()].flatMap((marker): readonly RoutedAccount[] => {
    const { key, lines: all, rejected } = marker;
    const keys = pieceKeysOf(table, marker, pieces);
    // A piece that cannot be read cannot be counted: it is named among the unreadable.
    return keys.some((piece) => broken.has(piece))
      ? []
      : [{ key, lines: all, rejected, pieces: keys.map((piece) => ({ key: piece, lines: pieces.get(piece) })) }];
  });
  const freshByPartition = new Map(census.partitions.map((partition) => [partition.path, linesIn(partition.fresh)]));
  // A source that is routed but not yet marked: its pieces are there, and so is it.
  const unmarked = new Set(fresh.map(({ key, etag }) => sourceHash(key, etag)));
  const twice = [...pieces].filter(([key]) => unmarked.has(key.slice(key.lastIndexOf('/') + 1).slice(0, HASH_LENGTH)));
  return {
    raw,
    late,
    routed,
    freshLines: sum([...lines.values()], (each) => each),
    freshObjects: fresh.length,
    freshByPartition,
    rejectedLines: sum([...markers.values()], ({ rejected }) => rejected),
    twiceLines: sum(twice, ([, each]) => each),
    unreadable,
    unusableLines: unusable,
  };
};

/** The pieces of a source: one for each of its partitions. Of a large one's, not every stretch has lines of every partition. */
const pieceKeysOf = (
  table: string,
  { key, etag, partitions, stretches = 1 }: Pick<RouteOutcome['routed'][number], 'key' | 'etag' | 'partitions' | 'stretches'>,
  known: ReadonlyMap<string, number>,
): readonly string[] => {
  const hash = sourceHash(key, etag);
  return partitions.flatMap((path) => {
    const keys = Array.from({ length: stretches }, (_, stretch) =>
      pieceKey(table, partitionOfPath(path), stretchName(hash, stretch)),
    );
    const found = keys.filter((piece) => known.has(piece));
    return stretches === 1 || found.length === 0 ? keys.slice(0, 1) : found;
  });
};

/** Lines by piece: as a ledger has them, as they were counted, or as the marker of a piece that was itself routed says. */
const pieceLines = (
  table: string,
  partitions: readonly PartitionCensus[],
  counted: ReadonlyMap<string, number>,
  markerLines: (source: ListedObject) => number,
): ReadonlyMap<string, number> => {
  const isPiece = ({ key }: { readonly key: string }): boolean => key.startsWith(piecePrefix(table));
  const known = new Map<string, number>();
  for (const { ledger, fresh, routed } of partitions) {
    for (const entry of ledger ?? []) if (isPiece(entry)) known.set(entry.key, entry.lines);
    for (const source of routed) if (isPiece(source)) known.set(source.key, markerLines(source));
    for (const source of fresh) {
      const lines = counted.get(source.key);
      if (isPiece(source) && lines !== undefined) known.set(source.key, lines);
    }
  }
  return known;
};
