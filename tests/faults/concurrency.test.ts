import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { loseAnswer, type InterceptedCall, type Interceptor } from '../../local/interceptor';
import { event, Lake, START } from '../flow/lake';

const SECOND = START / 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FIRST = Array.from({ length: 6 }, (_, index) => event(index, `type${index % 2}:x`, SECOND + index));
const COUNTS = 'SELECT count(*), sum(copies), count(DISTINCT event_uuid) FROM events';

const invokes = ({ service, operation, resource }: InterceptedCall, functionName: string): boolean =>
  service === 'lambda' && operation === 'Invoke' && (resource ?? '').endsWith(`-${functionName}`);

/** The embedded host whole: schedule, functions in their own threads, state machine, SQL. */
describe('runs that meet on the whole machine', () => {
  let lake: Lake;
  let intercept: Interceptor = (_, proceed) => proceed();
  beforeEach(async () => {
    intercept = (_, proceed) => proceed();
    lake = await Lake.open(undefined, undefined, (call, proceed) => intercept(call, proceed));
    await lake.put(...FIRST);
    await lake.deliver();
    await lake.put(...FIRST.slice(0, 2));
    await lake.deliver();
  });
  afterEach(() => lake.remove());

  const start = async (): Promise<string> => {
    const stateMachineArn = String(lake.host.outputs['stateMachineArn']);
    return (await lake.executions.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }))).executionArn ?? '';
  };
  const statusOf = async (executionArn: string) => {
    const { status, output } = await lake.executions.send(new DescribeExecutionCommand({ executionArn }));
    return { status, ...(JSON.parse(output ?? '{}') as { status?: string; owner?: string; lock?: string }) };
  };
  const executions = async () => {
    const stateMachineArn = String(lake.host.outputs['stateMachineArn']);
    return (await lake.executions.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];
  };
  const expectConverged = async (): Promise<void> => {
    expect(await lake.rows(COUNTS)).toEqual([['6', '8', '6']]);
    expect(await lake.keys('locks/')).toEqual([]);
    await lake.night();
    expect(await lake.report()).toMatchObject({ status: 'succeeded', partitions: 0, queries: 0 });
  };

  test('of the scheduled run and two manual ones started with it, one works and the others say whose turn it is', async () => {
    const manual: string[] = [];
    intercept = async (call, proceed) => {
      if (invokes(call, 'route') && manual.length === 0) manual.push(await start(), await start());
      return proceed();
    };
    await lake.night();
    const [one, two] = [await statusOf(manual[0] ?? ''), await statusOf(manual[1] ?? '')];
    const scheduled = (await executions()).find(({ executionArn }) => !manual.includes(executionArn ?? ''));
    expect([one, two]).toMatchObject([
      { status: 'already running', owner: scheduled?.executionArn },
      { status: 'already running', owner: scheduled?.executionArn },
    ]);
    expect(scheduled?.status).toBe('SUCCEEDED');
    await expectConverged();
  });

  test("the answer to the lock's PUT never arrives: the run finds the lock its own and works", async () => {
    let lost = 0;
    intercept = async (call, proceed) => {
      if (call.operation !== 'PutObject' || !String(call.input['Key']).startsWith('locks/') || lost > 0) return proceed();
      lost++;
      await proceed();
      return loseAnswer();
    };
    await lake.night();
    expect(lost).toBe(1);
    await expectConverged();
  });

  test('the clock moves on by days while a publish stalls: its timeout ends it, the step is done again, and the run works', async () => {
    let stalled = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    intercept = async (call, proceed) => {
      if (call.operation !== 'CreatePartition' || call.from === undefined || stalled > 0) return proceed();
      stalled++;
      await call.letGo(() => gate);
      return proceed();
    };
    await lake.night();
    await lake.host.advance(3 * DAY);
    expect(stalled).toBe(1);
    expect(new Set((await executions()).map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
    expect(await lake.rows(COUNTS)).toEqual([['6', '8', '6']]);
    release();
    await lake.night();
    await expectConverged();
  });

  test('a run redriven ten days later ends with the reason, starts no query and changes nothing', async () => {
    let stopped: string | undefined;
    intercept = async (call, proceed) => {
      if (invokes(call, 'publish') && stopped === undefined) {
        const { Payload } = call.input as { Payload: { run: { executionArn: string } } };
        stopped = Payload.run.executionArn;
        await lake.executions.send(new StopExecutionCommand({ executionArn: stopped }));
      }
      return proceed();
    };
    await lake.night();
    await lake.host.advance(10 * DAY);
    expect(await lake.rows(COUNTS)).toEqual([['6', '8', '6']]);
    const locations = await lake.keys('curated/');
    await lake.executions.send(new RedriveExecutionCommand({ executionArn: stopped }));
    await lake.host.advance(HOUR);
    const redriven = await lake.executions.send(new DescribeExecutionCommand({ executionArn: stopped }));
    expect(redriven.status).toBe('SUCCEEDED');
    expect(redriven.output).toContain('superseded, the first because the lock is no longer held by this run');
    expect(await lake.keys('curated/')).toEqual(locations);
    await expectConverged();
  });
});
