import type { Json, MapState, State, WaitState } from '../../workflows/asl';
import { FunctionError, START, invoking, openMachine, outputOf } from './state-machine-host';

const inline = (states: Readonly<Record<string, State>>, rest: Partial<MapState> = {}): State =>
  ({
    Type: 'Map',
    Items: '{% $states.input.items %}',
    MaxConcurrency: 0,
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: Object.keys(states)[0], States: states },
    End: true,
    ...rest,
  }) as State;

const distributed = (states: Readonly<Record<string, State>>, rest: object = {}): State =>
  ({
    Type: 'Map',
    Label: 'Batches',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON' },
      Arguments: { Bucket: 'lake', Key: '{% $states.input.key %}' },
    },
    MaxConcurrency: 2,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: Object.keys(states)[0],
      States: states,
    },
    End: true,
    ...rest,
  }) as State;

const wait = (rest: Partial<WaitState>): State => ({ Type: 'Wait', Seconds: '{% $states.input.seconds %}', ...rest }) as State;
const failing = (payload: Json): never => {
  throw new FunctionError(payload);
};

test('iterations run at the same time, read the variables around them and give their results in order', async () => {
  const { run } = openMachine({
    states: {
      Set: { Type: 'Pass', Assign: { unit: 's' }, Next: 'Each' },
      Each: inline(
        {
          Sleep: wait({
            Assign: { own: 1 },
            Output: "{% $states.context.Map.Item.Index & ':' & $states.input.seconds & $unit %}",
            End: true,
          }),
        },
        { ItemSelector: { seconds: '{% $states.context.Map.Item.Value %}' } },
      ),
    },
  });
  const ended = await run({ items: [3, 1, 2] });
  expect(outputOf(ended)).toEqual(['0:3s', '1:1s', '2:2s']);
  expect(ended.stopDate).toBe(START / 1000 + 3);
});

test('MaxConcurrency bounds how many iterations run at a time', async () => {
  const { run } = openMachine({
    states: { Each: inline({ Sleep: wait({ End: true }) }, { MaxConcurrency: 2 }) },
  });
  const ended = await run({ items: [{ seconds: 10 }, { seconds: 10 }, { seconds: 10 }, { seconds: 10 }, { seconds: 10 }] });
  expect(ended.stopDate).toBe(START / 1000 + 30);
});

test('an iteration that fails ends the map with its error, and its siblings are aborted', async () => {
  const { run, history } = openMachine({
    states: {
      Each: inline({
        Sleep: wait({ Next: 'Work' }),
        Work: invoking('work'),
      }),
    },
    functions: { work: ({ seconds }) => (seconds === 1 ? failing({ errorType: 'Broken' }) : seconds) },
  });
  const ended = await run({ items: [{ seconds: 0 }, { seconds: 1 }, { seconds: 600 }] });
  expect(ended).toMatchObject({ status: 'FAILED', error: 'Broken', stopDate: START / 1000 + 1 });
  const types = (await history(ended.executionArn)).map(({ type }) => type);
  expect(types).toContain('MapIterationSucceeded');
  expect(types).toContain('MapIterationFailed');
  expect(types).toContain('MapIterationAborted');
});

test('a map that is retried starts all over', async () => {
  let calls = 0;
  const { run } = openMachine({
    states: {
      Each: inline(
        { Work: invoking('work') },
        { Retry: [{ ErrorEquals: ['Once'], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }], MaxConcurrency: 1 },
      ),
    },
    functions: { work: (n) => (++calls === 2 ? failing({ errorType: 'Once' }) : n) },
  });
  expect(outputOf(await run({ items: [1, 2, 3] }))).toEqual([1, 2, 3]);
  expect(calls).toBe(5);
});

test.each([
  ['inline', inline({ Work: invoking('work') }, { Items: [1, 2], Next: 'Again?' })],
  ['Distributed', distributed({ Work: invoking('work') }, { Next: 'Again?' })],
])('a map that is entered again runs all its items again: %s', async (_kind, state) => {
  const calls: unknown[] = [];
  const { End: _end, ...each } = state as MapState & { readonly End?: true };
  const { run } = openMachine({
    states: {
      Set: { Type: 'Pass', Assign: { rounds: 0 }, Next: 'Each' },
      Each: { ...each, Assign: { rounds: '{% $rounds + 1 %}' }, Output: { key: 'plan.json' } } as State,
      'Again?': { Type: 'Choice', Choices: [{ Condition: '{% $rounds < 2 %}', Next: 'Each' }], Default: 'Done' },
      Done: { Type: 'Succeed' },
    },
    functions: { work: (n) => calls.push(n) },
    objects: { 'lake/plan.json': '[1,2]' },
  });
  expect((await run({ key: 'plan.json' })).status).toBe('SUCCEEDED');
  expect(calls).toEqual([1, 2, 1, 2]);
});

test('items that are no array fail the map', async () => {
  const { run } = openMachine({ states: { Each: inline({ Done: { Type: 'Pass', End: true } }) } });
  expect(await run({ items: 'text' })).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  expect(outputOf(await run({ items: [] }))).toEqual([]);
});

