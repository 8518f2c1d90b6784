import { AwsError } from '../../local/aws-error';
import type { Caller } from '../../local/caller';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { Graph, Resource } from '../../local/graph';
import type { TracedCall } from '../../local/service';
import { ScheduleStandIn } from '../../local/stand-ins/schedule/schedule-stand-in';
import { SCHEDULE_TYPE, scheduleSettings } from '../../local/stand-ins/schedule/settings';
import { temporaryFolder } from './temporary-folder';

const START = Date.UTC(2026, 10, 20, 12);
const HOUR = 3_600_000;
const MACHINE = 'arn:aws:states:eu-west-1:000000000000:stateMachine:compaction';
const ROLE = 'arn:aws:iam::000000000000:role/schedule';
const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:dead-letters';

const schedule = (inputs: object = {}, target: object = {}): Resource => ({
  type: SCHEDULE_TYPE,
  name: 'compaction',
  id: 'default/nightly',
  inputs: {
    name: 'nightly',
    groupName: 'default',
    state: 'ENABLED',
    scheduleExpression: 'cron(30 0 * * ? *)',
    scheduleExpressionTimezone: 'UTC',
    flexibleTimeWindow: { mode: 'OFF' },
    target: { arn: MACHINE, roleArn: ROLE, input: '{}', ...target },
    ...inputs,
  },
  outputs: {},
});

const graphOf = (...resources: readonly Resource[]): Graph => ({
  accountId: '000000000000',
  region: 'eu-west-1',
  project: 'lithify',
  stack: 'test',
  resources,
  outputs: {},
});

interface Start {
  readonly input: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  readonly at: number;
}

const open = (
  resource: Resource,
  { clock = new ManualClock(START), dataDir = temporaryFolder('schedule'), answer = (): object => ({}) } = {},
) => {
  const starts: Start[] = [];
  const invocations: { readonly caller: Caller; readonly arn: string; readonly payload: unknown }[] = [];
  const traced: TracedCall[] = [];
  const standIn = new ScheduleStandIn({
    settings: scheduleSettings(graphOf(resource)),
    clock,
    dataDir,
    machines: {
      service: {
        name: 'states',
        targetPrefix: 'AWSStepFunctions',
        jsonVersion: '1.0',
        operations: {
          StartExecution: async (input, caller) => {
            starts.push({ input, caller, at: clock.now() });
            return answer();
          },
        },
      },
    },
    functions: {
      invoke: async (caller, arn, payload) => {
        invocations.push({ caller, arn, payload });
        return { payload: null, logs: '' };
      },
    },
    trace: (call) => traced.push(call),
  });
  const call = async (name: string, input: object = {}): Promise<unknown> => {
    const route = standIn.routes.find((one) => one.name === name);
    if (route === undefined) throw new Error(`there is no ${name}`);
    return route.operation(input as Readonly<Record<string, unknown>>, operator('000000000000'));
  };
  return { standIn, clock, dataDir, starts, invocations, traced, call };
};

const throttled = (): never => {
  throw new AwsError('ThrottlingException', 'Rate exceeded', 429);
};

test('a schedule starts the state machine each night, as its own role', async () => {
  const { clock, starts, traced } = open(schedule());
  await clock.advance(48 * HOUR);
  expect(starts.map(({ at }) => new Date(at).toISOString())).toEqual(['2026-11-21T00:30:00.000Z', '2026-11-22T00:30:00.000Z']);
  expect(starts[0]).toMatchObject({ input: { stateMachineArn: MACHINE, input: '{}' }, caller: { arn: ROLE } });
  expect(traced).toMatchObject([{ service: 'states', operation: 'StartExecution' }, {}]);
});

test('a schedule calls a function with its input, in which the time stands, as its own role', async () => {
  const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:members';
  const input = '{"sweep":{"now":"<aws.scheduler.scheduled-time>"}}';
  const { clock, starts, invocations, traced } = open(schedule({}, { arn, input }));
  await clock.advance(24 * HOUR);
  expect(invocations).toEqual([
    { caller: expect.objectContaining({ arn: ROLE }), arn, payload: '{"sweep":{"now":"2026-11-21T00:30:00Z"}}' },
  ]);
  expect(starts).toEqual([]);
  expect(traced).toMatchObject([{ service: 'lambda', operation: 'InvokeAsync', resource: arn }]);
});

test('a disabled schedule starts nothing', async () => {
  const { clock, starts, standIn } = open(schedule({ state: 'DISABLED' }));
  await clock.advance(48 * HOUR);
  expect(starts).toEqual([]);
  expect([...standIn.nextOccurrences()]).toEqual([]);
});

test('the input names the scheduled time and the attempt', async () => {
  const input =
    '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>","try":"<aws.scheduler.attempt-number>"}';
  const { clock, starts } = open(schedule({}, { input }));
  await clock.advance(24 * HOUR);
  expect(JSON.parse(String(starts[0]?.input['input']))).toEqual({
    at: '2026-11-21T00:30:00Z',
    by: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/nightly',
    try: '1',
  });
});

