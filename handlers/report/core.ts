import { feedNamed } from '../../contracts/feeds';
import type {
  Comparison,
  Expectation,
  Failure,
  GatherOutcome,
  Plan,
  Publication,
  Report,
  RouteOutcome,
  Verification,
} from '../../workflows/documents';
import { runAccounts } from '../../workflows/run-accounts';
import { queryDollars } from '../../workflows/planning';
import type { Run } from '../../workflows/run';

/** What one attempt left in its folder; parts are missing where it died or failed. */
export interface AttemptTrail {
  readonly batch: string;
  readonly attempt: string;
  readonly tasks: number | undefined;
  /** What the attempt left out when it opened; the expectation, where there is one, has these and more. */
  readonly leftOut: Expectation['leftOut'];
  readonly expectation: Expectation | undefined;
  readonly gathered: readonly GatherSummary[];
  readonly verification: Verification | undefined;
  readonly comparison: Comparison | undefined;
  readonly publication: Publication | undefined;
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);

const ended = ({ tasks, expectation, publication }: AttemptTrail): boolean =>
  tasks === 0 || publication?.complete === true || expectation?.partitions.length === 0;

const lastOf = (failures: readonly Failure[]): Failure | undefined =>
  failures.reduce<Failure | undefined>(
    (last, failure) => (last === undefined || failure.tries >= last.tries ? failure : last),
    undefined,
  );

/** Batches of the plan that no attempt brought to an end, each with its last failure. */
export const failedBatches = (
  plan: Plan | undefined,
  trails: readonly AttemptTrail[],
  failures: readonly Failure[],
): readonly Failure[] => {
  const done = new Set(trails.filter(ended).map(({ batch }) => batch));
  return (plan?.batches ?? [])
    .filter(({ batch }) => !done.has(batch))
    .map(
      ({ batch }) =>
        lastOf(failures.filter((failure) => failure.batch === batch)) ?? {
          batch,
          attempt: '',
          tries: 0,
          error: 'Unfinished',
          cause: 'the batch was not brought to an end',
        },
    );
};

/** What a gather invocation did, with what it took of each partition added up: a large run names millions of sources. */
export type GatherSummary = Omit<GatherOutcome, 'gathered'> & {
  readonly byPartition: ReadonlyMap<string, { readonly sources: number; readonly bytes: number }>;
};

export const summarised = ({ gathered, ...rest }: GatherOutcome): GatherSummary => {
  const byPartition = new Map<string, { sources: number; bytes: number }>();
  for (const { partition, bytes } of gathered) {
    const before = byPartition.get(partition);
    byPartition.set(partition, { sources: (before?.sources ?? 0) + 1, bytes: (before?.bytes ?? 0) + bytes });
  }
  return { ...rest, byPartition };
};

/** The sources whose lines a published partition got, attempt by attempt: what failed attempts gathered was gathered again. */
const gatheredInto = ({
  gathered,
  publication,
}: AttemptTrail): readonly { readonly sources: number; readonly bytes: number }[] => {
  const published = new Set(publication?.published.map(({ partition }) => partition));
  return gathered.flatMap(({ byPartition }) =>
    [...byPartition].flatMap(([partition, taken]) => (published.has(partition) ? [taken] : [])),
  );
};

/**
 * What each query scanned, those of failed attempts included: they are billed like any others. A verification is noted whether it passes or
 * not; of an attempt that failed before it, the failure has what the CTAS scanned.
 */
const scansOf = (trails: readonly AttemptTrail[], failures: readonly Failure[]): readonly number[] => {
  const verified = new Set(trails.flatMap(({ attempt, verification }) => (verification === undefined ? [] : [attempt])));
  return [
    ...trails.flatMap(({ verification, comparison }) => [
      ...(verification?.bytesScanned ?? []),
      ...(comparison?.bytesScanned ?? []),
    ]),
    ...failures.flatMap(({ attempt, createBytes }) => (createBytes === undefined || verified.has(attempt) ? [] : [createBytes])),
  ];
};

