import { LithifyError, messageOf } from '../../../contracts/errors';
import type { Graph, Resource } from '../../graph';
import { resourcesOf } from '../../graph';
import { isRecord } from '../state-machine/checks';
import { isTimeZone, parseExpression } from './occurrence';
import type { Target } from './target';
import { UNIVERSAL_START } from './target';

export const SCHEDULE_TYPE = 'aws:scheduler/schedule:Schedule';
export const SCHEDULE_GROUP_TYPE = 'aws:scheduler/scheduleGroup:ScheduleGroup';

export interface ScheduleSetting {
  readonly arn: string;
  readonly name: string;
  readonly groupName: string;
  readonly description: string | undefined;
  readonly expression: string;
  readonly timeZone: string;
  readonly enabled: boolean;
  /** Milliseconds since the epoch. */
  readonly startMillis: number | undefined;
  /** Milliseconds since the epoch. */
  readonly endMillis: number | undefined;
  /** 0: the window is OFF. */
  readonly windowMinutes: number;
  readonly roleArn: string;
  readonly target: Target;
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** The ARN of the queue for what could not be delivered. */
  readonly deadLetterArn: string | undefined;
}

export interface ScheduleSettings {
  readonly accountId: string;
  readonly region: string;
  readonly schedules: readonly ScheduleSetting[];
  /** Names, `default` first. */
  readonly groups: readonly string[];
}

/** Inputs of a schedule that change what the stand-in does. A group is its name alone. */
export const honouredInputs: readonly string[] = [
  'name',
  'groupName',
  'description',
  'state',
  'scheduleExpression',
  'scheduleExpressionTimezone',
  'startDate',
  'endDate',
  'flexibleTimeWindow',
  'target.arn',
  'target.roleArn',
  'target.input',
  'target.retryPolicy',
  'target.deadLetterConfig',
];

/** Inputs that it takes and does nothing about, and why. */
export const ignoredInputs: Readonly<Record<string, string>> = {
  region: 'the host has one region',
  kmsKeyArn: 'nothing is encrypted at rest on a laptop',
  actionAfterCompletion: 'schedules are not deleted while the host runs; only "NONE" is taken',
};

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const RETRY = { attempts: { usual: 185, least: 0, most: 185 }, ageSeconds: { usual: 86_400, least: 60, most: 86_400 } };

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {});
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The schedules of a graph. Throws a LithifyError with every reason why one of them cannot be stood in for. */
export const scheduleSettings = (graph: Graph): ScheduleSettings => {
  const groups = [
    'default',
    ...resourcesOf(graph, SCHEDULE_GROUP_TYPE).map((group) => textOf(group.inputs['name']) ?? group.name),
  ];
  const resources = resourcesOf(graph, SCHEDULE_TYPE);
  const problems = resources.flatMap((resource) => scheduleProblems(resource, groups));
  if (problems.length > 0) throw new LithifyError('unsupported', problems.join('; '));
  return { accountId: graph.accountId, region: graph.region, groups, schedules: resources.map((one) => settingOf(one, graph)) };
};

/** What keeps a schedule from being stood in for, as sentences. */
export const scheduleProblems = (resource: Resource, groups: readonly string[] = ['default']): readonly string[] => {
  const { inputs } = resource;
  const target = recordOf(inputs['target']);
  const problems: string[] = [];
  const expression = textOf(inputs['scheduleExpression']) ?? '';
  try {
    parseExpression(expression);
  } catch (error) {
    problems.push(messageOf(error));
  }
  const group = inputs['groupName'] ?? 'default';
  if (!groups.includes(String(group))) problems.push(`there is no schedule group ${JSON.stringify(group)}`);
  const zone = inputs['scheduleExpressionTimezone'] ?? 'UTC';
  if (typeof zone !== 'string' || !isTimeZone(zone))
    problems.push(`scheduleExpressionTimezone ${JSON.stringify(zone)} is no time zone`);
  const state = inputs['state'] ?? 'ENABLED';
  if (state !== 'ENABLED' && state !== 'DISABLED') problems.push(`state ${JSON.stringify(state)} is not ENABLED or DISABLED`);
  if ((inputs['actionAfterCompletion'] ?? 'NONE') !== 'NONE')
    problems.push('actionAfterCompletion other than NONE is not modelled');
  for (const name of ['startDate', 'endDate'])
    if (inputs[name] !== undefined && Number.isNaN(Date.parse(String(inputs[name]))))
      problems.push(`${name} ${String(inputs[name])} is no date`);
  problems.push(
    ...windowProblems(recordOf(inputs['flexibleTimeWindow'])),
    ...targetProblems(target),
    ...retryProblems(recordOf(target['retryPolicy'])),
  );
  return problems.map((problem) => `schedule ${resource.name}: ${problem}`);
};

