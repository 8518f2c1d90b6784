import { HISTORY_LIMIT } from './history';
import type { StateMachineSettings } from './settings';
import type { Execution, MapRun, Store } from './store';

/** How executions, machines and Map Runs look on the wire: dates are seconds since the epoch. */

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
const REDRIVABLE_MILLIS = 14 * 86_400_000;

const seconds = (millis: number): number => millis / 1000;

/** Why an execution cannot be redriven; nothing, where it can. */
export const redriveObstacle = (execution: Execution, now: number): string | undefined => {
  if (execution.ending === undefined) return 'Execution is RUNNING and cannot be redriven';
  if (execution.status === 'SUCCEEDED') return 'Execution is SUCCEEDED and cannot be redriven';
  if (execution.child !== undefined) return 'Execution is a child of a Map Run and is redriven with its parent';
  if (execution.history.length >= HISTORY_LIMIT - 1) return 'Execution history event count limit exceeded';
  if (now - execution.ending.at > REDRIVABLE_MILLIS) return 'Execution redrivable period exceeded';
  return undefined;
};

export interface ExecutionDescription {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: Execution['status'];
  readonly startDate: number;
  readonly stopDate?: number;
  readonly input: string;
  readonly inputDetails: { readonly included: true };
  readonly output?: string;
  readonly outputDetails?: { readonly included: true };
  readonly error?: string;
  readonly cause?: string;
  readonly mapRunArn?: string;
  readonly redriveCount: number;
  readonly redriveDate?: number;
  readonly redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  readonly redriveStatusReason?: string;
}

export const describeExecution = (execution: Execution, now: number): ExecutionDescription => {
  const { ending } = execution;
  const obstacle = redriveObstacle(execution, now);
  const byMapRun = execution.child !== undefined && ending !== undefined && ending.status !== 'SUCCEEDED';
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    status: execution.status,
    startDate: seconds(execution.startedAt),
    ...(ending === undefined ? {} : { stopDate: seconds(ending.at) }),
    input: execution.input,
    inputDetails: { included: true },
    ...(ending?.output === undefined ? {} : { output: ending.output, outputDetails: { included: true } }),
    ...(ending?.error === undefined ? {} : { error: ending.error }),
    ...(ending?.cause === undefined ? {} : { cause: ending.cause }),
    ...(execution.child === undefined ? {} : { mapRunArn: execution.child.mapRunArn }),
    redriveCount: execution.redriveCount,
    ...(execution.redrivenAt === undefined ? {} : { redriveDate: seconds(execution.redrivenAt) }),
    redriveStatus: obstacle === undefined ? 'REDRIVABLE' : byMapRun ? 'REDRIVABLE_BY_MAP_RUN' : 'NOT_REDRIVABLE',
    ...(obstacle === undefined || byMapRun ? {} : { redriveStatusReason: obstacle }),
  };
};

export const summariseExecution = (execution: Execution, store: Store): object => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machineArn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.startedAt),
  ...(execution.ending === undefined ? {} : { stopDate: seconds(execution.ending.at) }),
  redriveCount: execution.redriveCount,
  ...(execution.redrivenAt === undefined ? {} : { redriveDate: seconds(execution.redrivenAt) }),
  ...(execution.child === undefined
    ? {}
    : { mapRunArn: execution.child.mapRunArn, itemCount: store.mapRuns.has(execution.child.mapRunArn) ? 1 : 0 }),
});

export const describeMachine = (machine: StateMachineSettings, createdAt: number): object => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  status: 'ACTIVE',
  definition: machine.definition,
  roleArn: machine.roleArn,
  type: 'STANDARD',
  creationDate: seconds(createdAt),
  ...(machine.loggingConfiguration === undefined ? {} : { loggingConfiguration: logging(machine.loggingConfiguration) }),
  ...(machine.tracingConfiguration === undefined ? {} : { tracingConfiguration: machine.tracingConfiguration }),
});

/** Pulumi has one destination where the service has a list. */
const logging = ({ logDestination, ...rest }: Readonly<Record<string, unknown>>): object => ({
  ...rest,
  ...(logDestination === undefined ? {} : { destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logDestination } }] }),
});

export const summariseMapRun = (mapRun: MapRun, machineArn: string): object => ({
  executionArn: mapRun.executionArn,
  mapRunArn: mapRun.arn,
  stateMachineArn: machineArn,
  startDate: seconds(mapRun.startedAt),
  ...(mapRun.stoppedAt === undefined ? {} : { stopDate: seconds(mapRun.stoppedAt) }),
});

export const describeMapRun = (mapRun: MapRun, store: Store): object => {
  const children = mapRun.children.flatMap((arn) => (arn === undefined ? [] : [store.execution(arn)]));
  const count = (status: Execution['status']): number => children.filter((child) => child.status === status).length;
  const counts = {
    pending: mapRun.items.length - children.length,
    running: count('RUNNING'),
    succeeded: count('SUCCEEDED'),
    failed: count('FAILED'),
    timedOut: count('TIMED_OUT'),
    aborted: count('ABORTED'),
    total: mapRun.items.length,
    resultsWritten: 0,
  };
  return {
    mapRunArn: mapRun.arn,
    executionArn: mapRun.executionArn,
    status: mapRun.status,
    startDate: seconds(mapRun.startedAt),
    ...(mapRun.stoppedAt === undefined ? {} : { stopDate: seconds(mapRun.stoppedAt) }),
    maxConcurrency: mapRun.maxConcurrency,
    toleratedFailurePercentage: mapRun.toleratedFailurePercentage,
    toleratedFailureCount: 0,
    itemCounts: counts,
    executionCounts: counts,
    redriveCount: mapRun.redriveCount,
    ...(mapRun.redrivenAt === undefined ? {} : { redriveDate: seconds(mapRun.redrivenAt) }),
  };
};
