import { SFNClient } from '@aws-sdk/client-sfn';
import { rollBack, type RollbackRequest } from '../../../cli/rollback/rollback';
import type { RollbackRecord } from '../../../cli/rollback/run-trail';
import { takeLock } from '../../../cli/rollback/terminal-lock';
import { EVENTS } from '../../../contracts/feeds';
import { LakeObjects } from '../../../handlers/aws/objects';
import { CuratedPartitions } from '../../../handlers/aws/partitions';
import type { World } from './world';

const requestOf = (world: World, run: string): RollbackRequest => ({
  objects: new LakeObjects(world.bucket),
  catalog: new CuratedPartitions(world.database, EVENTS),
  bucket: world.bucket,
  table: EVENTS.name,
  run,
  partitions: undefined,
  now: new Date(world.clock.now()).toISOString(),
  graceHours: 24,
  onProgress: () => undefined,
});

/** What `lithify rollback` does at a terminal, its wait for an abandoned lock included. */
export const rollBackAtTerminal = async (world: World, run: string): Promise<RollbackRecord> => {
  const lock = await takeLock({
    objects: new LakeObjects(world.bucket),
    sfn: new SFNClient({}),
    stateMachineArn: String(world.graph.outputs['stateMachineArn']),
    table: EVENTS.name,
    purpose: `rollback of ${run}`,
    now: world.clock.now(),
    clock: () => Promise.resolve(world.clock.now()),
  });
  try {
    while (world.clock.now() < lock.readyAt) await world.pass(lock.readyAt - world.clock.now());
    return await rollBack(requestOf(world, run), lock);
  } finally {
    await lock.release();
  }
};
