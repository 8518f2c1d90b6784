import { environment } from '../../contracts/environments';
import { lockKey } from '../../contracts/lake';
import { unlockRequest, type UnlockResult } from '../../workflows/steps';
import { readLock } from '../aws/lock';
import { LakeObjects } from '../aws/objects';
import { step } from '../aws/shell';

const objects = new LakeObjects(environment('unlock', process.env).LAKE_BUCKET);

/** Gives the lock back if it is still this run's; anybody else's stays. */
export const handler = step('unlock', async (event): Promise<UnlockResult> => {
  const { run } = unlockRequest.parse(event);
  const held = await readLock(objects, run.table);
  // A lock that is gone was given back already: the answer to an earlier try got lost.
  if (held === undefined) return { status: 'unlocked' };
  if (held.lock?.owner !== run.executionArn) return { status: 'superseded' };
  return { status: (await objects.remove(lockKey(run.table), held.etag)) ? 'unlocked' : 'superseded' };
});
