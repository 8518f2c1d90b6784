import { gzipSync } from 'node:zlib';
import type { Feed } from '../../contracts/feeds';
import { markerKey, partitionPath, pieceKey, rejectedKey } from '../../contracts/lake';
import type { RouteOutcome, Source } from '../../workflows/documents';
import { sourceHash, splitObject } from '../../workflows/routing';
import { concurrently } from './concurrently';
import { gzipLines, type LakeObjects } from './objects';

/**
 * Routes one checked object: pieces by true type and date, rejected lines into one errors object, and last the marker that says so.
 * All of it is created only where it is missing, under names that follow from the source: dying halfway and doing it again, or doing
 * it twice at once, ends in the same objects.
 */
export const routeObject = async (
  objects: LakeObjects,
  feed: Feed,
  source: Source,
  inflated: Buffer,
): Promise<RouteOutcome['routed'][number]> => {
  const { lines, pieces, rejected } = splitObject(feed, inflated);
  const hash = sourceHash(source.key, source.etag);
  await concurrently(pieces, 8, (piece) =>
    objects.create(pieceKey(feed.name, piece.partition, hash), gzipSync(piece.lines.map((line) => `${line}\n`).join(''))),
  );
  if (rejected.length > 0)
    await objects.create(
      rejectedKey(feed.name, hash),
      gzipLines(rejected.map((line) => ({ source: source.key, etag: source.etag, ...line }))),
    );
  const outcome = {
    key: source.key,
    etag: source.etag,
    partitions: pieces.map(({ partition }) => partitionPath(partition)),
    lines,
    rejected: rejected.length,
  };
  await objects.create(markerKey(feed.name, source.key, source.etag), JSON.stringify(outcome));
  return outcome;
};
