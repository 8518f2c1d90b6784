import { randomUUID } from 'node:crypto';
import { LithifyError, UsageError } from '../../contracts/errors';
import { keyOfUri, partitionOfPath, partitionPath, sweepNoticesKey, type Partition } from '../../contracts/lake';
import { collect, concurrently } from '../../handlers/aws/concurrently';
import type { LakeObjects, ListedObject } from '../../handlers/aws/objects';
import type { CuratedPartitions } from '../../handlers/aws/partitions';
import { ledgerEntrySchema, noticesSchema, type LedgerEntry, type Notices } from '../../workflows/documents';
import { linesOf } from '../../workflows/novelty';
import { sameState } from '../../workflows/published';
import {
  addedSources,
  condemnedSince,
  flipOf,
  heldState,
  isRefusal,
  obstacle,
  type Flip,
  type Refusal,
} from '../../workflows/rollback';
import { compactTime } from '../../workflows/run';
import { readTrail, rollbacksPrefix, type RollbackRecord, type RunTrail } from './run-trail';
import type { TerminalLock } from './terminal-lock';

export interface RollbackRequest {
  readonly objects: LakeObjects;
  readonly catalog: CuratedPartitions;
  readonly bucket: string;
  readonly table: string;
  readonly run: string;
  /** Of the sweep. */
  readonly graceHours: number;
  /** Partition paths; undefined for all that the run published. */
  readonly partitions: readonly string[] | undefined;
  /** Of the host, ISO 8601. */
  readonly now: string;
  readonly onProgress: (line: string) => void;
}

type RolledBack = RollbackRecord['rolledBack'][number];
type Judged = { readonly path: string; readonly partition: Partition } & (
  { readonly refusal: Refusal } | { readonly flip: Flip; readonly told: RolledBack }
);

/**
 * The partitions that a rollback is about. Throws a UsageError for a run that left nothing, one that published nothing, and a
 * partition that it never worked on: nothing is locked or changed for any of them.
 */
export const chosenPartitions = (
  { exists, attempts }: RunTrail,
  { table, run, partitions }: Pick<RollbackRequest, 'table' | 'run' | 'partitions'>,
): readonly string[] => {
  if (!exists)
    throw new UsageError(
      `run ${run} of ${table} is unknown, or its folder has expired; \`lithify runs\` lists those that are known.`,
    );
  if (attempts.size === 0) throw new UsageError(`run ${run} published nothing: there is nothing to roll back.`);
  const stranger = partitions?.find((path) => !attempts.has(path));
  if (stranger !== undefined) throw new UsageError(`${stranger} was never published by run ${run}.`);
  if (partitions !== undefined) return [...new Set(partitions)].sort();
  return [...attempts.keys()].sort();
};

const ledgerOf = async (objects: LakeObjects, key: string): Promise<readonly LedgerEntry[] | undefined> => {
  const entries = await collect(objects.readLines(key, ledgerEntrySchema, true));
  // A ledger has at least a line: none at all means that the object is not there.
  return entries.length === 0 ? undefined : entries;
};

/** Which of the sources lie there still: their folders are listed once each, however the feed lays them out. */
const sourcesThere = async (objects: LakeObjects, sources: readonly LedgerEntry[]): Promise<(source: LedgerEntry) => boolean> => {
  const folders = new Set(sources.map(({ key }) => key.slice(0, key.lastIndexOf('/') + 1)));
  const listed = await concurrently([...folders], 4, (folder) => collect(objects.list(folder)));
  const there = new Set(listed.flat().map(({ key, etag }) => `${key}\n${etag}`));
  return ({ key, etag }) => there.has(`${key}\n${etag}`);
};

