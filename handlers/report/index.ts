import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { environment } from '../../contracts/environments';
import { feedNamed } from '../../contracts/feeds';
import { failureKey, planKey, reportKey, runPrefix } from '../../contracts/lake';
import {
  comparisonSchema,
  expectationSchema,
  failureSchema,
  gatherOutcomeSchema,
  planSchema,
  publicationSchema,
  reportSchema,
  routeOutcomeSchema,
  verificationSchema,
  type Plan,
  type Report,
} from '../../workflows/documents';
import type { Run } from '../../workflows/run';
import { reportRequest, type ReportResult } from '../../workflows/steps';
import { attemptDocumentSchema } from '../aws/attempts';
import { collect, concurrently } from '../aws/concurrently';
import { LakeObjects } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { accountFor, overdue } from './acknowledged';
import { metricsOf, reportOf, summarised, summaryOf, type AttemptTrail } from './core';

const settings = environment('report', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);
const cloudWatch = new CloudWatchClient({});

const trailsOf = async (run: Run): Promise<readonly AttemptTrail[]> => {
  const root = `${runPrefix(run.table, run.run)}attempts/`;
  const files = new Map<string, string[]>();
  for await (const { key } of objects.list(root)) {
    const [folder = '', name = ''] = key.slice(root.length).split('/');
    files.set(folder, [...(files.get(folder) ?? []), name]);
  }
  return concurrently([...files], 8, async ([folder, names]): Promise<AttemptTrail> => {
    const [batch = '', attempt = ''] = folder.split('-');
    const at = (name: string): string => `${root}${folder}/${name}`;
    const gathered = names.filter((name) => name.startsWith('gathered-'));
    const opened = await objects.readJson(at('attempt.json'), attemptDocumentSchema);
    return {
      batch,
      attempt,
      tasks: opened?.tasks,
      leftOut: opened?.leftOut ?? [],
      expectation: await objects.readJson(at('expectation.json'), expectationSchema),
      gathered: await concurrently(gathered, 8, async (name) =>
        summarised(await objects.requireJson(at(name), gatherOutcomeSchema)),
      ),
      verification: await objects.readJson(at('verification.json'), verificationSchema),
      comparison: await objects.readJson(at('comparison.json'), comparisonSchema),
      publication: await objects.readJson(at('publication.json'), publicationSchema),
    };
  });
};

const documentsIn = async <T>(prefix: string, read: (key: string) => Promise<T>): Promise<T[]> =>
  concurrently(await collect(objects.list(prefix)), 8, ({ key }) => read(key));

/**
 * The report with what its run makes of the account; a dry run changes nothing, the account included. Where an earlier try of the step met a
 * failure, without: unless that try got so far, and only its answer was lost.
 */
const withAccount = async (
  report: Report,
  plan: Plan | undefined,
  { run, now, accountFailure }: { readonly run: Run; readonly now: string; readonly accountFailure?: string | undefined },
): Promise<Report> => {
  if (run.dryRun) return report;
  const feed = feedNamed(run.feed);
  if (accountFailure !== undefined) {
    const written = await objects.readJson(reportKey(run.table, run.run), reportSchema);
    const isThis = written?.status === report.status && written.partitions === report.partitions;
    if (isThis && written.acknowledged !== undefined) return written;
    const reason = await overdue(objects, feed, accountFailure, now);
    return { ...report, accountFailure, ...(reason === undefined ? {} : { status: 'failed', error: report.error ?? reason }) };
  }
  const catalog = new CuratedPartitions(settings.DATABASE, feed);
  const sources = settings.RECORD_SOURCES[feed.name] ?? [];
  return { ...report, acknowledged: await accountFor({ objects, catalog, cloudWatch, feed, sources, report, plan, now }) };
};

/** Notes a batch's failure, or adds up the run from what its steps left behind and writes report and metrics. */
export const handler = step('report', async (event): Promise<ReportResult> => {
  const request = reportRequest.parse(event);
  const { run, now } = request;
  if (request.kind === 'failure') {
    const { batch, attempt, tries, error, cause, createBytes } = request;
    await objects.putJson(failureKey(run.table, run.run, batch, attempt), {
      batch,
      attempt,
      tries,
      error,
      cause: cause.slice(0, 2_000),
      ...(createBytes < 0 ? {} : { createBytes }),
    });
    return { status: 'failed', failedBatches: 1, summary: `${batch}: ${error}` };
  }
  const folder = runPrefix(run.table, run.run);
  const plan = await objects.readJson(planKey(run.table, run.run), planSchema);
  const added = reportOf(
    run,
    now,
    request.error === undefined ? undefined : `${request.error}: ${request.cause ?? ''}`.slice(0, 2_000),
    plan,
    await documentsIn(`${folder}routes/`, (key) => objects.requireJson(key, routeOutcomeSchema)),
    await trailsOf(run),
    await documentsIn(`${folder}failures/`, (key) => objects.requireJson(key, failureSchema)),
  );
  const report = await withAccount(added, plan, request);
  await objects.putJson(reportKey(run.table, run.run), report);
  // Past console: with JSON logging it would wrap the line, and CloudWatch would find no metrics in it.
  process.stdout.write(`${JSON.stringify(metricsOf(report, now))}\n`);
  return { status: report.status, failedBatches: report.failed.length, summary: summaryOf(report, plan) };
});
