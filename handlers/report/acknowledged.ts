import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Feed } from '../../contracts/feeds';
import { accountsKey } from '../../contracts/lake';
import {
  accountsSchema,
  arrivedBefore,
  firstArrival,
  NO_ERRORS,
  settledUntil,
  uncounted,
  withErrors,
  type Accounts,
  type AcknowledgedCheck,
  type Arrivals,
  type CountedErrors,
  type RecordSource,
} from '../../workflows/acknowledged';
import type { Plan, Report } from '../../workflows/documents';
import { begunBefore, runAcknowledged, waitsSince } from '../../workflows/run-acknowledged';
import { hourOf, isPiece, unreadableRecords, unreadableSince, withUnreadable } from '../../workflows/unreadable';
import { readArrivals } from '../aws/arrivals';
import { collect, concurrently } from '../aws/concurrently';
import { countErrorLines, type CountedLines } from '../aws/count';
import { errorObjects } from '../aws/error-objects';
import type { LakeObjects, ListedObject } from '../aws/objects';
import type { CuratedPartitions } from '../aws/partitions';

/**
 * What one run counts of error objects; a flood of them is counted over several nights. No further object is begun once so many bytes are
 * inflated: at the 60 MB/s of one processor at which lines are even judged, and counting them is quicker, that takes two and a half of the
 * function's five minutes. Compressed bytes would bound nothing, since one record that is refused a million times shrinks to next to nothing.
 */
const COUNTED_A_RUN = { objects: 20_000, inflatedBytes: 8 * 1024 ** 3 };
const CONCURRENT_READS = 16;

export interface AcknowledgedRequest {
  readonly objects: LakeObjects;
  readonly catalog: Pick<CuratedPartitions, 'all'>;
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
  readonly feed: Feed;
  readonly sources: readonly RecordSource[];
  readonly report: Report;
  readonly plan: Plan | undefined;
  /** ISO 8601. */
  readonly now: string;
}

/**
 * Brings the account of the feed up to date and says whether it adds up. Under the run's lock; where another writer was faster, its account
 * stands. @throws MetricsUnavailable, and what S3, Glue and CloudWatch throw: the step is done again
 */
export const accountFor = async (
  request: AcknowledgedRequest,
  mostCounted: typeof COUNTED_A_RUN = COUNTED_A_RUN,
): Promise<NonNullable<Report['acknowledged']>> => {
  const { objects, catalog, cloudWatch, feed, sources, report, plan } = request;
  const now = Date.parse(request.now);
  const key = accountsKey(feed.name);
  const seen = await objects.read(key);
  const before = seen === undefined ? undefined : accountsSchema.parse(JSON.parse(seen.body.toString('utf8')));
  const listed = await errorObjects(objects, feed);
  const fresh = new Set(
    uncounted(
      before ?? NO_ERRORS,
      listed.map((object) => object.key),
    ).slice(0, mostCounted.objects),
  );
  let inflatedBytes = 0;
  const counted = new Map(
    (
      await concurrently(
        listed.filter((object) => fresh.has(object.key)),
        CONCURRENT_READS,
        async (object) => {
          if (inflatedBytes >= mostCounted.inflatedBytes) return [];
          const lines = await countErrorLines(objects, object, (block) => {
            inflatedBytes += block.length;
          });
          return [[object.key, linesOf(lines)] as const];
        },
      )
    ).flat(),
  );
  const errors = withErrors(
    before ?? NO_ERRORS,
    listed.map((object) => object.key),
    counted,
  );
  const raw = await setAside(objects, feed, report);
  const broken = listed.filter(({ key }) => counted.has(key) && counted.get(key) === undefined);
  const until = before === undefined ? undefined : Date.parse(before.until);
  const since = Math.min(
    unreadableSince(feed.name, [...broken, ...raw]) ?? Infinity,
    hourOf(waitsSince({ plan, report, nowMillis: now })),
  );
  const known = await readArrivals(cloudWatch, sources, until === undefined ? undefined : Math.min(until, since), now);
  const arrivals = { ...known, hours: known.hours.filter(([start]) => start >= (until ?? -Infinity)) };
  const unreadableHours = withUnreadable(before?.unreadableHours ?? {}, feed.name, broken, known.hours);
  let compacted = 0;
  for await (const { published } of catalog.all()) compacted += published?.copies ?? 0;
  const left = listed.length - Object.keys(errors.errors).length;
  const judged = runAcknowledged({
    before,
    errors,
    unreadableRecords: unreadableRecords(withUnreadable(unreadableHours, feed.name, raw, known.hours)),
    errorObjectsLeft: left,
    arrivals,
    known,
    compacted,
    feed,
    report,
    plan,
    nowMillis: now,
  });
  const body = JSON.stringify(advanced(before, { ...errors, unreadableHours }, arrivals, now, judged));
  await (seen === undefined ? objects.create(key, body) : objects.replace(key, seen.etag, body));
  return judged;
};

/** The raw objects, late ones included, that the run could not read, as they are listed; those that are gone by now are lost. */
const setAside = async (
  objects: LakeObjects,
  feed: Feed,
  { unreadable, unread }: Pick<Report, 'unreadable' | 'unread'>,
): Promise<readonly ListedObject[]> => {
  const keys = [...unreadable, ...unread].map(({ key }) => key).filter((key) => !isPiece(feed.name, key));
  const found = await concurrently(keys, CONCURRENT_READS, async (key) =>
    (await collect(objects.list(key))).filter((object) => object.key === key),
  );
  return found.flat();
};

/** One that is gone has none; undefined for one that nobody can read. */
const linesOf = (counted: CountedLines): number | undefined =>
  typeof counted === 'number' ? counted : counted === 'gone' ? 0 : undefined;

/** The account as the next run finds it. */
const advanced = (
  before: Accounts | undefined,
  errors: CountedErrors,
  arrivals: Arrivals,
  now: number,
  judged: Pick<AcknowledgedCheck, 'missing' | 'notJudged'>,
): Accounts => {
  // What is set apart stands for good. By a run that cannot judge it would be whatever merely waits, and excuse as many records ever after.
  const isOpen = before === undefined ? begunBefore(firstArrival(arrivals), now) : before.unexplained === null;
  const until = Math.max(settledUntil(now), before === undefined ? 0 : Date.parse(before.until));
  return {
    until: new Date(until).toISOString(),
    acknowledged: (before?.acknowledged ?? 0) + arrivedBefore(arrivals, until),
    unexplained: isOpen ? (judged.notJudged === null ? judged.missing : null) : (before?.unexplained ?? 0),
    ...errors,
  };
};