const equalIn = ({ verification, publication }: AttemptTrail): number => {
  const published = new Set(publication?.published.map(({ partition }) => partition));
  const verified = verification?.partitions.filter(({ partition }) => published.has(partition)) ?? [];
  return sum(verified, ({ equal }) => equal);
};

/** Each source once, however many attempts met it. */
const distinct = <T extends { readonly key: string; readonly etag: string }>(sources: readonly T[]): readonly T[] => [
  ...new Map(sources.map((source) => [`${source.key}\n${source.etag}`, source])).values(),
];

/** What the run was asked for: the run without what the machine adds to it. */
const inputOf = ({ run: _run, table: _table, executionArn: _arn, startedAt: _at, ...input }: Run): Report['input'] => input;

/** What a rebuild did not even begin with, though it is published: of what nothing is left, say. */
const notRebuilt = (run: Run, plan: Plan | undefined): Report['leftOut'] =>
  run.rebuild
    ? (plan?.partitions ?? [])
        .filter(({ due, published }) => !due && published !== undefined)
        .map(({ partition, reason }) => ({ partition, reason }))
    : [];

/** Adds up a run from what its steps wrote. Pure: the same folder always gives the same report. */
export const reportOf = (
  run: Run,
  endedAt: string,
  error: string | undefined,
  plan: Plan | undefined,
  routes: readonly RouteOutcome[],
  trails: readonly AttemptTrail[],
  failures: readonly Failure[],
): Report => {
  const failed = run.dryRun ? [] : failedBatches(plan, trails, failures);
  const published = trails.flatMap(({ publication }) => publication?.published ?? []);
  const gathered = trails.flatMap((trail) => trail.gathered);
  const compacted = trails.flatMap(gatheredInto);
  const routedNow = distinct([...routes, ...gathered].flatMap(({ routed }) => routed));
  const scans = scansOf(trails, failures);
  const unreadable = distinct([...routes, ...gathered].flatMap((outcome) => outcome.unreadable));
  const unread = distinct([...routes, ...gathered].flatMap((outcome) => outcome.unread));
  const rowsBefore = run.rebuild ? 0 : sum(published, ({ before }) => before?.rows ?? 0);
  const lines = sum(published, (partition) => partition.lines);
  const whileGathering = distinct(gathered.flatMap(({ routed }) => routed));
  const accounts = runAccounts(published, plan, run.rebuild, whileGathering);
  return {
    run: run.run,
    table: run.table,
    executionArn: run.executionArn,
    startedAt: run.startedAt,
    endedAt,
    status: error === undefined && failed.length === 0 && accounts.differences.length === 0 ? 'succeeded' : 'failed',
    accounts,
    ...(error === undefined ? {} : { error }),
    dryRun: run.dryRun,
    input: inputOf(run),
    partitions: published.length,
    batches: plan?.batches.length ?? 0,
    failed: [...failed],
    superseded: trails.flatMap(({ publication }) => publication?.superseded ?? []),
    compared: trails.flatMap(({ comparison }) => comparison?.partitions ?? []),
    leftOut: [...trails.flatMap(({ expectation, leftOut }) => expectation?.leftOut ?? leftOut), ...notRebuilt(run, plan)],
    lines: {
      in: lines,
      duplicates: lines - (sum(published, ({ after }) => after.rows) - rowsBefore),
      conflicts: sum(published, ({ conflicts }) => conflicts),
      typeConflicts: sum(
        trails
          .filter(({ publication }) => publication !== undefined)
          .flatMap(({ verification }) => verification?.partitions ?? []),
        (partition) => partition.typeConflicts ?? 0,
      ),
      equal: sum(trails, equalIn),
      // Where the layout says nothing of partitions, everything is routed, and nothing late by that.
      late:
        feedNamed(run.feed).rawLayout !== 'partition'
          ? 0
          : sum(
              routes.flatMap(({ routed }) => routed),
              (routed) => routed.lines - routed.rejected,
            ),
      rejected: sum(routedNow, ({ rejected }) => rejected),
    },
    unreadable: [...unreadable],
    unread: [...unread],
    misplaced: [...(plan?.misplaced ?? [])],
    lateLeft: routes.some(({ left }) => left),
    changed: new Set(gathered.flatMap(({ changed }) => changed)).size,
    gathered: { objects: sum(gathered, ({ objects }) => objects), bytes: sum(gathered, ({ bytes }) => bytes) },
    files: {
      before: sum(compacted, ({ sources }) => sources) + sum(published, ({ before }) => before?.files ?? 0),
      after: sum(published, ({ after }) => after.files),
    },
    bytes: {
      before: sum(compacted, ({ bytes }) => bytes) + sum(published, ({ before }) => before?.bytes ?? 0),
      after: sum(published, ({ after }) => after.bytes),
    },
    bytesScanned: sum(scans, (bytes) => bytes),
    queries: scans.length,
    dollars: sum(scans, queryDollars),
    perPartition: published.map(({ partition, lines: lineCount, conflicts, after }) => ({
      partition,
      lines: lineCount,
      rows: after.rows,
      copies: after.copies,
      conflicts,
      files: after.files,
      bytes: after.bytes,
      sources: after.sources,
    })),
  };
};

