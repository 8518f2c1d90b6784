import { GetScheduleCommand, ResourceNotFoundException } from '@aws-sdk/client-scheduler';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  InvalidArn,
  ListExecutionsCommand,
  type ExecutionListItem,
} from '@aws-sdk/client-sfn';
import { feedNamed } from '../../contracts/feeds';
import { reportKey, LATE } from '../../contracts/lake';
import { collect, concurrently } from '../../handlers/aws/concurrently';
import { readLock } from '../../handlers/aws/lock';
import { reportSchema, type SetAside } from '../../workflows/documents';
import type { Connection } from '../connection';
import { runIdOf } from '../execution';
import { collectCounts, type CountsStatus } from './counts';
import { lakeCensus, pendingOf, type Pending } from '../lake-census';

export interface PartitionStatus {
  readonly partition: string;
  /** False for one in the catalog that no run of ours published. */
  readonly published: boolean;
  readonly rows: number;
  readonly copies: number;
  readonly files: number;
  readonly bytes: number;
  readonly run: string | null;
  readonly held: string | null;
}

export interface RunStatus {
  readonly executionArn: string;
  readonly run: string;
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** What follows is the report's; null where the run left none (refused, already running, still at work). */
  readonly partitions: number | null;
  readonly dryRun: boolean | null;
  readonly duplicates: number | null;
  readonly failedBatches: number | null;
  readonly unreadable: readonly SetAside[];
}

export interface LockStatus {
  readonly owner: string | null;
  readonly run: string | null;
  readonly since: string;
  readonly ageSeconds: number;
  /** Of the owner's execution; null where it is none that is known. */
  readonly ownerStatus: string | null;
}

export interface Status {
  readonly feed: string;
  /** On the host's clock. */
  readonly now: string;
  readonly partitions: readonly PartitionStatus[];
  readonly pending: readonly (Pending & { readonly partition: string })[];
  /** Of all objects that wait, of late ones too: the one that has waited longest. Null where none waits. */
  readonly oldest: { readonly partition: string; readonly key: string; readonly lastModified: string } | null;
  /** Late objects that wait to be routed. */
  readonly late: Pending;
  readonly misplaced: readonly string[];
  readonly runs: readonly RunStatus[];
  /** What the last runs could not read and is still not compacted, with the newest reason. */
  readonly unreadable: readonly SetAside[];
  readonly lock: LockStatus | null;
  readonly schedule: {
    readonly name: string;
    readonly state: string;
    readonly expression: string;
    readonly timeZone: string;
  } | null;
  /** What the consumer counted lately, where the feed has one. */
  readonly counts?: CountsStatus;
}

const LAST_RUNS = 10;
/** The feed whose stream a consumer reads as well. */
const TELEMETRY = 'telemetry';

/** The newest executions by the feed that their input names. */
export type ExecutionsByFeed = ReadonlyMap<string, readonly ExecutionListItem[]>;

/** One machine runs all feeds: of so many executions about as many are of each. */
export const lastExecutions = async ({ sfn, outputs }: Connection): Promise<ExecutionsByFeed> => {
  const maxResults = LAST_RUNS * Object.keys(outputs.feeds).length;
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: outputs.stateMachineArn, maxResults }));
  const feeds = await concurrently(executions, 4, async ({ executionArn }) => {
    const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return feedOfInput(input);
  });
  const byFeed = new Map<string, ExecutionListItem[]>();
  for (const [index, execution] of executions.entries()) {
    const feed = feeds[index] ?? '';
    byFeed.set(feed, [...(byFeed.get(feed) ?? []), execution]);
  }
  return byFeed;
};

const runsOf = ({ objects }: Connection, feed: string, executions: readonly ExecutionListItem[]): Promise<readonly RunStatus[]> =>
  concurrently(
    executions.slice(0, LAST_RUNS),
    4,
    async ({ executionArn = '', status = 'RUNNING', startDate = new Date(0), stopDate }): Promise<RunStatus> => {
      const run = runIdOf(executionArn, startDate);
      const report = await objects.readJson(reportKey(feed, run), reportSchema);
      return {
        executionArn,
        run,
        status,
        startedAt: startDate.toISOString(),
        endedAt: stopDate?.toISOString() ?? null,
        partitions: report?.partitions ?? null,
        dryRun: report?.dryRun ?? null,
        duplicates: report?.lines.duplicates ?? null,
        failedBatches: report?.failed.length ?? null,
        unreadable: report?.unreadable ?? [],
      };
    },
  );

/** The feed that an execution's input names; events where it names none, or is none that a run would take. */
export const feedOfInput = (input: string | undefined): string => {
  try {
    const { feed } = (JSON.parse(input ?? '{}') ?? {}) as { readonly feed?: unknown };
    return typeof feed === 'string' ? feed : 'events';
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return 'events';
    throw thrown;
  }
};

