import { AwsError } from '../../local/aws-error';
import { ManualClock } from '../../local/clock';
import type { State } from '../../workflows/asl';
import { FunctionError, MACHINE, START, invoking, openMachine, outputOf } from './state-machine-host';
import { temporaryFolder } from './temporary-folder';

const DAY = 86_400_000;
const waiting: Readonly<Record<string, State>> = { Wait: { Type: 'Wait', Seconds: 600, End: true } };

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
  return 'none';
};

test('a name and input answer the running execution, and afterwards that it exists, for 90 days', async () => {
  const { start, call, clock } = openMachine({ states: waiting });
  const first = await start({ n: 1 }, 'nightly');
  await clock.advance(1000);

  expect(await call('StartExecution', { stateMachineArn: MACHINE, name: 'nightly', input: '{"n":1}' })).toEqual({
    executionArn: first,
    startDate: START / 1000,
  });
  expect(await codeOf(start({ n: 2 }, 'nightly'))).toBe('ExecutionAlreadyExists');
  await clock.advance(600_000);
  expect(await codeOf(start({ n: 1 }, 'nightly'))).toBe('ExecutionAlreadyExists');
  await clock.advance(91 * DAY);
  expect(await start({ n: 1 }, 'nightly')).toBe(first);
});

test.each([
  ['InvalidName', { stateMachineArn: MACHINE, name: 'with:colon' }],
  ['InvalidName', { stateMachineArn: MACHINE, name: 'x'.repeat(81) }],
  ['InvalidExecutionInput', { stateMachineArn: MACHINE, input: '{' }],
  ['ValidationException', { stateMachineArn: MACHINE, input: JSON.stringify('x'.repeat(262_144)) }],
  ['ValidationException', { stateMachineArn: MACHINE, unheardOf: true }],
  ['ValidationException', {}],
  ['InvalidArn', { stateMachineArn: 'compaction' }],
  ['StateMachineDoesNotExist', { stateMachineArn: `${MACHINE}2` }],
])('a start is refused with %s', async (code, input) => {
  const { call } = openMachine({ states: waiting });
  expect(await codeOf(call('StartExecution', input))).toBe(code);
});

test('executions are listed newest first, by status and page by page', async () => {
  const { start, call, clock } = openMachine({ states: waiting });
  const arns: string[] = [];
  for (const name of ['a', 'b', 'c']) arns.push(await start({}, name));
  await call('StopExecution', { executionArn: arns[1] });
  const list = (input: object): Promise<{ executions: { name: string }[]; nextToken?: string }> =>
    call('ListExecutions', { stateMachineArn: MACHINE, ...input });

  const first = await list({ maxResults: 2 });
  await start({}, 'd');
  const second = await list({ maxResults: 2, nextToken: first.nextToken });
  await clock.advance(600_000);

  expect(first.executions.map(({ name }) => name)).toEqual(['c', 'b']);
  expect(second.executions.map(({ name }) => name)).toEqual(['a']);
  expect(second.nextToken).toBeUndefined();
  expect((await list({ statusFilter: 'ABORTED' })).executions.map(({ name }) => name)).toEqual(['b']);
  expect((await list({ statusFilter: 'SUCCEEDED' })).executions).toHaveLength(3);
  expect(await codeOf(list({ nextToken: 'nonsense' }))).toBe('InvalidToken');
});

