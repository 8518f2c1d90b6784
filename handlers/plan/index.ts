import { randomUUID } from 'node:crypto';
import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import {
  batchKey,
  batchesKey,
  partitionDate,
  partitionOfPath,
  partitionType,
  planFolder,
  planKey,
  planRoundKey,
} from '../../contracts/lake';
import { planRoundSchema, planSchema, type Plan, type PlanRound } from '../../workflows/documents';
import { carryOver, formBatches, inRange, MAX_ROUNDS, oldestOpenDate } from '../../workflows/planning';
import { planRequest, type PlanResult } from '../../workflows/steps';
import { concurrently } from '../aws/concurrently';
import { LakeObjects } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { aloneNow, estimate } from './core';
import { failedIn, previousPlan, routedSince } from './earlier';
import { listTypes, type DateRange } from './listing';
import { survey } from './survey';

const settings = environment('plan', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);
const policy = settings.POLICY;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const resultOf = (plan: Plan, round: number): PlanResult => ({
  done: true,
  round,
  batches: plan.batches.length,
  partitions: plan.partitions.filter(({ due }) => due).length,
  batchesKey: plan.batchesKey,
});

/**
 * Lists, compares with the ledgers, decides and forms batches; what one invocation cannot list, further rounds do. Each round's findings, and
 * the plan, are written once: a repeated step reads them.
 */
export const handler = step('plan', async (event): Promise<PlanResult> => {
  const { run, now, round } = planRequest.parse(event);
  const written = await objects.readJson(planKey(run.table, run.run), planSchema);
  if (written !== undefined) return resultOf(written, round);
  const goOn: PlanResult = { done: false, round: round + 1, batches: 0, partitions: 0, batchesKey: '' };
  if ((await objects.readJson(planRoundKey(run.table, run.run, round), planRoundSchema)) !== undefined) return goOn;
  if (round >= MAX_ROUNDS) throw new Error(`the lake is not listed after ${round} rounds of planning`);
  const rounds = await concurrently(
    Array.from({ length: round }, (_, number) => number),
    8,
    (number) => objects.requireJson(planRoundKey(run.table, run.run, number), planRoundSchema),
  );

  const at = rounds[0]?.at ?? now;
  const nowMillis = Date.parse(at);
  const feed = feedNamed(run.feed);
  const catalog = new CuratedPartitions(settings.DATABASE, feed);
  const previous = await previousPlan(objects, run, policy, nowMillis);
  // A plan from the future: the clock was set back, and what was routed or left over since then is older than that plan by its own time.
  const setBack = previous !== undefined && Date.parse(previous.at) > nowMillis;
  const dueForFull =
    previous === undefined || setBack || nowMillis - Date.parse(previous.lastFullAt) >= policy.fullListingDays * DAY - HOUR;
  const narrowed = run.eventType !== undefined || run.from !== undefined || run.to !== undefined;
  const full = (run.full || dueForFull) && !narrowed;
  const everything = full || run.rebuild || narrowed;
  // A full listing finds by itself what was routed.
  const routedInto = full || previous === undefined ? [] : await routedSince(objects, run, previous);
  const extra = carryOver(previous?.carry ?? [], false, [], routedInto);

  const misplaced: string[] = [];
  const known = await listTypes(objects, feed, (key) => misplaced.push(key));
  const types = run.eventType === undefined ? known.types : [run.eventType];
  const inCatalog = new Set<string | undefined>();
  // A rebuild names the partitions as well that no object is left of.
  if (run.rebuild && round === 0)
    for await (const { partition } of catalog.all()) if (inRange(run, partition)) inCatalog.add(partitionType(partition));
  const openDate = oldestOpenDate(nowMillis, policy);
  const extraDates = datesByType(everything ? [] : extra, openDate);
  const rangesOf = (type: string | undefined): readonly DateRange[] =>
    everything
      ? [{ from: run.from, to: run.to }]
      : [...(extraDates.get(type) ?? []).map((date) => ({ from: date, to: date })), { from: openDate }];
  const folder = planFolder(run.table, run.run, randomUUID());
  const found = await survey(
    { objects, catalog, feed, run, policy, nowMillis, folder, known, rangesOf },
    rounds.at(-1)?.remaining ?? [...new Set([...types, ...inCatalog])].sort().map((type) => ({ type: type ?? null })),
  );
  if (found.remaining.length > 0) {
    const findings: PlanRound = { at, ...found };
    await objects.create(planRoundKey(run.table, run.run, round), JSON.stringify(findings));
    return goOn;
  }

  const all = [...rounds, found];
  const partitions = all.flatMap((each) => each.partitions).sort((left, right) => (left.partition < right.partition ? -1 : 1));
  const paths = partitions.map(({ partition }) => partition);
  const lookedAt = (path: string): boolean => !narrowed || inRange(run, partitionOfPath(path));
  const failed = previous === undefined ? [] : await failedIn(objects, run, previous);
  const alone = aloneNow(previous?.alone ?? [], failed, partitions, lookedAt);
  const batches = formBatches(partitions, policy, new Set(alone.map(({ partition }) => partition)), run.rebuild);
  const plan: Plan = {
    run: run.run,
    at,
    full,
    lastFullAt: full ? at : (previous?.lastFullAt ?? new Date(0).toISOString()),
    listedObjects: all.reduce((sum, { listedObjects }) => sum + listedObjects, 0),
    misplaced: [...misplaced, ...all.flatMap((each) => each.misplaced)].slice(0, 1_000),
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
    carry: [...carryOver(previous?.carry ?? [], full, paths, routedInto)],
    alone: [...alone],
  };
  if (!run.dryRun) {
    await concurrently(batches, 8, (batch) => objects.putJson(batchKey(folder, batch.batch), batch));
    await objects.putJson(
      plan.batchesKey,
      plan.batches.map(({ batch, batchKey: key }) => ({ batch, batchKey: key })),
    );
  }
  if (await objects.create(planKey(run.table, run.run), JSON.stringify(plan))) return resultOf(plan, round);
  return resultOf(await objects.requireJson(planKey(run.table, run.run), planSchema), round);
});

/** Dates before the open ones that are listed all the same, by type. */
const datesByType = (paths: readonly string[], openDate: string): ReadonlyMap<string | undefined, readonly string[]> => {
  const dates = new Map<string | undefined, string[]>();
  for (const partition of paths.map(partitionOfPath)) {
    const date = partitionDate(partition);
    if (date >= openDate) continue;
    const type = partitionType(partition);
    dates.set(type, [...(dates.get(type) ?? []), date].sort());
  }
  return dates;
};
