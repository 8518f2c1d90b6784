import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Feed } from '../../contracts/feeds';
import { accountsKey } from '../../contracts/lake';
import {
  accountsSchema,
  arrivedBefore,
  firstArrival,
  HOUR_MILLIS,
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
 * inflated, and of those under way all but the first are left for the next run: at the 60 MB/s of one processor at which lines are even judged,
 * and counting them is quicker, that and what the first one may go on to have take less than four of the function's five minutes. Compressed
 * bytes would bound nothing, since one record that is refused a million times shrinks to next to nothing. One object that alone has more than
 * `bytesOfOne` would keep every run from ever counting it: it counts as unreadable.
 */
const COUNTED_A_RUN = { objects: 20_000, inflatedBytes: 8 * 1024 ** 3, bytesOfOne: 4 * 1024 ** 3 };
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
  const counted = await countedOf(
    objects,
    listed.filter((object) => fresh.has(object.key)),
    mostCounted,
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

class TooLarge extends Error {}
class LeftForNextRun extends Error {}

/** Lines by key, undefined where nobody can count them; what is left for the next run is not there. */
const countedOf = async (
  objects: LakeObjects,
  fresh: readonly ListedObject[],
  most: typeof COUNTED_A_RUN,
): Promise<ReadonlyMap<string, number | undefined>> => {
  let inflatedBytes = 0;
  const underWay = new Set<number>();
  const counted = await concurrently(fresh, CONCURRENT_READS, async (object, index) => {
    if (inflatedBytes >= most.inflatedBytes) return [];
    underWay.add(index);
    let own = 0;
    try {
      const lines = await countErrorLines(objects, object, ({ length }) => {
        inflatedBytes += length;
        own += length;
        if (own > most.bytesOfOne) throw new TooLarge();
        // The first one goes on, so that every run counts one at least.
        if (inflatedBytes > most.inflatedBytes && index > Math.min(...underWay)) throw new LeftForNextRun();
      });
      return [[object.key, linesOf(lines)] as const];
    } catch (thrown) {
      if (thrown instanceof TooLarge) return [[object.key, undefined] as const];
      if (thrown instanceof LeftForNextRun) return [];
      throw thrown;
    } finally {
      underWay.delete(index);
    }
  });
  return new Map(counted.flat());
};

/** An account that a run cannot bring up to date may lag behind by so much: what passes within a night or two wakes nobody. */
const OVERDUE_MILLIS = 3 * 24 * HOUR_MILLIS;

/**
 * Why a run that could not bring the account up to date has to fail: nobody has counted for days, or ever. Undefined where the next run may
 * well do it.
 */
export const overdue = async (
  objects: Pick<LakeObjects, 'readJson'>,
  feed: Feed,
  failure: string,
  now: string,
): Promise<string | undefined> => {
  const account = await objects.readJson(accountsKey(feed.name), accountsSchema);
  if (account !== undefined && Date.parse(account.until) >= Date.parse(now) - OVERDUE_MILLIS) return undefined;
  const since = account === undefined ? 'never been counted' : `not been counted since ${account.until}`;
  return `AccountOverdue: what was acknowledged has ${since}: ${failure}`;
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
