import { lockKey } from '../../contracts/lake';
import { lockSchema, type Lock } from '../../workflows/documents';
import type { Run } from '../../workflows/run';
import type { LakeObjects } from './objects';

export interface LockObject {
  readonly etag: string;
  readonly lastModified: string;
  /** Undefined where the object cannot be read as a lock (half-written by hand, say). */
  readonly lock: Lock | undefined;
}

export const readLock = async (objects: LakeObjects, table: string): Promise<LockObject | undefined> => {
  const object = await objects.read(lockKey(table));
  if (object === undefined) return undefined;
  let lock: Lock | undefined;
  try {
    const parsed = lockSchema.safeParse(JSON.parse(object.body.toString('utf8')));
    lock = parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: a lock without a readable owner, which ages.
    lock = undefined;
  }
  return { etag: object.etag, lastModified: object.lastModified, lock };
};

/** A lock whose owner is this run's execution is this run's. */
export const ownsLock = async (objects: LakeObjects, run: Run): Promise<boolean> =>
  (await readLock(objects, run.table))?.lock?.owner === run.executionArn;
