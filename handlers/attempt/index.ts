import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { partitionOfPath, temporaryTable } from '../../contracts/lake';
import { batchSchema, sourceSchema, type PlannedPartition } from '../../workflows/documents';
import { gatherTasks } from '../../workflows/planning';
import { supersededByOwner } from '../../workflows/published';
import { attemptRequest, type AttemptResult } from '../../workflows/steps';
import { AttemptFolder, type TaskSource } from '../aws/attempts';
import { concurrently } from '../aws/concurrently';
import { ownsLock } from '../aws/lock';
import { LakeObjects } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { divide } from './core';

const settings = environment('attempt', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);

/** The sources of partitions, as their lists are read: one task of them is held at a time. */
async function* sourcesOf(partitions: readonly PlannedPartition[]): AsyncGenerator<TaskSource> {
  for (const { partition, sourcesKey } of partitions)
    if (sourcesKey !== undefined)
      for await (const source of objects.readLines(sourcesKey, sourceSchema)) yield { ...source, partition };
}

/**
 * Opens one try of a batch: what is left of its partitions, divided into gather tasks. Nothing is left for a run that lost its lock
 * (redriven days later, say): it ends without reading or writing a thing.
 */
export const handler = step('attempt', async (event): Promise<AttemptResult> => {
  const { run, batch, batchKey, attempt } = attemptRequest.parse(event);
  const planned = await objects.requireJson(batchKey, batchSchema);
  const catalog = new CuratedPartitions(settings.DATABASE, feedNamed(run.feed));
  const current = await concurrently(
    planned.partitions,
    8,
    async ({ partition }) => (await catalog.get(partitionOfPath(partition)))?.published,
  );
  const { partitions, leftOut } = (await ownsLock(objects, run))
    ? divide(planned.partitions, current, run.run)
    : { partitions: [], leftOut: planned.partitions.map(supersededByOwner) };

  const folder = new AttemptFolder(objects, run, batch, attempt);
  let tasks = 0;
  for await (const sources of gatherTasks(sourcesOf(partitions), settings.POLICY))
    await objects.putLines(folder.taskKey(tasks++), sources);
  await folder.write({
    tasks,
    bucketCount: planned.bucketCount,
    partitions: [...partitions],
    leftOut: [...leftOut],
  });
  return {
    attempt,
    tasks: Array.from({ length: tasks }, (_, task) => task),
    table: temporaryTable(run.table, run.run, batch, attempt),
  };
});
