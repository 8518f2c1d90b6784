import { randomUUID } from 'node:crypto';
import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import {
  batchKey,
  batchesKey,
  markerPrefix,
  partitionDate,
  partitionOfPath,
  partitionPath,
  partitionType,
  planFolder,
  planKey,
  runPrefix,
  runsPrefix,
  sourcesKey,
} from '../../contracts/lake';
import {
  batchSchema,
  ledgerEntrySchema,
  planSchema,
  routedSchema,
  type Plan,
  type PlannedPartition,
  type Published,
} from '../../workflows/documents';
import { newSources } from '../../workflows/novelty';
import { carryOver, formBatches, inRange, oldestOpenDate } from '../../workflows/planning';
import { compactTime, type Run } from '../../workflows/run';
import { planRequest, type PlanResult } from '../../workflows/steps';
import { collect, concurrently } from '../aws/concurrently';
import { LakeObjects, type ListedObject } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { estimate, newsOf, plannedPartition } from './core';
import { listPartitions, listTypes, type ListedPartition } from './listing';

const settings = environment('plan', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);
const policy = settings.POLICY;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The newest plan of the runs that began since the last full listing was due; plans carry what earlier ones left over. */
const previousPlan = async (run: Run, nowMillis: number): Promise<Plan | undefined> => {
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
const routedSince = async (run: Run, sinceMillis: number): Promise<readonly string[]> => {
  const fresh: string[] = [];
  for await (const marker of objects.list(markerPrefix(run.table)))
    if (Date.parse(marker.lastModified) >= sinceMillis) fresh.push(marker.key);
  const markers = await concurrently(fresh, 16, (key) => objects.readJson(key, routedSchema));
  return [...new Set(markers.flatMap((marker) => marker?.partitions ?? []))];
};

/** Partitions of batches that failed last time: each is planned in a batch of its own. */
const failedBefore = async (run: Run, previous: Plan | undefined): Promise<ReadonlySet<string>> => {
  if (previous === undefined) return new Set();
  const failures = await collect(objects.list(`${runPrefix(run.table, previous.run)}failures/`));
  const failed = new Set(failures.map(({ key }) => key.slice(key.lastIndexOf('/') + 1).split('-')[0]));
  const batches = await Promise.all(
    previous.batches.filter(({ batch }) => failed.has(batch)).map((batch) => objects.readJson(batch.batchKey, batchSchema)),
  );
  return new Set(batches.flatMap((batch) => batch?.partitions.map(({ partition }) => partition) ?? []));
};

async function* candidates(
  run: Run,
  everything: boolean,
  openDate: string,
  extra: readonly string[],
  misplaced: (key: string) => void,
) {
  const feed = feedNamed(run.feed);
  const types = run.eventType === undefined ? await listTypes(objects, feed) : [run.eventType];
  const extraOf = new Map<string | undefined, string[]>();
  for (const partition of extra.map(partitionOfPath)) {
    const dates = extraOf.get(partitionType(partition)) ?? [];
    extraOf.set(partitionType(partition), [...dates, partitionDate(partition)]);
  }
  for (const type of types) {
    if (!everything)
      for (const date of extraOf.get(type) ?? [])
        if (date < openDate) yield* listPartitions(objects, feed, type, { date }, misplaced);
    yield* listPartitions(objects, feed, type, everything ? {} : { startAfterDate: openDate }, misplaced);
  }
}

async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** What of a listed partition is new: known neither to its ledger nor to a marker. A rebuild takes all that is not routed. */
const newIn = (
  { objects: listed, marked }: ListedPartition,
  published: Published | undefined,
  run: Run,
): Promise<ListedObject[]> => {
  const ledger = published === undefined || run.rebuild ? streamed([]) : objects.readLines(published.ledger, ledgerEntrySchema);
  return collect(newSources(streamed(listed), ledger, streamed(marked)));
};

const resultOf = (plan: Plan): PlanResult => ({
  batches: plan.batches.length,
  partitions: plan.partitions.filter(({ due }) => due).length,
  batchesKey: plan.batchesKey,
});

/** Lists, compares with the ledgers, decides and forms batches. The plan is written once: a repeated step reads it. */
export const handler = step('plan', async (event): Promise<PlanResult> => {
  const { run, now } = planRequest.parse(event);
  const written = await objects.readJson(planKey(run.table, run.run), planSchema);
  if (written !== undefined) return resultOf(written);

  const nowMillis = Date.parse(now);
  const previous = await previousPlan(run, nowMillis);
  const dueForFull = previous === undefined || nowMillis - Date.parse(previous.lastFullAt) >= policy.fullListingDays * DAY - HOUR;
  const narrowed = run.eventType !== undefined || run.from !== undefined || run.to !== undefined;
  const full = (run.full || dueForFull) && !narrowed;
  const everything = full || run.full || run.rebuild || narrowed;
  // Two hours of overlap: the plan before may have been listing while a marker was written.
  const routedInto = await routedSince(run, previous === undefined ? 0 : Date.parse(previous.at) - 2 * HOUR);
  const extra = carryOver(previous?.carry ?? [], false, [], routedInto);

  const published = new Map<string, Published | undefined>();
  const emptied = new Map<string, PlannedPartition>();
  const foreign = new Map<string, string>();
  for await (const { partition, location, published: state } of new CuratedPartitions(
    settings.DATABASE,
    feedNamed(run.feed),
  ).all()) {
    published.set(partitionPath(partition), state);
    if (state === undefined) foreign.set(partitionPath(partition), location);
    // Of a rebuild's partitions, those that no object is left of are named as well.
    else if (run.rebuild && inRange(run, partition))
      emptied.set(partitionPath(partition), plannedPartition(partition, newsOf([]), state, run, policy, nowMillis));
  }

  const folder = planFolder(run.table, run.run, randomUUID());
  const misplaced: string[] = [];
  const partitions: PlannedPartition[] = [];
  let listedObjects = 0;
  const pending: ListedPartition[] = [];
  const decideOn = async (listed: ListedPartition): Promise<void> => {
    const state = published.get(listed.path);
    const fresh = await newIn(listed, state, run);
    if (fresh.length === 0) return;
    emptied.delete(listed.path);
    const decided = plannedPartition(listed.partition, newsOf(fresh), state, run, policy, nowMillis);
    const elsewhere = foreign.get(listed.path);
    const planned =
      elsewhere === undefined
        ? decided
        : { ...decided, due: false, reason: `registered at ${elsewhere}, which no run published` };
    if (!planned.due) return void partitions.push(planned);
    const key = sourcesKey(folder, listed.partition);
    if (!run.dryRun)
      await objects.putLines(
        key,
        fresh.map(({ key: source, etag, bytes }) => ({ key: source, etag, bytes })),
      );
    partitions.push({ ...planned, sourcesKey: key });
  };
  const decidePending = () => concurrently(pending.splice(0), 8, decideOn);
  for await (const listed of candidates(run, everything, oldestOpenDate(nowMillis, policy), extra, (key) =>
    misplaced.push(key),
  )) {
    listedObjects += listed.objects.length;
    if (!inRange(run, listed.partition)) continue;
    pending.push(listed);
    if (pending.length >= 32) await decidePending();
  }
  await decidePending();
  partitions.push(...emptied.values());
  partitions.sort((left, right) => (left.partition < right.partition ? -1 : 1));

  const batches = formBatches(partitions, policy, await failedBefore(run, previous));
  const plan: Plan = {
    run: run.run,
    at: now,
    full,
    lastFullAt: full ? now : (previous?.lastFullAt ?? new Date(0).toISOString()),
    listedObjects,
    misplaced: misplaced.slice(0, 1_000),
    ...estimate(batches),
    batchesKey: batchesKey(folder),
    batches: batches.map(({ batch, partitions: members, bucketCount, bytes }) => ({
      batch,
      batchKey: batchKey(folder, batch),
      partitions: members.length,
      bucketCount,
      bytes,
    })),
    partitions,
    carry: [
      ...carryOver(
        previous?.carry ?? [],
        full,
        partitions.map(({ partition }) => partition),
        routedInto,
      ),
    ],
  };
  if (!run.dryRun) {
    await concurrently(batches, 8, (batch) => objects.putJson(batchKey(folder, batch.batch), batch));
    await objects.putJson(
      plan.batchesKey,
      plan.batches.map(({ batch, batchKey: key }) => ({ batch, batchKey: key })),
    );
  }
  if (await objects.create(planKey(run.table, run.run), JSON.stringify(plan))) return resultOf(plan);
  return resultOf(await objects.requireJson(planKey(run.table, run.run), planSchema));
});
