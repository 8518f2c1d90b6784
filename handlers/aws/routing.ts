import { gzipSync } from 'node:zlib';
import type { Feed } from '../../contracts/feeds';
import { markerKey, partitionPath, pieceKey, rejectedKey } from '../../contracts/lake';
import type { RouteOutcome, Source } from '../../workflows/documents';
import { ObjectSplitter, sourceHash, stretchName, type Split } from '../../workflows/routing';
import { concurrently } from './concurrently';
import { gzipLines, type LakeObjects } from './objects';

/**
 * Below the 50 connections that the SDK opens at most: https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html.
 * Eight at a time, an object of 36,500 pieces takes as long as a function has.
 */
const CONCURRENT_PIECES = 32;

/**
 * Routes one checked object, whose lines come block by block: pieces by true type and date, rejected lines into one errors object, and last
 * the marker that says so. A large object makes a piece, and an errors object, per stretch. All of it is created only where it is missing,
 * under names that follow from the source: dying halfway and doing it again, or doing it twice at once, ends in the same objects.
 */
export const routeObject = async (
  objects: LakeObjects,
  feed: Feed,
  source: Source,
  blocks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<RouteOutcome['routed'][number]> => {
  const hash = sourceHash(source.key, source.etag);
  const partitions = new Set<string>();
  let [stretches, lines, rejected] = [0, 0, 0];
  const write = async (split: Split): Promise<void> => {
    const name = stretchName(hash, stretches++);
    await concurrently(split.pieces, CONCURRENT_PIECES, (piece) =>
      objects.create(pieceKey(feed.name, piece.partition, name), gzipSync(piece.lines.map((line) => `${line}\n`).join(''))),
    );
    if (split.rejected.length > 0)
      await objects.create(
        rejectedKey(feed.name, name),
        gzipLines(split.rejected.map((line) => ({ source: source.key, etag: source.etag, ...line }))),
      );
    for (const { partition } of split.pieces) partitions.add(partitionPath(partition));
    lines += split.lines;
    rejected += split.rejected.length;
  };
  const splitter = new ObjectSplitter(feed);
  for await (const block of blocks) for (const split of splitter.take(block)) await write(split);
  for (const split of splitter.end()) await write(split);
  const outcome = {
    key: source.key,
    etag: source.etag,
    partitions: [...partitions],
    ...(stretches > 1 ? { stretches } : {}),
    lines,
    rejected,
  };
  await objects.create(markerKey(feed.name, source.key, source.etag), JSON.stringify(outcome));
  return outcome;
};
