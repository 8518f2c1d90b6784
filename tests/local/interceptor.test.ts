import { GlueClient, GetTableCommand } from '@aws-sdk/client-glue';
import { KinesisClient, DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { AwsError } from '../../local/aws-error';
import { type InterceptedCall, type Interceptor, loseAnswer, type Proceed } from '../../local/interceptor';
import { Lake } from '../flow/lake';

const throttled = (): never => {
  throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
};

describe('an interceptor stands between callers and services', () => {
  let lake: Lake;
  let behave: Interceptor;
  let seen: InterceptedCall[];

  beforeAll(async () => {
    lake = await Lake.open(undefined, undefined, (call, proceed) => {
      seen.push(call);
      return behave(call, proceed);
    });
  });
  afterAll(() => lake.remove());
  beforeEach(() => {
    seen = [];
    behave = (_call, proceed) => proceed();
  });

  const client = () => ({
    endpoint: lake.host.endpoint,
    region: lake.host.region,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'x' },
  });
  const once = (operation: string, fault: (proceed: Proceed) => ReturnType<Interceptor>): Interceptor => {
    let left = 1;
    return (call, proceed) => (call.operation === operation && left-- > 0 ? fault(proceed) : proceed());
  };
  const put = (key: string, body: string) =>
    lake.s3.send(new PutObjectCommand({ Bucket: lake.bucket, Key: key, Body: body, IfNoneMatch: '*' }));
  const text = async (key: string) =>
    (await lake.s3.send(new GetObjectCommand({ Bucket: lake.bucket, Key: key }))).Body?.transformToString();
  const database = () => String(lake.host.outputs['database']);

  test('it is told service, operation, resource, input and try of every call', async () => {
    const glue = new GlueClient(client());
    await glue.send(new GetTableCommand({ DatabaseName: database(), Name: 'events' }));
    await put('runs/told', 'x');
    await new SchedulerClient(client()).send(new ListSchedulesCommand({}));
    await new KinesisClient(client()).send(
      new DescribeStreamSummaryCommand({ StreamName: String(lake.host.outputs['streamName']) }),
    );
    expect(seen.map(({ service, operation, via, attempt }) => [service, operation, via, attempt])).toEqual([
      ['glue', 'GetTable', 'wire', 1],
      ['s3', 'PutObject', 'wire', 1],
      ['scheduler', 'ListSchedules', 'wire', 1],
      ['kinesis', 'DescribeStreamSummary', 'wire', 1],
    ]);
    expect(seen[0]).toMatchObject({ input: { Name: 'events' }, caller: { arn: expect.stringContaining('operator') as string } });
    expect(seen[1]).toMatchObject({
      resource: `s3://${lake.bucket}/runs/told`,
      input: { Bucket: lake.bucket, Key: 'runs/told' },
    });
  });

  test('an error before it: nothing happened, and the SDK tries again', async () => {
    behave = once('GetTable', throttled);
    const { Table } = await new GlueClient(client()).send(new GetTableCommand({ DatabaseName: database(), Name: 'events' }));
    expect(Table?.Name).toBe('events');
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(new Set(seen.map(({ invocationId }) => invocationId)).size).toBe(1);
  });

  test('a write that happened and whose answer is lost meets itself when it is tried again', async () => {
    behave = once('PutObject', async (proceed) => {
      await proceed();
      return loseAnswer();
    });
    await expect(put('runs/lost', 'once')).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text('runs/lost')).toBe('once');
  });

  test('over HTTP/2 an answer is lost as well', async () => {
    behave = (call, proceed) => (call.attempt === 1 ? proceed().then(loseAnswer) : proceed());
    const kinesis = new KinesisClient(client());
    const StreamName = String(lake.host.outputs['streamName']);
    await expect(kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).rejects.toThrow(/NGHTTP2_INTERNAL_ERROR/);
    expect(seen.map(({ operation }) => operation)).toEqual(['DescribeStreamSummary']);
  });

  test('a write that happened and is answered with an error', async () => {
    behave = once('PutObject', async (proceed) => {
      await proceed();
      throw new AwsError('AccessDenied', 'Access Denied', 403);
    });
    await expect(put('runs/denied', 'kept')).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await text('runs/denied')).toBe('kept');
  });

  test('a call stalls at a gate, before or after its effect', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    behave = once('PutObject', async (proceed) => {
      const answer = await proceed();
      await gate;
      return answer;
    });
    const pending = put('runs/stalled', 'there');
    while ((await lake.keys('runs/stalled')).length === 0) await new Promise((resolve) => setImmediate(resolve));
    open();
    await expect(pending).resolves.toBeDefined();
  });

  test('items of an HTTP 200 fail, and inputs and outputs of JSON services are replaced', async () => {
    await put('runs/kept', 'x');
    behave = once('DeleteObjects', () =>
      Promise.resolve({
        kind: 'http',
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: '<DeleteResult><Error><Key>runs/kept</Key><Code>InternalError</Code></Error></DeleteResult>',
      }),
    );
    const { Errors } = await lake.s3.send(
      new DeleteObjectsCommand({ Bucket: lake.bucket, Delete: { Objects: [{ Key: 'runs/kept' }] } }),
    );
    expect(Errors).toMatchObject([{ Key: 'runs/kept', Code: 'InternalError' }]);
    expect(seen.at(-1)?.input).toMatchObject({ Keys: ['runs/kept'] });
    behave = (_call, proceed) => proceed({ DatabaseName: database(), Name: 'events_raw' });
    const glue = new GlueClient(client());
    expect((await glue.send(new GetTableCommand({ DatabaseName: database(), Name: 'x' }))).Table?.Name).toBe('events_raw');
    behave = () => Promise.resolve({ kind: 'json', output: { Table: { Name: 'made up' } } });
    expect((await glue.send(new GetTableCommand({ DatabaseName: database(), Name: 'x' }))).Table?.Name).toBe('made up');
  });

  test('a client without credentials is refused before any interceptor sees its call', async () => {
    expect((await fetch(`${lake.host.endpoint}/${lake.bucket}/runs/kept`)).status).toBe(403);
    expect(seen).toEqual([]);
  });

  test('what the host keeps is read whole through an interceptor, however large', async () => {
    const body = 'x'.repeat(700_000);
    await put('runs/large', body);
    expect(await text('runs/large')).toBe(body);
    expect(
      (
        await new S3Client({ ...client(), forcePathStyle: true }).send(
          new ListObjectsV2Command({ Bucket: lake.bucket, Prefix: 'runs/large' }),
        )
      ).KeyCount,
    ).toBe(1);
  });
});

