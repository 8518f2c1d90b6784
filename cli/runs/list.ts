import { DescribeExecutionCommand, ListExecutionsCommand, type ExecutionListItem } from '@aws-sdk/client-sfn';
import { reportKey, runsPrefix } from '../../contracts/lake';
import { collect, concurrently } from '../../handlers/aws/concurrently';
import { reportSchema, type Report } from '../../workflows/documents';
import { runInputSchema, type RunInput } from '../../workflows/run';
import type { Connection } from '../connection';
import { runIdOf } from '../execution';
import { rollbackRecordSchema, rollbacksPrefix, type RollbackRecord } from '../rollback/run-trail';

/** One run as `lithify runs` lists it. */
export interface ListedRun {
  readonly run: string;
  /** Null where Step Functions has forgotten the execution (after 90 days) and there is no report. */
  readonly executionArn: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** `by schedule`, `by hand: force, from 2026-11-01`. */
  readonly started: string;
  /** Of the execution; `already running` where another run held the lock; as the report has it where the execution is forgotten. */
  readonly status: string;
  /** What follows is the report's; null where the run left none. */
  readonly partitions: number | null;
  readonly lines: number | null;
  readonly dollars: number | null;
  /** Partitions that were rolled back since. */
  readonly rolledBack: number;
}

/** How a run was asked for, in a few words. */
export const howStarted = (input: RunInput | undefined): string => {
  if (input === undefined) return 'unknown';
  const { startedBy, eventType, from, to, full, force, rebuild, dryRun } = input;
  const asked = [
    ...(rebuild ? ['rebuild'] : []),
    ...(force ? ['force'] : []),
    ...(full ? ['full'] : []),
    ...(dryRun ? ['dry run'] : []),
    ...(eventType === undefined ? [] : [`type ${eventType}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ];
  return `by ${startedBy ?? 'hand'}${asked.length === 0 ? '' : `: ${asked.join(', ')}`}`;
};

interface SeenExecution {
  readonly item: ExecutionListItem;
  readonly input: RunInput | undefined;
  readonly alreadyRunning: boolean;
}

const parsedJson = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch (thrown) {
    // Whoever started it may have sent anything: the machine has refused it.
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
};

const executionsOf = async ({ sfn, outputs }: Connection, limit: number): Promise<ReadonlyMap<string, SeenExecution>> => {
  const items: ExecutionListItem[] = [];
  let token: string | undefined;
  do {
    const page = await sfn.send(
      new ListExecutionsCommand({
        stateMachineArn: outputs.stateMachineArn,
        maxResults: Math.min(1_000, limit),
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    items.push(...(page.executions ?? []));
    token = page.nextToken;
  } while (token !== undefined && items.length < limit);
  const seen = await concurrently(items, 4, async (item): Promise<readonly [string, SeenExecution]> => {
    const { input, output } = await sfn.send(new DescribeExecutionCommand({ executionArn: item.executionArn }));
    const ended = parsedJson(output) as { readonly status?: unknown } | undefined;
    return [
      runIdOf(item.executionArn ?? '', item.startDate ?? new Date(0)),
      { item, input: runInputSchema.safeParse(parsedJson(input)).data, alreadyRunning: ended?.status === 'already running' },
    ];
  });
  return new Map(seen);
};

export const rollbacksOf = async ({ objects }: Connection, feed: string, run: string): Promise<readonly RollbackRecord[]> =>
  concurrently(await collect(objects.list(rollbacksPrefix(feed, run))), 4, ({ key }) =>
    objects.requireJson(key, rollbackRecordSchema),
  );

const statusOf = (execution: SeenExecution | undefined, report: Report | undefined): string => {
  if (execution?.alreadyRunning === true) return 'already running';
  return execution?.item.status ?? report?.status.toUpperCase() ?? 'unknown';
};

/** The newest runs of a feed, newest first: those that Step Functions remembers, and those that left a folder. */
export const listRuns = async (connection: Connection, feed: string, limit: number): Promise<readonly ListedRun[]> => {
  const { objects } = connection;
  const root = runsPrefix(feed);
  const folders = (await collect(objects.folders(root))).map((folder) => folder.slice(root.length, -1));
  const executions = await executionsOf(connection, limit);
  const ofFeed = [...executions].flatMap(([run, { input }]) => (input === undefined || input.feed === feed ? [run] : []));
  const newest = [...new Set([...folders, ...ofFeed])].sort().reverse().slice(0, limit);
  return concurrently(newest, 4, async (run): Promise<ListedRun> => {
    const report = await objects.readJson(reportKey(feed, run), reportSchema);
    const execution = executions.get(run);
    const rollbacks = await rollbacksOf(connection, feed, run);
    return {
      run,
      executionArn: execution?.item.executionArn ?? report?.executionArn ?? null,
      startedAt: execution?.item.startDate?.toISOString() ?? report?.startedAt ?? instantOf(run),
      endedAt: execution?.item.stopDate?.toISOString() ?? report?.endedAt ?? null,
      started: howStarted(execution?.input ?? report?.input),
      status: `${statusOf(execution, report)}`,
      partitions: report?.partitions ?? null,
      lines: report?.lines.in ?? null,
      dollars: report?.dollars ?? null,
      rolledBack: rollbacks.reduce((sum, { rolledBack }) => sum + rolledBack.length, 0),
    };
  });
};

/** The start that a run's id tells: `20261121T003000Z-…`. */
const instantOf = (run: string): string => run.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-.*$/, '$1-$2-$3T$4:$5:$6.000Z');