const ownerStatusOf = async ({ sfn }: Connection, owner: string | undefined): Promise<string | null> => {
  if (owner === undefined || !owner.startsWith('arn:')) return null;
  try {
    return (await sfn.send(new DescribeExecutionCommand({ executionArn: owner }))).status ?? null;
  } catch (thrown) {
    if (thrown instanceof ExecutionDoesNotExist || thrown instanceof InvalidArn) return null;
    throw thrown;
  }
};

const lockOf = async (connection: Connection, feed: string): Promise<LockStatus | null> => {
  const held = await readLock(connection.objects, feed);
  if (held === undefined) return null;
  const since = held.lock?.at ?? held.lastModified;
  return {
    owner: held.lock?.owner ?? null,
    run: held.lock?.run ?? null,
    since,
    ageSeconds: Math.max(0, Math.round((connection.now - Date.parse(since)) / 1_000)),
    ownerStatus: await ownerStatusOf(connection, held.lock?.owner),
  };
};

const scheduleOf = async ({ scheduler, outputs }: Connection, feed: string): Promise<Status['schedule']> => {
  const scheduleName = outputs.feeds[feed]?.scheduleName ?? outputs.scheduleName;
  try {
    const { Name, State, ScheduleExpression, ScheduleExpressionTimezone } = await scheduler.send(
      new GetScheduleCommand({ Name: scheduleName }),
    );
    return {
      name: Name ?? scheduleName,
      state: State ?? '',
      expression: ScheduleExpression ?? '',
      timeZone: ScheduleExpressionTimezone ?? 'UTC',
    };
  } catch (thrown) {
    if (thrown instanceof ResourceNotFoundException) return null;
    throw thrown;
  }
};

const identity = ({ key, etag }: { readonly key: string; readonly etag: string }): string => `${key}\n${etag}`;

/** Not every run looks at every object: one that was set aside stays so until it is compacted or replaced. `runs` has the newest first. */
export const stillUnreadable = (
  runs: readonly Pick<RunStatus, 'unreadable'>[],
  fresh: readonly { readonly key: string; readonly etag: string }[],
): readonly SetAside[] => {
  const waiting = new Set(fresh.map(identity));
  const named = new Map<string, SetAside>();
  for (const aside of runs.flatMap(({ unreadable }) => unreadable))
    if (waiting.has(identity(aside)) && !named.has(identity(aside))) named.set(identity(aside), aside);
  return [...named.values()];
};

/** The object that has waited longest. */
export const oldestOf = (waiting: readonly (Pending & { readonly partition: string })[]): Status['oldest'] =>
  waiting
    .flatMap(({ partition, oldest }) => (oldest === null ? [] : [{ partition, ...oldest }]))
    .sort((left, right) => (left.lastModified < right.lastModified ? -1 : Number(left.lastModified > right.lastModified)))[0] ??
  null;

/** Looks at everything that tells where the lake stands; changes nothing. */
export const collectStatus = async (
  connection: Connection,
  feed: string,
  executions: ExecutionsByFeed,
  onProgress: (line: string) => void,
): Promise<Status> => {
  const catalog = await collect(connection.partitions(feed).all());
  const census = await lakeCensus(connection.objects, feedNamed(feed), catalog, (count) =>
    onProgress(`status: ${count} partitions of ${feed} listed`),
  );
  const pending = census.partitions.flatMap(({ path, fresh }) =>
    fresh.length === 0 ? [] : [{ partition: path, ...pendingOf(fresh) }],
  );
  const late = pendingOf(census.late.fresh);
  const runs = await runsOf(connection, feed, executions.get(feed) ?? []);
  return {
    feed,
    now: connection.place.now,
    partitions: census.partitions.flatMap(({ path, registered }) => {
      if (registered === undefined) return [];
      const { published } = registered;
      return [
        {
          partition: path,
          published: published !== undefined,
          rows: published?.rows ?? 0,
          copies: published?.copies ?? 0,
          files: published?.files ?? 0,
          bytes: published?.bytes ?? 0,
          run: published?.run ?? null,
          held: published?.held ?? null,
        },
      ];
    }),
    pending,
    oldest: oldestOf([...pending, { partition: LATE, ...late }]),
    late,
    misplaced: census.misplaced,
    runs,
    unreadable: stillUnreadable(runs, [...census.late.fresh, ...census.partitions.flatMap(({ fresh }) => fresh)]),
    lock: await lockOf(connection, feed),
    schedule: await scheduleOf(connection, feed),
    ...(feed === TELEMETRY && { counts: await collectCounts(connection.objects, connection.now) }),
  };
};
