import type { Plan, PlannedPartition, Report } from '../../workflows/documents';
import { acknowledgedLines } from './acknowledged';
import { counted, readableBytes, readableCount, readableDollars } from './readable';
import { tableLines } from './table';

/** What is shown of a long list; the whole one is in the JSON document. */
const SHOWN = 40;

const bytesOf = ({ newBytes, published }: PlannedPartition): number => newBytes + (published?.bytes ?? 0);

/** A partition's part of the estimate, by its part of the bytes: batches share the minimum that each query is billed. */
export const partitionDollars = (plan: Plan, partition: PlannedPartition): number =>
  partition.due && plan.estimatedBytes > 0 ? (plan.estimatedDollars * bytesOf(partition)) / plan.estimatedBytes : 0;

const more = (shown: number, all: number): readonly string[] =>
  all > shown ? [`… and ${readableCount(all - shown)} more; --json has them all`] : [];

export const planLines = (plan: Plan, width: number | undefined): readonly string[] => {
  const due = plan.partitions.filter((partition) => partition.due);
  const rows = [...plan.partitions]
    .sort((left, right) => Number(right.due) - Number(left.due))
    .slice(0, SHOWN)
    .map((partition) => [
      partition.partition,
      partition.due ? 'due' : 'not due',
      readableCount(partition.newObjects),
      readableBytes(bytesOf(partition)),
      partition.due ? readableDollars(partitionDollars(plan, partition)) : '-',
      partition.reason,
    ]);
  return [
    `plan of run ${plan.run}: ${counted(due.length, 'partition')} due in ${plan.batches.length} batch${plan.batches.length === 1 ? '' : 'es'}, ` +
      `about ${readableBytes(plan.estimatedBytes)} to scan for ${readableDollars(plan.estimatedDollars)}; ` +
      `${readableCount(plan.listedObjects)} objects listed${plan.full ? ', all there are' : ''}; nothing was changed`,
    ...(rows.length === 0 ? ['no partition has anything new'] : []),
    ...(rows.length === 0
      ? []
      : tableLines(
          [
            { title: 'partition' },
            { title: '' },
            { title: 'new', right: true },
            { title: 'reads', right: true },
            { title: 'cost', right: true },
            { title: 'why' },
          ],
          rows,
          width,
        )),
    ...more(SHOWN, plan.partitions.length),
    ...plan.misplaced.slice(0, 5).map((key) => `not laid out as a partition, and left alone: ${key}`),
  ];
};

const accountLines = ({
  copiesBefore,
  lines,
  copiesAfter,
  waiting,
  differences,
}: NonNullable<Report['accounts']>): readonly string[] => [
  `  accounts   ${readableCount(copiesBefore)} copies before + ${readableCount(lines)} lines in = ${readableCount(copiesAfter)} copies; ` +
    `${counted(waiting.objects, 'object')} of ${counted(waiting.partitions, 'partition')} wait for another run`,
  ...differences.map((difference) => `    FAIL ${difference}`),
];

/** What a rebuild found, before it published: equal, or what differs, with a few keys. */
const comparedLines = ({ compared }: Report): readonly string[] => {
  if (compared.length === 0) return [];
  const differing = compared.filter(({ equal }) => !equal);
  return [
    `  compared   ${counted(compared.length, 'rebuilt partition')} with what was published: ${readableCount(compared.length - differing.length)} equal, ${readableCount(differing.length)} not`,
    ...differing
      .slice(0, SHOWN)
      .flatMap(({ partition, differences }) =>
        differences.map(
          ({ what, rows, examples }) =>
            `    ${partition}: ${DIFFERENCE_WORDS[what]}: ${counted(rows, 'row')}, such as ${examples.join(', ')}`,
        ),
      ),
    ...more(SHOWN, differing.length),
  ];
};

const DIFFERENCE_WORDS = {
  'only rebuilt': 'only here, not in what was published',
  'only published': 'only in what was published, not here',
  payload: 'another payload',
  copies: 'another number of copies',
  columns: 'the same payload, but another value of a column',
} as const satisfies Readonly<Record<Report['compared'][number]['differences'][number]['what'], string>>;

export const reportLines = (report: Report, width: number | undefined): readonly string[] => {
  const { lines, files, bytes } = report;
  const perPartition = [...report.perPartition]
    .sort((left, right) => right.lines - left.lines)
    .slice(0, SHOWN)
    .map(({ partition, ...counts }) => [
      partition,
      readableCount(counts.lines),
      readableCount(counts.rows),
      readableCount(counts.sources),
      readableCount(counts.files),
      readableBytes(counts.bytes),
    ]);
  return [
    `run ${report.run} ${report.status}: ${counted(report.partitions, 'partition')} published in ${report.batches} batch${report.batches === 1 ? '' : 'es'}`,
    ...(report.error === undefined ? [] : [`  stopped by ${report.error}`]),
    `  lines      ${readableCount(lines.in)} in, ${readableCount(lines.duplicates)} duplicates, ${readableCount(lines.late)} late, ${readableCount(lines.rejected)} rejected, ${readableCount(lines.conflicts)} in conflict, ${readableCount(lines.typeConflicts)} under another type too`,
    ...(report.accounts === undefined ? [] : accountLines(report.accounts)),
    ...(report.acknowledged === undefined ? [] : acknowledgedLines(report.acknowledged).map((line) => `  ${line}`)),
    ...(report.accountFailure === undefined
      ? []
      : [
          `  FAIL acknowledged: not counted, left to the next run: ${report.accountFailure.replaceAll(/\s+/g, ' ').slice(0, 300)}`,
        ]),
    `  files      ${readableCount(files.before)} -> ${readableCount(files.after)} (${readableBytes(bytes.before)} -> ${readableBytes(bytes.after)})`,
    `  cost       ${counted(report.queries, 'query', 'queries')}, ${readableBytes(report.bytesScanned)} scanned, ${readableDollars(report.dollars)}`,
    ...report.unreadable.map(({ key, reason }) => `  unreadable ${key}: ${reason}`),
    ...report.misplaced.slice(0, 5).map((key) => `  misplaced  ${key}: laid out like no partition, and left alone`),
    ...more(5, report.misplaced.length),
    ...(report.lateLeft ? ['  late       more late objects than one run routes: the rest is left to the next'] : []),
    ...report.failed.map(
      ({ batch, error, cause }) => `  failed     ${batch}: ${error}: ${cause.replaceAll(/\s+/g, ' ').slice(0, 300)}`,
    ),
    ...report.leftOut.map(({ partition, reason }) => `  left out   ${partition}: ${reason}`),
    ...comparedLines(report),
    ...report.superseded.map(({ partition, reason }) => `  superseded ${partition}: ${reason}`),
    ...(perPartition.length === 0
      ? []
      : tableLines(
          [{ title: 'partition' }, ...['lines', 'rows', 'sources', 'files', 'bytes'].map((title) => ({ title, right: true }))],
          perPartition,
          width,
        )),
    ...more(SHOWN, report.perPartition.length),
  ];
};
