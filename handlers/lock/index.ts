import { SFNClient } from '@aws-sdk/client-sfn';
import { environment } from '../../contracts/environments';
import { lockKey } from '../../contracts/lake';
import { lockRequest, type LockResult } from '../../workflows/steps';
import { readLock } from '../aws/lock';
import { LakeObjects } from '../aws/objects';
import { ownerState } from '../aws/owner';
import { step } from '../aws/shell';
import { decideLock, lockOf } from './core';

const settings = environment('lock', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);
const executions = new SFNClient({});

/** Takes the table's lock for the run's execution, or says who has it. Answers may get lost: a lock that is mine is mine. */
export const handler = step('lock', async (event): Promise<LockResult> => {
  const { run, now } = lockRequest.parse(event);
  const key = lockKey(run.table);
  for (let round = 1; round <= 10; round++) {
    if (await objects.create(key, lockOf(run, now, 0))) return { status: 'locked', owner: run.executionArn, waitSeconds: 0 };
    const held = await readLock(objects, run.table);
    if (held === undefined) continue;
    const owner =
      held.lock === undefined || held.lock.owner === run.executionArn ? 'unknown' : await ownerState(executions, held.lock.owner);
    const decision = decideLock(held, owner, run, Date.parse(now), settings.STALE_LOCK_SECONDS);
    if (decision.action === 'mine') return { status: 'locked', owner: run.executionArn, waitSeconds: decision.waitSeconds };
    if (decision.action === 'refuse') return { status: 'already running', owner: decision.owner, waitSeconds: 0 };
    const waitSeconds = settings.LONGEST_WRITE_SECONDS;
    if (await objects.replace(key, held.etag, lockOf(run, now, waitSeconds)))
      return { status: 'locked', owner: run.executionArn, waitSeconds };
  }
  throw new Error(`the lock ${key} changed hands ten times while this run asked for it`);
});