const judge = async (request: RollbackRequest, trail: RunTrail, notices: Notices, path: string): Promise<Judged> => {
  const { objects, catalog, bucket, run } = request;
  const partition = partitionOfPath(path);
  const current = await catalog.get(partition);
  const flip = flipOf({ partition: path, run, attempts: trail.attempts.get(path) ?? [], current });
  if (isRefusal(flip)) return { path, partition, refusal: flip };
  const { before, undone } = flip;
  const ledgerBefore = await ledgerOf(objects, before.ledger);
  const ledgerUndone = await ledgerOf(objects, undone.ledger);
  const added = addedSources(ledgerBefore ?? [], ledgerUndone ?? []);
  const location = keyOfUri(bucket, before.location);
  const files: readonly ListedObject[] = location === undefined ? [] : await collect(objects.list(location));
  const refusal = obstacle(flip, {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ledgerBefore,
    ledgerUndone,
    condemnedSince: condemnedSince(
      [notices.files[location ?? ''], notices.ledgers[before.ledger]],
      Date.parse(request.now),
      request.graceHours,
    ),
    isThere: await sourcesThere(objects, added),
  });
  if (refusal !== undefined) return { path, partition, refusal };
  const told = {
    partition: path,
    to: before.run,
    rowsBefore: undone.rows,
    rowsAfter: before.rows,
    sources: added.length,
    lines: linesOf(added),
  };
  return { path, partition, flip, told };
};

/** What sweeps have noted as named by nobody. */
const readNotices = async ({ objects, table }: RollbackRequest): Promise<Notices> =>
  (await objects.readJson(sweepNoticesKey(table), noticesSchema)) ?? { files: {}, ledgers: {}, gathered: {}, tables: {} };

const recordOf = ({ run, now }: RollbackRequest, judged: readonly Judged[], done: readonly RolledBack[]): RollbackRecord => ({
  run,
  at: now,
  rolledBack: [...done],
  refused: judged.flatMap((one) => ('refusal' in one ? [{ partition: one.path, ...one.refusal }] : [])),
});

/** What a rollback would do and refuse, without a lock and without changing anything. */
export const planRollback = async (request: RollbackRequest): Promise<RollbackRecord> => {
  const trail = await readTrail(request.objects, request.table, request.run);
  const notices = await readNotices(request);
  const judged = await concurrently(chosenPartitions(trail, request), 4, (path) => judge(request, trail, notices, path));
  return recordOf(
    request,
    judged,
    judged.flatMap((one) => ('told' in one ? [one.told] : [])),
  );
};

/**
 * Flips what a run published back to what it replaced, partition by partition, and marks it held. The caller holds the lock, and
 * `now` lies after what its owner before may still have been writing. What was done is recorded in the run's folder, also
 * where it stops halfway.
 */
export const rollBack = async (request: RollbackRequest, lock: TerminalLock): Promise<RollbackRecord> => {
  const { objects, catalog, table, run, now, onProgress } = request;
  const trail = await readTrail(objects, table, run);
  const paths = chosenPartitions(trail, request);
  const notices = await readNotices(request);
  const judged = await concurrently(paths, 4, (path) => judge(request, trail, notices, path));
  const done: RolledBack[] = [];
  try {
    for (const one of judged) {
      if ('refusal' in one) continue;
      const { partition, flip, told } = one;
      if (!(await lock.owned()))
        throw new LithifyError(
          'superseded',
          `the lock was taken over by somebody else after ${done.length} partitions; nothing more was changed.`,
        );
      const current = await catalog.get(partition);
      if (!sameState(current?.published, flip.undone))
        throw new LithifyError(
          'superseded',
          `${partitionPath(partition)} was changed by somebody else under this lock; nothing more was changed.`,
        );
      await catalog.update(partition, heldState(flip));
      done.push(told);
      onProgress(`rollback: ${done.length} of ${judged.length} partitions`);
    }
  } finally {
    const name = `${compactTime(now)}-${randomUUID().slice(0, 8)}.json`;
    if (done.length > 0) await objects.putJson(`${rollbacksPrefix(table, run)}${name}`, recordOf(request, judged, done));
  }
  return recordOf(request, judged, done);
};
