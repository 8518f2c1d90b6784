/**
 * The events of an execution's history, by the names and with the details of the service, so that a person can read what happened.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */

/** Hard: the 25,000th event ends the execution. https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html */
export const HISTORY_LIMIT = 25_000;

const stateEvents = <Kind extends string>(kind: Kind) =>
  ({ [`${kind}StateEntered`]: 'stateEnteredEventDetails', [`${kind}StateExited`]: 'stateExitedEventDetails' }) as Record<
    `${Kind}StateEntered` | `${Kind}StateExited`,
    string
  >;

/** Under which member each type of event keeps its details; `undefined`: it has none. */
const DETAILS = {
  ExecutionStarted: 'executionStartedEventDetails',
  ExecutionSucceeded: 'executionSucceededEventDetails',
  ExecutionFailed: 'executionFailedEventDetails',
  ExecutionAborted: 'executionAbortedEventDetails',
  ExecutionTimedOut: 'executionTimedOutEventDetails',
  ExecutionRedriven: 'executionRedrivenEventDetails',
  ...stateEvents('Task'),
  ...stateEvents('Pass'),
  ...stateEvents('Wait'),
  ...stateEvents('Choice'),
  ...stateEvents('Map'),
  ...stateEvents('Succeed'),
  FailStateEntered: 'stateEnteredEventDetails',
  TaskScheduled: 'taskScheduledEventDetails',
  TaskStarted: 'taskStartedEventDetails',
  TaskSubmitted: 'taskSubmittedEventDetails',
  TaskSucceeded: 'taskSucceededEventDetails',
  TaskFailed: 'taskFailedEventDetails',
  TaskTimedOut: 'taskTimedOutEventDetails',
  MapStateStarted: 'mapStateStartedEventDetails',
  MapStateSucceeded: undefined,
  MapStateFailed: undefined,
  MapIterationStarted: 'mapIterationStartedEventDetails',
  MapIterationSucceeded: 'mapIterationSucceededEventDetails',
  MapIterationFailed: 'mapIterationFailedEventDetails',
  MapIterationAborted: 'mapIterationAbortedEventDetails',
  MapRunStarted: 'mapRunStartedEventDetails',
  MapRunSucceeded: undefined,
  MapRunFailed: 'mapRunFailedEventDetails',
  MapRunRedriven: 'mapRunRedrivenEventDetails',
  EvaluationFailed: 'evaluationFailedEventDetails',
} as const;

export type EventType = keyof typeof DETAILS;
export type Details = Readonly<Record<string, unknown>>;

export interface HistoryEvent {
  /** Seconds since the epoch, as on the wire. */
  readonly timestamp: number;
  readonly type: EventType;
  /** From 1. */
  readonly id: number;
  readonly previousEventId: number;
  /** One member, named by the type. */
  readonly [details: `${string}Details`]: Details;
}

export const historyEvent = (
  type: EventType,
  id: number,
  previousEventId: number,
  at: number,
  details?: Details,
): HistoryEvent => {
  const member = DETAILS[type] as `${string}Details` | undefined;
  return {
    timestamp: at / 1000,
    type,
    id,
    previousEventId,
    ...(member === undefined || details === undefined ? {} : { [member]: details }),
  };
};

export const detailsOf = (event: HistoryEvent): Details => {
  const member = DETAILS[event.type] as `${string}Details` | undefined;
  return (member === undefined ? undefined : event[member]) ?? {};
};

/** The event without what `includeExecutionData: false` leaves out. */
export const withoutData = (event: HistoryEvent): HistoryEvent => {
  const member = DETAILS[event.type] as `${string}Details` | undefined;
  const details = member === undefined ? undefined : event[member];
  if (member === undefined || details === undefined) return event;
  const { input: _input, output: _output, parameters: _parameters, assignedVariables: _variables, ...rest } = details;
  return { ...event, [member]: rest };
};
