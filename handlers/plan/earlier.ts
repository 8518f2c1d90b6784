import { markerPrefix, runPrefix, runsPrefix } from '../../contracts/lake';
import type { Policy } from '../../contracts/policy';
import { batchSchema, planSchema, routedSchema, type Plan, type PlannedPartition } from '../../workflows/documents';
import { compactTime, type Run } from '../../workflows/run';
import { collect, concurrently } from '../aws/concurrently';
import type { LakeObjects } from '../aws/objects';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The newest plan of the runs that began since the last full listing was due; plans carry what earlier ones left over. */
export const previousPlan = async (
  objects: LakeObjects,
  run: Run,
  policy: Policy,
  nowMillis: number,
): Promise<Plan | undefined> => {
  const root = runsPrefix(run.table);
  const since = compactTime(new Date(nowMillis - (policy.fullListingDays + 1) * DAY).toISOString());
  const folders = (await collect(objects.folders(root, { startAfter: `${root}${since}` }))).filter(
    (folder) => folder !== runPrefix(run.table, run.run),
  );
  for (const folder of folders.reverse()) {
    const plan = await objects.readJson(`${folder}plan.json`, planSchema);
    if (plan !== undefined) return plan;
  }
  return undefined;
};

/** The partitions that routing wrote pieces into since the previous plan, whatever became of the run that did it. */
export const routedSince = async (objects: LakeObjects, run: Run, previous: Plan): Promise<readonly string[]> => {
  // Two hours of overlap: the plan before may have been listing while a marker was written.
  const sinceMillis = Date.parse(previous.at) - 2 * HOUR;
  const fresh: string[] = [];
  for await (const marker of objects.list(markerPrefix(run.table)))
    if (Date.parse(marker.lastModified) >= sinceMillis) fresh.push(marker.key);
  const partitions = new Set<string>();
  await concurrently(fresh, 32, async (key) => {
    for (const partition of (await objects.readJson(key, routedSchema))?.partitions ?? []) partitions.add(partition);
  });
  return [...partitions];
};

/** Partitions of the previous plan's batches of which an attempt failed, as that plan saw them. */
export const failedIn = async (objects: LakeObjects, run: Run, previous: Plan): Promise<readonly PlannedPartition[]> => {
  const failures = await collect(objects.list(`${runPrefix(run.table, previous.run)}failures/`));
  const failed = new Set(failures.map(({ key }) => key.slice(key.lastIndexOf('/') + 1).split('-')[0]));
  const batches = await concurrently(
    previous.batches.filter(({ batch }) => failed.has(batch)),
    8,
    ({ batchKey }) => objects.readJson(batchKey, batchSchema),
  );
  return batches.flatMap((batch) => batch?.partitions ?? []);
};