test('each item of a Distributed Map is a child execution with a name, an input and a history of its own', async () => {
  const { run, call, history } = openMachine({
    states: {
      Batches: distributed(
        { Work: invoking('work') },
        { ItemSelector: { n: '{% $states.context.Map.Item.Value %}', all: '{% $states.input.key %}' } },
      ),
    },
    functions: { work: ({ n, all }) => `${n} of ${all}` },
    objects: { 'lake/plan.json': '[1,2,3]' },
  });

  const ended = await run({ key: 'plan.json' });

  expect(outputOf(ended)).toEqual(['1 of plan.json', '2 of plan.json', '3 of plan.json']);
  const { mapRuns } = await call<{ mapRuns: { mapRunArn: string }[] }>('ListMapRuns', { executionArn: ended.executionArn });
  const mapRunArn = mapRuns[0]?.mapRunArn ?? '';
  expect(mapRunArn).toMatch(/^arn:aws:states:eu-west-1:000000000000:mapRun:compaction\/Batches:[0-9a-f-]{36}$/);
  expect(await call('DescribeMapRun', { mapRunArn })).toMatchObject({
    status: 'SUCCEEDED',
    itemCounts: { succeeded: 3, total: 3, failed: 0 },
  });
  const { executions } = await call<{ executions: { executionArn: string; mapRunArn: string }[] }>('ListExecutions', {
    mapRunArn,
  });
  expect(executions).toHaveLength(3);
  expect(executions[0]?.executionArn).toMatch(/:execution:compaction\/Batches:[0-9a-f-]{36}$/);
  const types = (await history(executions[0]?.executionArn ?? '')).map(({ type }) => type);
  expect(types[0]).toBe('ExecutionStarted');
  expect(types.at(-1)).toBe('ExecutionSucceeded');
  const parent = (await history(ended.executionArn)).map(({ type }) => type);
  expect(parent.slice(1, 6)).toEqual([
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunSucceeded',
    'MapStateSucceeded',
  ]);
});

test('children that fail are tolerated up to a percentage, and left out of the output', async () => {
  const open = (toleratedFailurePercentage: number): ReturnType<typeof openMachine> =>
    openMachine({
      states: { Batches: distributed({ Work: invoking('work') }, { ToleratedFailurePercentage: toleratedFailurePercentage }) },
      functions: { work: (n) => (Number(n) % 2 === 0 ? failing({ errorType: 'Even' }) : n) },
      objects: { 'lake/plan.json': '[1,2,3,4]' },
    });
  expect(outputOf(await open(50).run({ key: 'plan.json' }))).toEqual([1, 3]);
  expect(await open(49).run({ key: 'plan.json' })).toMatchObject({
    status: 'FAILED',
    error: 'States.ExceedToleratedFailureThreshold',
  });
});

test.each([
  ['is missing', 'other.json'],
  ['is no JSON', 'broken.json'],
  ['is no array', 'object.json'],
])('a list of items that %s is States.ItemReaderFailed', async (_what, key) => {
  const { run } = openMachine({
    states: { Batches: distributed({ Done: { Type: 'Pass', End: true } }) },
    objects: { 'lake/broken.json': '[1,', 'lake/object.json': '{}' },
  });
  expect(await run({ key })).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
});

test('stopping an execution aborts its children and their queries, and nothing follows', async () => {
  const query = {
    Type: 'Task',
    Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
    Arguments: { QueryString: 'SELECT 1' },
    TimeoutSeconds: 600,
    End: true,
  } as const;
  const { start, call, clock, describe, stopped, queries } = openMachine({
    states: { Batches: distributed({ Query: query }) },
    objects: { 'lake/plan.json': '[1,2,3]' },
  });
  const arn = await start({ key: 'plan.json' });
  await clock.advance(1000);
  expect(queries).toHaveLength(2);

  await call('StopExecution', { executionArn: arn, error: 'Enough', cause: 'by hand' });
  await clock.advance(10_000);

  expect(await describe(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand', stopDate: START / 1000 + 1 });
  expect([...stopped].sort()).toEqual(['query-0', 'query-1']);
  expect(queries).toHaveLength(2);
  const { mapRuns } = await call<{ mapRuns: { mapRunArn: string }[] }>('ListMapRuns', { executionArn: arn });
  expect(await call('DescribeMapRun', mapRuns.map(({ mapRunArn }) => ({ mapRunArn }))[0])).toMatchObject({
    status: 'ABORTED',
    itemCounts: { aborted: 2, pending: 1 },
  });
});

test('a redriven Distributed Map runs the children that failed and keeps the others', async () => {
  const calls: number[] = [];
  let broken = true;
  const { run, call, clock, describe, history } = openMachine({
    states: { Batches: distributed({ Work: invoking('work') }, { MaxConcurrency: 1 }) },
    functions: {
      work: (n) => {
        calls.push(Number(n));
        return broken && Number(n) === 2 ? failing({ errorType: 'Broken' }) : n;
      },
    },
    objects: { 'lake/plan.json': '[1,2,3]' },
  });
  const failed = await run({ key: 'plan.json' });
  expect(failed.status).toBe('FAILED');
  expect(calls).toEqual([1, 2]);

  broken = false;
  await call('RedriveExecution', { executionArn: failed.executionArn });
  await clock.advance(1000);

  const ended = await describe(failed.executionArn);
  expect(outputOf(ended)).toEqual([1, 2, 3]);
  expect(ended.redriveCount).toBe(1);
  expect(calls).toEqual([1, 2, 2, 3]);
  const types = (await history(failed.executionArn)).map(({ type }) => type);
  expect(types.filter((type) => type === 'MapRunStarted')).toHaveLength(1);
  expect(types).toContain('MapRunRedriven');
});
