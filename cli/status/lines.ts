import { counted, readableBytes, readableCount } from '../format/readable';
import { readableDuration } from '../duration';
import { tableLines } from '../format/table';
import type { RunStatus, Status } from './collect';
import { countsLines } from './counts';

/** What is shown of a long list; the whole one is in the JSON document. */
const SHOWN = 15;

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
const more = (all: number): readonly string[] =>
  all > SHOWN ? [`… and ${readableCount(all - SHOWN)} more; --json has them all`] : [];

const partitionLines = ({ feed, partitions }: Status, width: number | undefined): readonly string[] => {
  const heading =
    `${feed}: ${counted(partitions.length, 'partition')}, ${counted(
      sum(partitions, ({ rows }) => rows),
      'row',
    )}, ` +
    `${counted(
      sum(partitions, ({ files }) => files),
      'file',
    )}, ${readableBytes(sum(partitions, ({ bytes }) => bytes))}`;
  if (partitions.length === 0) return [`${feed}: nothing is published yet`];
  const rows = [...partitions]
    .sort((left, right) => right.rows - left.rows)
    .slice(0, SHOWN)
    .map(({ partition, rows: count, copies, files, bytes, published, held }) => [
      partition,
      readableCount(count),
      readableCount(copies),
      readableCount(files),
      readableBytes(bytes),
      published ? (held === null ? '' : `held after a rollback of ${held}`) : 'not published by a run',
    ]);
  const numbers = ['rows', 'copies', 'files', 'bytes'].map((title) => ({ title, right: true }));
  return [heading, ...tableLines([{ title: 'partition' }, ...numbers, { title: '' }], rows, width), ...more(partitions.length)];
};

const age = (iso: string, now: string): string => readableDuration(Date.parse(now) - Date.parse(iso));

const ago = (iso: string, now: string): string =>
  Date.parse(now) - Date.parse(iso) < 1_000 ? 'just now' : `${age(iso, now)} ago`;

const pendingLines = ({ pending, late, oldest, misplaced, now }: Status, width: number | undefined): readonly string[] => {
  const all = late.objects === 0 ? pending : [...pending, { partition: 'late, to be routed', ...late }];
  const objects = sum(all, (one) => one.objects);
  const rest = misplaced.slice(0, 5).map((key) => `not laid out as a partition, and left alone: ${key}`);
  if (objects === 0) return ['not yet compacted: nothing', ...rest];
  const rows = [...all]
    .sort((left, right) => right.objects - left.objects)
    .slice(0, SHOWN)
    .map((one) => [
      one.partition,
      readableCount(one.objects),
      readableBytes(one.bytes),
      one.oldest === null ? '' : age(one.oldest.lastModified, now),
    ]);
  return [
    `not yet compacted: ${counted(objects, 'small file')} of ${counted(all.length, 'partition')}, ${readableBytes(sum(all, ({ bytes }) => bytes))}`,
    ...tableLines(
      [
        { title: 'partition' },
        { title: 'files', right: true },
        { title: 'bytes', right: true },
        { title: 'oldest', right: true },
      ],
      rows,
      width,
    ),
    ...more(all.length),
    ...(oldest === null ? [] : [`oldest not yet compacted: ${oldest.key}, ${age(oldest.lastModified, now)} old`]),
    ...rest,
  ];
};

const count = (value: number | null): string => (value === null ? '-' : readableCount(value));

const runLines = ({ runs, unreadable, now }: Status, width: number | undefined): readonly string[] => {
  if (runs.length === 0) return ['runs: none yet'];
  const rows = runs.map((run: RunStatus) => [
    run.run,
    `${run.status}${run.dryRun === true ? ' (dry run)' : ''}`,
    ago(run.startedAt, now),
    count(run.partitions),
    count(run.duplicates),
    count(run.failedBatches),
    count(run.partitions === null ? null : run.unreadable.length),
  ]);
  const numbers = ['partitions', 'duplicates', 'failed', 'unreadable'].map((title) => ({ title, right: true }));
  return [
    'last runs',
    ...tableLines([{ title: 'run' }, { title: 'status' }, { title: 'started' }, ...numbers], rows, width),
    ...unreadable.map(({ key, reason }) => `unreadable: ${key}: ${reason}`),
  ];
};

const lockLine = ({ lock }: Status): string => {
  if (lock === null) return 'lock: free';
  const owner = lock.owner ?? 'an owner that cannot be read';
  return `lock: held for ${readableDuration(lock.ageSeconds * 1_000)} by ${owner}, ${lock.ownerStatus ?? 'no execution that is known'}`;
};

const scheduleLine = ({ schedule }: Status): string =>
  schedule === null ? 'schedule: none' : `schedule: ${schedule.expression} ${schedule.timeZone}, ${schedule.state.toLowerCase()}`;

/** The status for people. */
export const statusLines = (status: Status, width: number | undefined): readonly string[] => [
  `feed ${status.feed} at ${status.now}`,
  '',
  ...partitionLines(status, width),
  '',
  ...pendingLines(status, width),
  '',
  ...runLines(status, width),
  '',
  lockLine(status),
  scheduleLine(status),
  ...(status.counts === undefined ? [] : ['', ...countsLines(status.counts, width)]),
];
