import { readableDuration } from '../duration';
import { counted, readableBytes, readableCount } from '../format/readable';
import { tableLines } from '../format/table';
import type { Status } from './collect';

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);

const since = (iso: string, now: string): string => readableDuration(Date.parse(now) - Date.parse(iso));

/** What somebody should look at; nothing where all is well. */
const remarks = ({ lock, partitions, unreadable, misplaced, schedule }: Status): readonly string[] => {
  const held = partitions.filter((partition) => partition.held !== null).length;
  const foreign = partitions.filter(({ published }) => !published).length;
  return [
    ...(lock === null ? [] : [lock.ownerStatus === 'RUNNING' ? 'a run is at work' : 'the lock is left behind']),
    ...(unreadable.length === 0 ? [] : [`${counted(unreadable.length, 'object')} unreadable`]),
    ...(held === 0 ? [] : [`${counted(held, 'partition')} held`]),
    ...(foreign === 0 ? [] : [`${counted(foreign, 'partition')} not published by a run`]),
    ...(misplaced.length === 0 ? [] : [`${counted(misplaced.length, 'object')} laid out as no partition`]),
    ...(schedule?.state === 'ENABLED' ? [] : [schedule === null ? 'no schedule' : 'the schedule is off']),
  ];
};

const row = (status: Status): readonly string[] => {
  const { feed, partitions, pending, late, oldest, runs, now } = status;
  const waiting = [...pending, late];
  const objects = sum(waiting, (one) => one.objects);
  const [last] = runs.filter(({ dryRun }) => dryRun !== true);
  return [
    feed,
    readableCount(sum(partitions, ({ rows }) => rows)),
    readableCount(partitions.length),
    objects === 0 ? '' : `${readableCount(objects)}, ${readableBytes(sum(waiting, ({ bytes }) => bytes))}`,
    oldest === null ? '' : since(oldest.lastModified, now),
    last === undefined ? 'none yet' : `${last.status.toLowerCase()} ${since(last.startedAt, now)} ago`,
    remarks(status).join(', '),
  ];
};

/** All feeds of a stack for people: a line each. */
export const overviewLines = (stack: string, statuses: readonly Status[], width: number | undefined): readonly string[] => [
  `stack ${stack} at ${statuses[0]?.now ?? ''}`,
  '',
  ...tableLines(
    [
      { title: 'feed' },
      { title: 'rows', right: true },
      { title: 'partitions', right: true },
      { title: 'files not yet compacted', right: true },
      { title: 'oldest', right: true },
      { title: 'last run' },
      { title: '' },
    ],
    statuses.map(row),
    width,
  ),
  '',
  '`lithify status --feed NAME` shows one feed: its partitions, what waits and for how long, its runs, lock and schedule',
];
