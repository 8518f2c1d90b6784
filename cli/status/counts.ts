import { COUNTS_PREFIX, countsKey, countsSchema, FAILED_BATCHES_PREFIX, minuteOfCounts } from '../../contracts/telemetry';
import { collect, concurrently } from '../../handlers/aws/concurrently';
import type { LakeObjects } from '../../handlers/aws/objects';
import { counted, readableCount } from '../format/readable';
import { tableLines } from '../format/table';

/** What the consumer of the telemetry feed counted lately. */
export interface CountsStatus {
  /** Newest first. */
  readonly minutes: readonly MinuteCounts[];
  /** Batches that the consumer could not take, described by Lambda. */
  readonly failedBatches: number;
  /** The newest of them. */
  readonly lastFailedBatch: string | null;
}

export interface MinuteCounts {
  /** `2026-11-22T06:15Z`. */
  readonly minute: string;
  readonly points: number;
  readonly gridDegrees: number;
  /** Points by the cell that they lie in, over all shards: `<latitude>,<longitude>` of its south-western corner. */
  readonly cells: Readonly<Record<string, number>>;
}

/** How far back is looked. */
export const COUNTS_MINUTES = 60;

export const collectCounts = async (objects: LakeObjects, nowMillis: number): Promise<CountsStatus> => {
  const since = new Date(nowMillis - COUNTS_MINUTES * 60_000).toISOString();
  // Keys sort by time: what is older is not listed.
  const startAfter = countsKey(since, '', '').split('/').slice(0, -1).join('/');
  const listed = await collect(objects.list(COUNTS_PREFIX, { startAfter }));
  const keys = listed.map(({ key }) => key).filter((key) => minuteOfCounts(key) !== undefined);
  const counts = await concurrently(keys, 8, async (key) => ({
    minute: minuteOfCounts(key) ?? '',
    ...(await objects.requireJson(key, countsSchema)),
  }));
  const minutes = new Map<string, { minute: string; points: number; gridDegrees: number; cells: Record<string, number> }>();
  for (const { minute, cells, gridDegrees } of counts) {
    const total = minutes.get(minute) ?? { minute, points: 0, gridDegrees, cells: {} };
    for (const [cell, points] of Object.entries(cells)) {
      total.cells[cell] = (total.cells[cell] ?? 0) + points;
      total.points += points;
    }
    minutes.set(minute, total);
  }
  const failed = (await collect(objects.list(FAILED_BATCHES_PREFIX))).sort((left, right) =>
    left.lastModified < right.lastModified ? -1 : 1,
  );
  return {
    minutes: [...minutes.values()].reverse(),
    failedBatches: failed.length,
    lastFailedBatch: failed.at(-1)?.key ?? null,
  };
};

const SHOWN_MINUTES = 10;
const SHOWN_CELLS = 3;

const busiest = (cells: Readonly<Record<string, number>>): string =>
  Object.entries(cells)
    .sort(([leftCell, left], [rightCell, right]) => right - left || (leftCell < rightCell ? -1 : 1))
    .slice(0, SHOWN_CELLS)
    .map(([cell, points]) => `${cell}: ${readableCount(points)}`)
    .join('  ');

/** The counts for people. */
export const countsLines = (
  { minutes, failedBatches, lastFailedBatch }: CountsStatus,
  width: number | undefined,
): readonly string[] => {
  const points = minutes.reduce((sum, minute) => sum + minute.points, 0);
  const failed =
    failedBatches === 0 ? [] : [`failed batches: ${readableCount(failedBatches)}, the last: ${String(lastFailedBatch)}`];
  if (minutes.length === 0) return [`counted in the last ${COUNTS_MINUTES} minutes: nothing`, ...failed];
  const rows = minutes
    .slice(0, SHOWN_MINUTES)
    .map((one) => [one.minute, readableCount(one.points), readableCount(Object.keys(one.cells).length), busiest(one.cells)]);
  const columns = [
    { title: 'minute' },
    { title: 'points', right: true },
    { title: 'cells', right: true },
    { title: 'busiest (south, west)' },
  ];
  return [
    `counted in the last ${COUNTS_MINUTES} minutes: ${counted(points, 'point')} in ${counted(minutes.length, 'minute')}`,
    ...tableLines(columns, rows, width),
    ...(minutes.length > SHOWN_MINUTES ? [`… and ${minutes.length - SHOWN_MINUTES} more; --json has them all`] : []),
    ...failed,
  ];
};