const windowProblems = ({ mode, maximumWindowInMinutes: minutes }: Readonly<Record<string, unknown>>): readonly string[] => {
  if (mode === 'OFF') return minutes === undefined ? [] : ['a flexible time window that is OFF has no maximumWindowInMinutes'];
  if (mode !== 'FLEXIBLE') return [`flexibleTimeWindow.mode ${JSON.stringify(mode)} is not OFF or FLEXIBLE`];
  return typeof minutes === 'number' && minutes >= 1 && minutes <= 1440 ? [] : ['a flexible time window takes 1 to 1440 minutes'];
};

const STATE_MACHINE = /^arn:aws:states:[^:]+:\d{12}:stateMachine:/;
const FUNCTION = /^arn:aws:lambda:[^:]+:\d{12}:function:[^:]+$/;

const targetProblems = (target: Readonly<Record<string, unknown>>): readonly string[] => {
  const problems: string[] = [];
  const arn = textOf(target['arn']) ?? '';
  if (textOf(target['roleArn']) === undefined) problems.push('target.roleArn is missing');
  if (arn !== UNIVERSAL_START && !STATE_MACHINE.test(arn) && !FUNCTION.test(arn))
    problems.push(`the target "${arn}" is not modelled; modelled: a state machine, a function, ${UNIVERSAL_START}`);
  if (arn === UNIVERSAL_START || target['input'] !== undefined) {
    try {
      const input: unknown = JSON.parse(String(target['input']));
      if (arn === UNIVERSAL_START && !isRecord(input)) problems.push('target.input must be the parameters of StartExecution');
    } catch (error) {
      problems.push(`target.input is not JSON: ${messageOf(error)}`);
    }
  }
  return problems;
};

const retryProblems = (policy: Readonly<Record<string, unknown>>): readonly string[] => {
  const outside = (name: string, { least, most }: { readonly least: number; readonly most: number }): readonly string[] => {
    const value = policy[name];
    if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) return [];
    return [`target.retryPolicy.${name} ${JSON.stringify(value)} is not from ${least} to ${most}`];
  };
  return [...outside('maximumRetryAttempts', RETRY.attempts), ...outside('maximumEventAgeInSeconds', RETRY.ageSeconds)];
};

const settingOf = (resource: Resource, { region, accountId }: Graph): ScheduleSetting => {
  const { inputs, outputs } = resource;
  const name = textOf(inputs['name']) ?? textOf(outputs['name']) ?? resource.name;
  const groupName = textOf(inputs['groupName']) ?? 'default';
  const target = recordOf(inputs['target']);
  const policy = recordOf(target['retryPolicy']);
  const arn = textOf(target['arn']) ?? '';
  const input = textOf(target['input']);
  const window = recordOf(inputs['flexibleTimeWindow']);
  const millis = (date: unknown): number | undefined => (date === undefined ? undefined : Date.parse(String(date)));
  return {
    arn: textOf(outputs['arn']) ?? `arn:aws:scheduler:${region}:${accountId}:schedule/${groupName}/${name}`,
    name,
    groupName,
    description: textOf(inputs['description']),
    expression: textOf(inputs['scheduleExpression']) ?? '',
    timeZone: textOf(inputs['scheduleExpressionTimezone']) ?? 'UTC',
    enabled: inputs['state'] !== 'DISABLED',
    startMillis: millis(inputs['startDate']),
    endMillis: millis(inputs['endDate']),
    windowMinutes: window['mode'] === 'FLEXIBLE' ? Number(window['maximumWindowInMinutes']) : 0,
    roleArn: textOf(target['roleArn']) ?? '',
    target:
      arn === UNIVERSAL_START
        ? { kind: 'universal', arn, input: input ?? '{}' }
        : { kind: FUNCTION.test(arn) ? 'function' : 'stateMachine', arn, input },
    maximumRetryAttempts: Number(policy['maximumRetryAttempts'] ?? RETRY.attempts.usual),
    maximumEventAgeSeconds: Number(policy['maximumEventAgeInSeconds'] ?? RETRY.ageSeconds.usual),
    deadLetterArn: textOf(recordOf(target['deadLetterConfig'])['arn']),
  };
};
