import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { partitionOfPath, temporaryTable } from '../../contracts/lake';
import { batchSchema, sourceSchema } from '../../workflows/documents';
import { gatherTasks } from '../../workflows/planning';
import { attemptRequest, type AttemptResult } from '../../workflows/steps';
import { AttemptFolder, type TaskSource } from '../aws/attempts';
import { collect, concurrently } from '../aws/concurrently';
import { ownsLock } from '../aws/lock';
import { LakeObjects } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { divide, supersededByOwner } from './core';

const settings = environment('attempt', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);

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

  const lists = await concurrently(partitions, 8, async (partition): Promise<TaskSource[]> => {
    if (partition.sourcesKey === undefined) return [];
    const sources = await collect(objects.readLines(partition.sourcesKey, sourceSchema));
    return sources.map((source) => ({ ...source, partition: partition.partition }));
  });
  const tasks = gatherTasks(lists.flat(), settings.POLICY);
  const folder = new AttemptFolder(objects, run, batch, attempt);
  await concurrently(tasks, 8, (sources, task) => objects.putLines(folder.taskKey(task), sources));
  await folder.write({
    tasks: tasks.length,
    bucketCount: planned.bucketCount,
    partitions: [...partitions],
    leftOut: [...leftOut],
  });
  return { attempt, tasks: tasks.map((_, task) => task), table: temporaryTable(run.table, run.run, batch, attempt) };
});