test('a history is read forwards and backwards in pages, with and without its data', async () => {
  const { run, call } = openMachine({ states: { One: { Type: 'Pass', Next: 'Two' }, Two: { Type: 'Pass', End: true } } });
  const { executionArn } = await run();
  interface Answer {
    readonly events: readonly Record<string, unknown>[];
    readonly nextToken?: string;
  }
  const read = (input: object): Promise<Answer> => call<Answer>('GetExecutionHistory', { executionArn, ...input });

  const forwards = await read({ maxResults: 4 });
  const rest = await read({ maxResults: 4, nextToken: forwards.nextToken });
  const backwards = await read({ reverseOrder: true, includeExecutionData: false });

  expect([...forwards.events, ...rest.events].map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(backwards.events.map(({ id }) => id)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(backwards.events.at(-1)?.['executionStartedEventDetails']).toEqual({ roleArn: expect.any(String) });
});

test('a function that runs when its execution is stopped ends, and its answer is ignored', async () => {
  let answer: (value: string) => void = () => undefined;
  const { start, call, clock, describe, history } = openMachine({
    states: { Work: invoking('work', { Next: 'After' }), After: { Type: 'Pass', End: true } },
    functions: { work: () => new Promise((resolve) => (answer = resolve)) },
  });
  const arn = await start();
  await new Promise((resolve) => setImmediate(resolve));

  await call('StopExecution', { executionArn: arn });
  answer('late');
  await clock.advance(1000);

  expect((await describe(arn)).status).toBe('ABORTED');
  expect((await history(arn)).at(-1)?.type).toBe('ExecutionAborted');
});

test('a redrive goes on in the state that failed, with the variables and the input of before', async () => {
  let broken = true;
  const seen: unknown[] = [];
  const { run, call, clock, describe } = openMachine({
    states: {
      Once: invoking('once', { Assign: { kept: 'yes' }, Next: 'Work' }),
      Work: invoking('work', {
        Arguments: { FunctionName: 'work', Payload: { kept: '{% $kept %}', input: '{% $states.input %}' } },
        End: true,
      }),
    },
    functions: {
      once: () => 'first',
      work: (payload) => {
        seen.push(payload);
        if (broken) throw new FunctionError({ errorType: 'Broken' });
        return 'mended';
      },
    },
  });
  const failed = await run();
  expect(failed).toMatchObject({ status: 'FAILED', error: 'Broken', redriveStatus: 'REDRIVABLE' });

  broken = false;
  const request = { executionArn: failed.executionArn, clientToken: 'one' };
  expect(await call('RedriveExecution', request)).toEqual({ redriveDate: clock.now() / 1000 });
  await call('RedriveExecution', request);
  await clock.advance(1000);

  const ended = await describe(failed.executionArn);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
  expect(ended.error).toBeUndefined();
  expect(outputOf(ended)).toBe('mended');
  expect(seen).toEqual([
    { kept: 'yes', input: 'first' },
    { kept: 'yes', input: 'first' },
  ]);
  expect(await codeOf(call('RedriveExecution', { executionArn: failed.executionArn }))).toBe('ExecutionNotRedrivable');
});

test('an execution cannot be redriven two weeks after it ended', async () => {
  const { run, call, clock } = openMachine({ states: { Fail: { Type: 'Fail', Error: 'E', Cause: 'c' } } });
  const { executionArn } = await run();
  await clock.advance(14 * DAY);
  expect(await codeOf(call('RedriveExecution', { executionArn }))).toBe('ExecutionNotRedrivable');
});

test('a redriven inline map keeps the iterations that succeeded', async () => {
  let broken = true;
  const calls: unknown[] = [];
  const { run, call, clock, describe } = openMachine({
    states: {
      Each: {
        Type: 'Map',
        Items: '{% $states.input %}',
        MaxConcurrency: 1,
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Work', States: { Work: invoking('work') } },
        End: true,
      },
    },
    functions: {
      work: (n) => {
        calls.push(n);
        if (broken && Number(n) === 2) throw new FunctionError({ errorType: 'Broken' });
        return Number(n) * 10;
      },
    },
  });
  const { executionArn } = await run([1, 2, 3]);
  broken = false;
  await call('RedriveExecution', { executionArn });
  await clock.advance(1000);
  expect(outputOf(await describe(executionArn))).toEqual([10, 20, 30]);
  expect(calls).toEqual([1, 2, 2, 3]);
});

test('executions survive a restart: what was running goes on in the state it was in', async () => {
  const dataDirectory = temporaryFolder('machine');
  const states: Readonly<Record<string, State>> = {
    Before: invoking('before', { Assign: { kept: '{% $states.result.Payload %}' }, Next: 'Wait' }),
    Wait: { Type: 'Wait', Seconds: 600, Next: 'After' },
    After: invoking('after', { Arguments: { FunctionName: 'after', Payload: '{% $kept %}' }, End: true }),
  };
  const calls: string[] = [];
  const functions = {
    before: () => {
      calls.push('before');
      return 'kept';
    },
    after: (payload: unknown) => {
      calls.push('after');
      return payload;
    },
  };
  const first = openMachine({ states, functions, dataDirectory });
  const arn = await first.start({}, 'over-night');
  await first.clock.advance(60_000);
  first.standIn.close();
  await first.clock.advance(3_600_000);
  expect(calls).toEqual(['before']);

  const second = openMachine({ states, functions, dataDirectory, clock: new ManualClock(START + 120_000) });
  expect((await second.describe(arn)).status).toBe('RUNNING');
  expect(second.standIn.resume()).toEqual([arn]);
  await second.clock.advance(3_600_000);

  const ended = await second.describe(arn);
  expect(outputOf(ended)).toBe('kept');
  expect(ended.stopDate).toBe(START / 1000 + 600);
  expect(calls).toEqual(['before', 'after']);
  const third = openMachine({ states, functions, dataDirectory, clock: second.clock });
  expect(await third.describe(arn)).toEqual(ended);
  expect(await third.history(arn)).toEqual(await second.history(arn));
});

test('a Distributed Map goes on after a restart without running finished children again', async () => {
  const dataDirectory = temporaryFolder('machine');
  const states: Readonly<Record<string, State>> = {
    Batches: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: 'lake', Key: 'plan.json' },
      },
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Work',
        States: { Work: invoking('work', { Next: 'Wait' }), Wait: { Type: 'Wait', Seconds: 100, End: true } },
      },
      End: true,
    },
  };
  const calls: unknown[] = [];
  const functions = {
    work: (n: unknown) => {
      calls.push(n);
      return n;
    },
  };
  const objects = { 'lake/plan.json': '[1,2,3]' };
  const first = openMachine({ states, functions, objects, dataDirectory });
  const arn = await first.start();
  await first.clock.advance(150_000);
  first.standIn.close();

  const second = openMachine({ states, functions, dataDirectory, clock: new ManualClock(START + 150_000) });
  second.standIn.resume();
  await second.clock.advance(1_000_000);

  expect(outputOf(await second.describe(arn))).toEqual([1, 2, 3]);
  expect(calls).toEqual([1, 2, 3]);
});