describe('a state machine and its functions pass an interceptor', () => {
  let lake: Lake;
  let behave: Interceptor;
  const seen: string[] = [];

  beforeAll(async () => {
    lake = await Lake.open(undefined, undefined, (call, proceed) => {
      seen.push(`${call.via} ${call.from === undefined ? '' : `${call.from.functionName}: `}${call.service}:${call.operation}`);
      return behave(call, proceed);
    });
  });
  afterAll(() => lake.remove());
  beforeEach(() => {
    seen.length = 0;
    behave = (_call, proceed) => proceed();
  });

  const invoking = (call: InterceptedCall, name: string): boolean =>
    call.operation === 'Invoke' && String(call.resource).endsWith(`-${name}`);
  const calling = (call: InterceptedCall, name: string, operation: string): boolean =>
    call.from?.functionName.endsWith(`-${name}`) === true && call.operation === operation;
  /** Starts a run, which finds nothing to do, and lets two hours pass. */
  const run = async (): Promise<string> => {
    await lake.compact();
    await lake.host.advance(7_200_000);
    return (await lake.report()).status;
  };
  const times = (name: string): number => seen.filter((call) => call === name).length;

  test('a function that is throttled, or whose answer is lost, is invoked again', async () => {
    let faults = 0;
    behave = (call, proceed) => {
      if (!invoking(call, 'plan')) return proceed();
      if (++faults === 1) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
      return faults === 2 ? proceed().then(loseAnswer) : proceed();
    };
    expect(await run()).toBe('succeeded');
    // The schedule starts a run of its own meanwhile.
    expect(faults).toBeGreaterThanOrEqual(3);
    expect(times('machine lambda:Invoke')).toBeGreaterThan(4);
  });

  test('its calls carry the invocation that they come from; a killed sandbox is the error that Lambda reports', async () => {
    const events: unknown[] = [];
    behave = async (call, proceed) => {
      const answer = await proceed();
      if (calling(call, 'lock', 'PutObject')) {
        events.push(call.from?.event);
        call.from?.kill();
        loseAnswer();
      }
      return answer;
    };
    const { executionArn } = await lake.compact();
    await lake.host.advance(60_000);
    const { events: history } = (await lake.host.call('states', 'GetExecutionHistory', { executionArn, maxResults: 1000 })) as {
      events: readonly { readonly type: string; readonly taskFailedEventDetails?: { readonly error: string } }[];
    };
    const failures = history.flatMap(({ taskFailedEventDetails: details }) => (details === undefined ? [] : [details.error]));
    expect(failures).toEqual(['Runtime.ExitError']);
    expect(events).toMatchObject([{ run: { table: 'events' } }]);
    // The machine tried once more, and the lock that the dead sandbox had taken was the run's own.
    expect(await lake.host.call('states', 'DescribeExecution', { executionArn })).toMatchObject({ status: 'SUCCEEDED' });
    behave = (_call, proceed) => proceed();
    expect(await run()).toBe('succeeded');
  });

  test('a function that stalls lets time pass until its timeout ends it', async () => {
    behave = async (call, proceed) => {
      if (calling(call, 'plan', 'ListObjectsV2')) {
        await call.from?.timeOut();
        loseAnswer();
      }
      return proceed();
    };
    const before = lake.host.now();
    const { executionArn } = await lake.compact();
    await lake.host.advance(3_600_000);
    const described = (await lake.host.call('states', 'DescribeExecution', { executionArn })) as Record<string, unknown>;
    expect(described).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
    expect(Number(described['stopDate']) * 1000 - before).toBeGreaterThanOrEqual(60_000);
    behave = (_call, proceed) => proceed();
    expect(await run()).toBe('succeeded');
  });

  test('time passes for a call that lets go of the clock, and for no other', async () => {
    const passed: number[] = [];
    behave = async (call, proceed) => {
      if (invoking(call, 'report') || calling(call, 'report', 'PutObject')) {
        const at = lake.host.now();
        await call.letGo(async () => {
          while (lake.host.now() < at + 60_000) await new Promise((resolve) => setImmediate(resolve));
        });
        passed.push(lake.host.now() - at);
      }
      return proceed();
    };
    await lake.compact();
    // A timer for the clock to reach: nothing else is due in a run that does nothing.
    for (let minute = 0; minute < 4; minute++) await lake.host.advance(60_000);
    expect(passed.length).toBeGreaterThanOrEqual(1);
    behave = (_call, proceed) => proceed();
    await lake.host.advance(600_000);
    expect((await lake.report()).status).toBe('succeeded');
  });
});
