import { AwsError } from '../../local/aws-error';
import type { State } from '../../workflows/asl';
import { FunctionError, MACHINE, ROLE, START, invoking, machineOf, openMachine, outputOf, querying } from './state-machine-host';

const pass = (rest: object): State => ({ Type: 'Pass', ...rest }) as State;

test('an execution goes from state to state to its output', async () => {
  const { run, transitions } = openMachine({
    states: {
      First: pass({ Assign: { seen: 1 }, Next: 'Second' }),
      Second: pass({ Assign: { seen: '{% $seen + 1 %}' }, Output: { before: '{% $seen %}', plain: 'text' }, Next: 'Last' }),
      Last: {
        Type: 'Succeed',
        Output: { input: '{% $states.input %}', seen: '{% $seen %}', name: '{% $states.context.State.Name %}' },
      },
    },
  });

  const ended = await run({ any: 1 });

  expect(outputOf(ended)).toEqual({ input: { before: 1, plain: 'text' }, seen: 2, name: 'Last' });
  expect(transitions.map(({ phase, state }) => `${phase} ${state}`)).toEqual([
    'entered First',
    'exited First',
    'entered Second',
    'exited Second',
    'entered Last',
    'exited Last',
  ]);
});

test('a choice takes the first condition that holds, else its default', async () => {
  const { run } = openMachine({
    states: {
      Which: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 10 %}', Next: 'Large' },
          { Condition: '{% $states.input.n > 1 %}', Next: 'Some', Output: { n: '{% $states.input.n * 2 %}' } },
        ],
        Default: 'None',
      },
      Large: pass({ Output: 'large', End: true }),
      Some: pass({ End: true }),
      None: pass({ Output: 'none', End: true }),
    },
  });

  expect(outputOf(await run({ n: 11 }))).toBe('large');
  expect(outputOf(await run({ n: 5 }))).toEqual({ n: 10 });
  expect(outputOf(await run({ n: 1 }))).toBe('none');
  // A condition on what is not there is `false > …`: neither true nor false.
  expect(await run({})).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
});

test('a wait passes virtual time and a failure states its error and cause', async () => {
  const { run, start, clock, describe } = openMachine({
    states: {
      Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Fail' },
      Fail: { Type: 'Fail', Error: 'TooLate', Cause: "{% 'after ' & $states.input.seconds & ' s' %}" },
    },
  });

  const arn = await start({ seconds: 90 });
  await clock.advance(89_999);
  expect((await describe(arn)).status).toBe('RUNNING');
  await clock.advance(1);

  expect(await describe(arn)).toMatchObject({
    status: 'FAILED',
    error: 'TooLate',
    cause: 'after 90 s',
    startDate: START / 1000,
    stopDate: START / 1000 + 90,
  });
  expect(await run({ seconds: -1 })).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
});

test('a function is invoked as the role of the machine and its answer is the result', async () => {
  const { run, callers } = openMachine({
    states: { Add: invoking('add', { Output: '{% $states.result %}', End: true }) },
    functions: { add: ({ a, b }) => ({ sum: Number(a) + Number(b) }) },
  });

  const ended = await run({ a: 1, b: 2 });

  expect(outputOf(ended)).toEqual({ ExecutedVersion: '$LATEST', Payload: { sum: 3 }, StatusCode: 200 });
  expect(callers).toEqual([ROLE]);
});

test.each([
  ['the name of what a function threw', new FunctionError({ errorType: 'LockTaken', errorMessage: 'by another' }), 'LockTaken'],
  ['Lambda.Unknown without one', new FunctionError({ errorMessage: 'no type' }), 'Lambda.Unknown'],
  [
    'Lambda.TooManyRequestsException',
    new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429),
    'Lambda.TooManyRequestsException',
  ],
])('an error is named %s', async (_what, thrown, name) => {
  const { run } = openMachine({
    states: { Work: invoking('work') },
    functions: {
      work: () => {
        throw thrown;
      },
    },
  });
  expect(await run()).toMatchObject({ status: 'FAILED', error: name });
});

test('retries wait on the clock, longer each time up to a bound, and then the error is caught', async () => {
  const at: number[] = [];
  const { run, clock } = openMachine({
    states: {
      Work: invoking('work', {
        Retry: [{ ErrorEquals: ['Passing'], IntervalSeconds: 2, MaxAttempts: 4, BackoffRate: 3, MaxDelaySeconds: 10 }],
        Catch: [{ ErrorEquals: ['Passing'], Next: 'Caught', Assign: { caught: '{% $states.errorOutput.Error %}' } }],
        End: true,
      }),
      Caught: pass({ Output: { caught: '{% $caught %}', given: '{% $states.input %}' }, End: true }),
    },
    functions: {
      work: () => {
        at.push((clock.now() - START) / 1000);
        throw new FunctionError({ errorType: 'Passing', errorMessage: 'again' });
      },
    },
  });

  const ended = await run();

  expect(at).toEqual([0, 2, 8, 18, 28]);
  const cause = JSON.stringify({ errorType: 'Passing', errorMessage: 'again' });
  expect(outputOf(ended)).toEqual({ caught: 'Passing', given: { Error: 'Passing', Cause: cause } });
});

test('full jitter stays below the delay and is the same for the same execution', async () => {
  const delays = async (): Promise<readonly number[]> => {
    const at: number[] = [];
    const { clock, start } = openMachine({
      states: {
        Work: invoking('work', {
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 10, MaxAttempts: 5, BackoffRate: 1, JitterStrategy: 'FULL' }],
          End: true,
        }),
      },
      functions: {
        work: () => {
          at.push(clock.now());
          throw new FunctionError({ errorType: 'Passing' });
        },
      },
    });
    await start({}, 'jitter');
    await clock.advance(100_000);
    return at.slice(1).map((time, index) => time - (at[index] ?? 0));
  };

  const first = await delays();

  expect(first).toHaveLength(5);
  expect(first.every((delay) => delay >= 0 && delay < 10_000)).toBe(true);
  expect(new Set(first).size).toBeGreaterThan(1);
  expect(await delays()).toEqual(first);
});

