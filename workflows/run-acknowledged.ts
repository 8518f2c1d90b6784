import type { Feed } from '../contracts/feeds';
import {
  arrivedInAll,
  arrivedSince,
  errorLinesIn,
  judgeAcknowledged,
  type Accounts,
  type AcknowledgedCheck,
  type Arrivals,
  type CountedErrors,
} from './acknowledged';
import type { Plan, PlannedPartition, Report } from './documents';
import { isPiece, UNREADABLE_PIECES } from './unreadable';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The longest buffer interval of a delivery, and as much again for its own stages and retries of a transform. */
export const DELIVERY_MILLIS = 2 * 900_000;
/** An account that begins so long after the first record cannot know what has been forgotten by then. */
const FORGOTTEN_MILLIS = 7 * DAY;

/** Whether a lake was there long before its account began. */
export const begunBefore = (firstArrivalMillis: number | undefined, nowMillis: number): boolean =>
  firstArrivalMillis !== undefined && nowMillis - firstArrivalMillis > FORGOTTEN_MILLIS;

/** What a run knows of the records of its feed, once it has published. */
export interface RunFacts {
  /** As the last run left it. */
  readonly before: Accounts | undefined;
  readonly errors: CountedErrors;
  /** What all objects that this run or one before could not read may hold at most, raw ones and error objects. */
  readonly unreadableRecords: number;
  /** Error objects that this run left uncounted. */
  readonly errorObjectsLeft: number;
  /** Of what the account does not count yet. */
  readonly arrivals: Arrivals;
  /** Of all hours that were asked for: at least since `waitsSince`. */
  readonly known: Arrivals;
  /** `sum(copies)` over all partitions of the catalog. */
  readonly compacted: number;
  readonly feed: Pick<Feed, 'name' | 'transform'>;
  readonly report: Report;
  readonly plan: Plan | undefined;
  readonly nowMillis: number;
}

/**
 * Whether all that was acknowledged is compacted, under errors/, or may still be on its way. Nobody has counted the lines of objects that wait
 * for another run: as many records may be missing as arrived since the oldest of them could.
 */
export const runAcknowledged = (facts: RunFacts): AcknowledgedCheck => {
  const { before, errors, arrivals, compacted, feed, report, nowMillis } = facts;
  const waiting = waitingIn(facts);
  const since = waitsSince(facts);
  return judgeAcknowledged({
    acknowledged: (before?.acknowledged ?? 0) + arrivedInAll(arrivals) - (before?.unexplained ?? 0),
    accepted: compacted + (report.accounts?.waiting.lines ?? 0),
    errors: errorLinesIn(errors),
    inFlight: undefined,
    recent: arrivedSince(facts.known, since, nowMillis),
    recentBecause:
      waiting.length === 0
        ? 'acknowledged within the time that a delivery may take'
        : `acknowledged since the oldest object could be that waits for another run, ${new Date(since).toISOString()}`,
    unreadable: {
      objects: report.unreadable.length + report.unread.length + errors.unreadable,
      records: facts.unreadableRecords,
    },
    unusableLines: feed.transform === undefined ? report.lines.rejected : undefined,
    excuse: excuseOf(facts, waiting),
  });
};

type Waiting = Pick<RunFacts, 'plan' | 'report'>;

/**
 * Since when the records of whatever waits, or is on its way, may have arrived, milliseconds since the epoch: of an object that waits for
 * its partition to be due that may be many runs ago.
 */
export const waitsSince = (facts: Waiting & Pick<RunFacts, 'nowMillis'>): number => {
  const oldest = waitingIn(facts).reduce((least, { oldestNew }) => Math.min(least, Date.parse(oldestNew ?? '')), facts.nowMillis);
  return Math.max(0, (Number.isNaN(oldest) ? 0 : oldest) - DELIVERY_MILLIS);
};

/** Partitions of which something new is left, by the plan. */
const waitingIn = ({ plan, report }: Waiting): readonly PlannedPartition[] => {
  const published = new Set(report.perPartition.map(({ partition }) => partition));
  return (plan?.partitions ?? []).filter(
    ({ partition, newObjects, left }) => left !== undefined || (newObjects > 0 && !published.has(partition)),
  );
};

const excuseOf = (
  { plan, report, feed, errorObjectsLeft }: RunFacts,
  waiting: readonly PlannedPartition[],
): string | undefined => {
  const { input } = report;
  if (plan === undefined) return 'the run ended before it knew what waits';
  if (input?.eventType !== undefined || input?.from !== undefined || input?.to !== undefined)
    return 'the run looked at a part of the table';
  if (errorObjectsLeft > 0) return `${errorObjectsLeft} error objects are not counted yet`;
  if (report.lateLeft) return 'late objects are left to the next run';
  if (report.changed > 0) return `${report.changed} objects changed under the run`;
  if ([...report.unreadable, ...report.unread].some(({ key }) => isPiece(feed.name, key))) return UNREADABLE_PIECES;
  return waiting.some(({ newPieces = 0 }) => newPieces > 0)
    ? 'pieces of late objects wait for another run, and nobody has noted when their records arrived'
    : undefined;
};