test('the universal target names the parameters of StartExecution', async () => {
  const input = JSON.stringify({ StateMachineArn: MACHINE, Name: 'night', Input: '{}' });
  const { clock, starts } = open(schedule({}, { arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', input }));
  await clock.advance(24 * HOUR);
  expect(starts[0]?.input).toEqual({ stateMachineArn: MACHINE, name: 'night', input: '{}' });
});

test('a rate is due when it is created and then at its rate, between its start and its end', async () => {
  const dates = { startDate: '2026-11-20T13:00:00Z', endDate: '2026-11-20T14:00:00Z' };
  const now = open(schedule({ scheduleExpression: 'rate(30 minutes)' }));
  const later = open(schedule({ scheduleExpression: 'rate(30 minutes)', ...dates }));
  await now.clock.advance(HOUR);
  await later.clock.advance(5 * HOUR);
  expect(now.starts.map(({ at }) => (at - START) / 60_000)).toEqual([0, 30, 60]);
  expect(later.starts.map(({ at }) => (at - START) / 60_000)).toEqual([60, 90, 120]);
});

test('a flexible window delays a start within its minutes, the same way each time', async () => {
  const resource = schedule({ flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 15 } });
  const [first, second] = [open(resource), open(resource)];
  await first.clock.advance(24 * HOUR);
  await second.clock.advance(24 * HOUR);
  const due = Date.UTC(2026, 10, 21, 0, 30);
  expect(first.starts[0]?.at).toBeGreaterThan(due);
  expect(first.starts[0]?.at).toBeLessThan(due + 15 * 60_000);
  expect(second.starts[0]?.at).toBe(first.starts[0]?.at);
});

test('a start that is throttled is retried and then ends among the dead letters', async () => {
  const policy = { retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 }, deadLetterConfig: { arn: QUEUE } };
  const { clock, starts, standIn, dataDir } = open(schedule({}, policy), { answer: throttled });
  await clock.advance(24 * HOUR);
  const due = Date.UTC(2026, 10, 21, 0, 30);
  expect(starts.map(({ at }) => (at - due) / 1000)).toEqual([0, 1, 3, 7]);
  const letter = {
    queueArn: QUEUE,
    retryAttempts: 3,
    errorCode: 'ThrottlingException',
    exhaustedRetryCondition: 'MaximumRetryAttempts',
  };
  expect(standIn.deadLetters).toMatchObject([letter]);
  standIn.close();
  expect(open(schedule({}, policy), { dataDir, clock }).standIn.deadLetters).toMatchObject([letter]);
});

test('retries end with the age of the event', async () => {
  const policy = { retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 60 } };
  const { clock, starts, standIn } = open(schedule({}, policy), { answer: throttled });
  await clock.advance(24 * HOUR);
  expect(starts).toHaveLength(6);
  expect(standIn.deadLetters).toMatchObject([{ exhaustedRetryCondition: 'MaximumEventAgeInSeconds' }]);
  expect(standIn.deadLetters[0]?.queueArn).toBeUndefined();
});

test('an error that no retry mends is a dead letter at once', async () => {
  const { clock, starts, standIn } = open(schedule(), {
    answer: () => {
      throw new AwsError('StateMachineDoesNotExist', 'State Machine Does Not Exist');
    },
  });
  await clock.advance(24 * HOUR);
  expect(starts).toHaveLength(1);
  expect(standIn.deadLetters).toMatchObject([{ errorCode: 'StateMachineDoesNotExist', retryAttempts: 0 }]);
});

test('what fell due while the host was down is not made up for', async () => {
  const first = open(schedule({ scheduleExpression: 'rate(1 hour)' }));
  await first.clock.advance(HOUR);
  first.standIn.close();
  await first.clock.advance(5 * HOUR);
  expect(first.starts).toHaveLength(2);

  const clock = new ManualClock(START + 10.5 * HOUR);
  const second = open(schedule({ scheduleExpression: 'rate(1 hour)' }), { dataDir: first.dataDir, clock });
  await clock.advance(HOUR);
  expect(second.starts.map(({ at }) => (at - START) / HOUR)).toEqual([11]);
});

test('schedules are described and listed', async () => {
  const { call } = open(
    schedule({}, { retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 }, deadLetterConfig: { arn: QUEUE } }),
  );
  expect(await call('GetSchedule', { Name: 'nightly' })).toEqual({
    Arn: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/nightly',
    GroupName: 'default',
    Name: 'nightly',
    ScheduleExpression: 'cron(30 0 * * ? *)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    CreationDate: START / 1000,
    LastModificationDate: START / 1000,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'NONE',
    Target: {
      Arn: MACHINE,
      RoleArn: ROLE,
      Input: '{}',
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 5 },
      DeadLetterConfig: { Arn: QUEUE },
    },
  });
  expect(await call('ListSchedules', { NamePrefix: 'night' })).toMatchObject({
    Schedules: [{ Name: 'nightly', Target: { Arn: MACHINE } }],
  });
  expect(await call('ListSchedules', { State: 'DISABLED' })).toEqual({ Schedules: [] });
  await expect(call('GetSchedule', { Name: 'other' })).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
  await expect(call('ListSchedules', { GroupName: 'other' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test.each([
  ['an expression', { scheduleExpression: 'nightly' }, {}, 'must be cron'],
  ['a time zone', { scheduleExpressionTimezone: 'Mars/Base' }, {}, 'is no time zone'],
  ['a target', {}, { arn: 'arn:aws:sqs:eu-west-1:000000000000:queue' }, 'is not modelled'],
  ['an input', {}, { input: '{' }, 'is not JSON'],
  ['a group', { groupName: 'other' }, {}, 'no schedule group'],
  ['a retry policy', {}, { retryPolicy: { maximumRetryAttempts: 186 } }, 'is not from 0 to 185'],
])('%s that cannot be honoured is refused', (_what, inputs, target, reason) => {
  expect(() => scheduleSettings(graphOf(schedule(inputs, target)))).toThrow(reason);
});