test('a query is started, waited for and answered', async () => {
  const { run, queries } = openMachine({ states: { Query: querying() }, queriesEnd: 'SUCCEEDED' });
  expect(outputOf(await run())).toMatchObject({
    QueryExecution: { QueryExecutionId: 'query-0', Status: { State: 'SUCCEEDED' } },
  });
  expect(queries[0]?.input).toEqual({ QueryString: 'SELECT 1' });
});

test('a query that failed is States.TaskFailed with the query as its cause', async () => {
  const { run } = openMachine({ states: { Query: querying() }, queriesEnd: 'FAILED' });
  const ended = await run();
  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
  expect(JSON.parse(ended.cause ?? '')).toMatchObject({ QueryExecution: { Status: { State: 'FAILED' } } });
});

test('a task that takes too long is stopped and can be caught as States.Timeout, not as States.TaskFailed', async () => {
  const { run, stopped } = openMachine({
    states: {
      Query: querying({
        Catch: [
          { ErrorEquals: ['States.TaskFailed'], Next: 'Wrong' },
          { ErrorEquals: ['States.Timeout'], Next: 'Right' },
        ],
        End: true,
      }),
      Wrong: pass({ End: true }),
      Right: pass({ Output: '{% $states.context.State.EnteredTime %}', End: true }),
    },
  });
  expect(outputOf(await run())).toBe(new Date(START + 60_000).toISOString());
  expect(stopped).toEqual(['query-0']);
});

test('the machine has a timeout of its own, which stops what runs', async () => {
  const { run, stopped } = openMachine({ machine: machineOf({ Query: querying() }, { TimeoutSeconds: 30 }) });
  expect(await run()).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout', stopDate: START / 1000 + 30 });
  expect(stopped).toEqual(['query-0']);
});

test('errors of an SDK call carry the name of the service', async () => {
  const deleteTable = {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:glue:deleteTable',
    Arguments: { DatabaseName: 'lake', Name: 'gone' },
    TimeoutSeconds: 60,
    Catch: [{ ErrorEquals: ['Glue.EntityNotFoundException'], Next: 'Gone' }],
    Next: 'Deleted',
  } as const;
  const states = {
    Drop: deleteTable,
    Deleted: pass({ Output: 'deleted', End: true }),
    Gone: pass({ Output: 'gone', End: true }),
  };
  const missing = openMachine({
    states,
    glue: () => {
      throw new AwsError('EntityNotFoundException', 'Table gone not found.');
    },
  });
  expect(outputOf(await openMachine({ states }).run())).toBe('deleted');
  expect(outputOf(await missing.run())).toBe('gone');
});

test('an output over 256 KiB fails as States.DataLimitExceeded, which States.ALL does not take', async () => {
  const states = (caught: string): Readonly<Record<string, State>> => ({
    Work: invoking('work', { Catch: [{ ErrorEquals: [caught], Next: 'Caught' }], End: true }),
    Caught: pass({ Output: 'caught', End: true }),
  });
  const functions = { work: () => 'x'.repeat(262_144) };
  expect(await openMachine({ states: states('States.ALL'), functions }).run()).toMatchObject({
    status: 'FAILED',
    error: 'States.DataLimitExceeded',
  });
  expect(outputOf(await openMachine({ states: states('States.DataLimitExceeded'), functions }).run())).toBe('caught');
});

test('the 25,000th event ends an execution that goes round in circles', async () => {
  const { run, call } = openMachine({ states: { Round: pass({ Next: 'Again' }), Again: pass({ Next: 'Round' }) } });
  const ended = await run();
  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  const request = { executionArn: ended.executionArn, reverseOrder: true, maxResults: 1 };
  const { events } = await call<{ events: object[] }>('GetExecutionHistory', request);
  expect(events[0]).toMatchObject({ id: 25_000, type: 'ExecutionFailed' });
});

test('the history tells what happened in the words of the service', async () => {
  const { run, history } = openMachine({
    states: { Work: invoking('work', { Assign: { a: 1 }, End: true }) },
    functions: { work: () => 'ok' },
  });
  const { executionArn, stateMachineArn } = await run({ x: 1 });
  const events = await history(executionArn);
  expect(stateMachineArn).toBe(MACHINE);
  expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
    [1, 0, 'ExecutionStarted'],
    [2, 1, 'TaskStateEntered'],
    [3, 2, 'TaskScheduled'],
    [4, 3, 'TaskStarted'],
    [5, 4, 'TaskSucceeded'],
    [6, 5, 'TaskStateExited'],
    [7, 6, 'ExecutionSucceeded'],
  ]);
  expect(events[2]).toMatchObject({
    taskScheduledEventDetails: { resourceType: 'lambda', resource: 'invoke', timeoutInSeconds: 60 },
  });
  expect(events[5]).toMatchObject({ stateExitedEventDetails: { name: 'Work', output: '"ok"', assignedVariables: { a: '1' } } });
});

test('a fault of the host fails the execution and is shown, never caught', async () => {
  const { run } = openMachine({
    states: {
      Work: invoking('work', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], End: true }),
      Caught: pass({ End: true }),
    },
    functions: {
      work: () => {
        throw new TypeError('a bug');
      },
    },
  });
  const ended = await run();
  expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(ended.cause).toContain('a bug');
});
