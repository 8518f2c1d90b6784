import { isRecord } from '../state-machine/checks';

/** What a schedule starts: a state machine or a function by its ARN, or `sfn:startExecution` by the universal target. */
export type Target =
  | { readonly kind: 'stateMachine'; readonly arn: string; readonly input: string | undefined }
  | { readonly kind: 'function'; readonly arn: string; readonly input: string | undefined }
  | { readonly kind: 'universal'; readonly arn: string; readonly input: string };

export const UNIVERSAL_START = 'arn:aws:scheduler:::aws-sdk:sfn:startExecution';

/** One attempt to invoke a target. */
export interface Attempt {
  readonly scheduleArn: string;
  /** Milliseconds since the epoch. */
  readonly scheduledAt: number;
  readonly executionId: string;
  /** From 1. */
  readonly number: number;
  readonly region: string;
  readonly accountId: string;
}

const wireTime = (millis: number): string => new Date(millis).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
export const withContext = (input: string, attempt: Attempt): string =>
  input
    .replaceAll('<aws.scheduler.schedule-arn>', attempt.scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', wireTime(attempt.scheduledAt))
    .replaceAll('<aws.scheduler.execution-id>', attempt.executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt.number));

/** What a target without an input is given. */
const scheduledEvent = (attempt: Attempt): string =>
  JSON.stringify({
    version: '0',
    id: attempt.executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: attempt.accountId,
    time: wireTime(attempt.scheduledAt),
    region: attempt.region,
    resources: [attempt.scheduleArn],
    detail: '{}',
  });

const inputOf = ({ input }: { readonly input: string | undefined }, attempt: Attempt): string =>
  input === undefined ? scheduledEvent(attempt) : withContext(input, attempt);

/** The input of StartExecution, or of Invoke (asynchronous) for a function. */
export const startRequest = (target: Target, attempt: Attempt): Readonly<Record<string, unknown>> => {
  if (target.kind === 'stateMachine') return { stateMachineArn: target.arn, input: inputOf(target, attempt) };
  if (target.kind === 'function') return { FunctionName: target.arn, InvocationType: 'Event', Payload: inputOf(target, attempt) };
  const request: unknown = JSON.parse(withContext(target.input, attempt));
  // Universal targets name parameters in PascalCase, the wire in camelCase.
  return Object.fromEntries(
    Object.entries(isRecord(request) ? request : {}).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      value,
    ]),
  );
};
