import { AwsError } from '../../aws-error';
import type { ScheduleSetting } from './settings';

/** How schedules look on the wire, dates in seconds since the epoch; and the pages of a list. */
const present = (members: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const seconds = (millis: number | undefined): number | undefined => (millis === undefined ? undefined : millis / 1000);

export const describeSchedule = (setting: ScheduleSetting, createdAt: number): object =>
  present({
    Arn: setting.arn,
    GroupName: setting.groupName,
    Name: setting.name,
    Description: setting.description,
    ScheduleExpression: setting.expression,
    ScheduleExpressionTimezone: setting.timeZone,
    StartDate: seconds(setting.startMillis),
    EndDate: seconds(setting.endMillis),
    State: setting.enabled ? 'ENABLED' : 'DISABLED',
    CreationDate: seconds(createdAt),
    LastModificationDate: seconds(createdAt),
    FlexibleTimeWindow:
      setting.windowMinutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: setting.windowMinutes },
    ActionAfterCompletion: 'NONE',
    Target: present({
      Arn: setting.target.arn,
      RoleArn: setting.roleArn,
      Input: setting.target.input,
      RetryPolicy: {
        MaximumEventAgeInSeconds: setting.maximumEventAgeSeconds,
        MaximumRetryAttempts: setting.maximumRetryAttempts,
      },
      DeadLetterConfig: setting.deadLetterArn === undefined ? undefined : { Arn: setting.deadLetterArn },
    }),
  });

export const summariseSchedule = (setting: ScheduleSetting, createdAt: number): object => ({
  Arn: setting.arn,
  GroupName: setting.groupName,
  Name: setting.name,
  State: setting.enabled ? 'ENABLED' : 'DISABLED',
  CreationDate: seconds(createdAt),
  LastModificationDate: seconds(createdAt),
  Target: { Arn: setting.target.arn },
});

type Input = Readonly<Record<string, unknown>>;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** A member that is not named is refused: it would be passed over. */
export const only = (input: Input, ...names: readonly string[]): void => {
  const unknown = Object.keys(input).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw invalid(`The parameter ${unknown.join(', ')} is not modelled by the local host.`);
};

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html */
const PAGE = 100;

/** A page of schedules, sorted by ARN; the token is the last ARN of the page before. */
export const pageOf = (
  input: Input,
  schedules: readonly ScheduleSetting[],
): { readonly items: readonly ScheduleSetting[]; readonly NextToken?: string } => {
  const size = input['MaxResults'] === undefined ? PAGE : Number(input['MaxResults']);
  if (!Number.isInteger(size) || size < 1 || size > PAGE) throw invalid(`MaxResults must be a whole number from 1 to ${PAGE}.`);
  const after = input['NextToken'] === undefined ? '' : Buffer.from(String(input['NextToken']), 'base64url').toString('utf8');
  if (after !== '' && !after.startsWith('arn:')) throw invalid('Invalid NextToken.');
  const rest = schedules.filter(({ arn }) => arn > after).sort((left, right) => (left.arn < right.arn ? -1 : 1));
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return last === undefined || items.length === rest.length
    ? { items }
    : { items, NextToken: Buffer.from(last.arn).toString('base64url') };
};