/** One sentence for the machine's last state and for a person's first look. */
export const summaryOf = (report: Report, plan: Plan | undefined): string => {
  const [superseded] = report.superseded;
  const done =
    `run ${report.run}: ${report.partitions} partitions published, ${report.lines.in} lines in, ${report.lines.duplicates} duplicates, ${report.unreadable.length} unreadable` +
    (superseded === undefined ? '' : `; ${report.superseded.length} superseded, the first because ${superseded.reason}`);
  const wrong = report.accounts?.differences ?? [];
  const { acknowledged, accountFailure } = report;
  const lost =
    (acknowledged === undefined || acknowledged.ok
      ? ''
      : `; ${acknowledged.missing} acknowledged records are accounted for nowhere`) +
    (accountFailure === undefined
      ? ''
      : `; what was acknowledged is left to the next run to judge: ${accountFailure.slice(0, 300)}`);
  if (wrong.length > 0) return `${done}; does not add up: ${wrong.join('; ')}`.slice(0, 2_000);
  if (report.error !== undefined) return `${done}; stopped by ${report.error}`.slice(0, 1_000);
  if (report.failed.length === 0) return `${done}${lost}`;
  const named = report.failed.slice(0, 5).map(({ batch, error, cause }) => {
    const partitions =
      plan?.partitions
        .filter(({ due }) => due)
        .slice(0, 3)
        .map(({ partition }) => partition) ?? [];
    return `${batch} (${error}: ${cause.slice(0, 200)}${report.failed.length === 1 && plan?.batches.length === 1 ? `; ${partitions.join(', ')} …` : ''})`;
  });
  return `${done}; failed batches: ${named.join(', ')}`.slice(0, 2_000);
};

/** CloudWatch's embedded metric format: one log line that becomes metrics, without an API call. */
export const metricsOf = (report: Report, now: string): object => {
  const values = {
    LinesIn: report.lines.in,
    Duplicates: report.lines.duplicates,
    Conflicts: report.lines.conflicts,
    Late: report.lines.late,
    Rejected: report.lines.rejected,
    Unreadable: report.unreadable.length,
    Unread: report.unread.length,
    Misplaced: report.misplaced.length,
    FailedBatches: report.failed.length,
    PartitionsPublished: report.partitions,
    FilesBefore: report.files.before,
    FilesAfter: report.files.after,
    BytesScanned: report.bytesScanned,
    Dollars: report.dollars,
    TypeConflicts: report.lines.typeConflicts,
    AccountFailed: report.accountFailure === undefined ? 0 : 1,
    ...(report.acknowledged === undefined
      ? {}
      : { Acknowledged: report.acknowledged.acknowledged, Missing: report.acknowledged.ok ? 0 : report.acknowledged.missing }),
  };
  return {
    _aws: {
      Timestamp: Date.parse(now),
      CloudWatchMetrics: [
        { Namespace: 'lithify', Dimensions: [['Table']], Metrics: Object.keys(values).map((Name) => ({ Name })) },
      ],
    },
    Table: report.table,
    ...values,
  };
};