test('an execution that waits to be resumed can be stopped', async () => {
  const dataDirectory = temporaryFolder('machine');
  const first = openMachine({ states: waiting, dataDirectory });
  const arn = await first.start();
  const lost = first.standIn.waitForExecution(arn);
  first.standIn.close();
  await expect(lost).rejects.toThrow('closed before');

  const second = openMachine({ states: waiting, dataDirectory });
  await second.call('StopExecution', { executionArn: arn });

  expect((await second.describe(arn)).status).toBe('ABORTED');
  expect(second.standIn.resume()).toEqual([]);
});

test('waiting for an execution answers when it has ended', async () => {
  const { start, standIn, clock } = openMachine({ states: waiting });
  const ended = standIn.waitForExecution(await start());
  await clock.advance(600_000);
  expect(await ended).toMatchObject({ status: 'SUCCEEDED', stopDate: START / 1000 + 600 });
  await expect(standIn.waitForExecution(`${MACHINE}:none`)).rejects.toMatchObject({ code: 'ExecutionDoesNotExist' });
});

test('machines are described and listed', async () => {
  const { call, start } = openMachine({ states: waiting });
  const executionArn = await start();
  expect(await call('DescribeStateMachine', { stateMachineArn: MACHINE })).toMatchObject({
    name: 'compaction',
    type: 'STANDARD',
    status: 'ACTIVE',
  });
  expect(await call('ListStateMachines')).toMatchObject({ stateMachines: [{ stateMachineArn: MACHINE }] });
  const described = await call<{ definition: string }>('DescribeStateMachineForExecution', { executionArn });
  expect(JSON.parse(described.definition)).toMatchObject({ StartAt: 'Wait' });
});
