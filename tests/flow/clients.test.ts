import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  AthenaClient,
  GetQueryRuntimeStatisticsCommand,
  GetWorkGroupCommand,
  ListQueryExecutionsCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  DescribeDeliveryStreamCommand,
  FirehoseClient,
  ListDeliveryStreamsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-firehose';
import { BatchGetPartitionCommand, GetPartitionsCommand, GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  MergeShardsCommand,
} from '@aws-sdk/client-kinesis';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { accessKeyIdOf } from '../../local/caller';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
/** What a careless producer may send; each lands under errors/ with its original bytes. */
const UNUSABLE = [
  'not json',
  '[]',
  '{"event_name":"a:b"}',
  event(7, 'late:x', SECOND),
  event(8, 'Ümlaut:x', SECOND),
  `{"pad":"${'x'.repeat(1_000_000)}"}`,
  // No text at all, and a whole event but for one byte: decoded anywhere on the way, they come out as others.
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from(event(9, 'a:x', SECOND, { name: 'Zo\u00eb' }), 'latin1'),
];

describe('real AWS clients on the host', () => {
  let lake: Lake;
  let settings: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
  beforeAll(async () => {
    lake = await Lake.open();
    settings = {
      endpoint: lake.host.endpoint,
      region: lake.host.region,
      credentials: { accessKeyId: 'me', secretAccessKey: 'x' },
    };
    await lake.put(event(1, 'a:x', SECOND), event(2, 'b:x', SECOND), ...UNUSABLE);
    await lake.night();
  });
  afterAll(() => lake.remove());

  const output = (name: string): string => String(lake.host.outputs[name]);

  test('Kinesis over its default HTTP/2: describe, list, read back', async () => {
    const client = new KinesisClient(settings);
    const StreamName = output('streamName');
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName }));
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescription?.StreamStatus).toBe('ACTIVE');
    expect(StreamDescriptionSummary?.EncryptionType).toBe('KMS');
    expect((await client.send(new ListStreamsCommand({}))).StreamNames).toEqual([
      'lithify-dev-events',
      'lithify-dev-members',
      'lithify-dev-telemetry',
      'lithify-dev-users',
    ]);
    const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
    await lake.put(event(1, 'a:x', SECOND));
    let records = 0;
    for (const { ShardId } of Shards) {
      const { ShardIterator } = await client.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      records += (await client.send(new GetRecordsCommand({ ShardIterator }))).Records?.length ?? 0;
    }
    expect(records).toBe(1);
    await expect(
      client.send(new MergeShardsCommand({ StreamName, ShardToMerge: 'a', AdjacentShardToMerge: 'b' })),
    ).rejects.toThrow();
    client.destroy();
  });

  test('Firehose describes its stream and refuses direct records', async () => {
    const client = new FirehoseClient(settings);
    const DeliveryStreamName = output('deliveryStreamName');
    expect((await client.send(new ListDeliveryStreamsCommand({}))).DeliveryStreamNames).toEqual([
      'lithify-dev-events',
      'lithify-dev-films',
      'lithify-dev-members',
      'lithify-dev-members-direct',
      'lithify-dev-telemetry',
      'lithify-dev-users',
    ]);
    const { DeliveryStreamDescription } = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }));
    expect(DeliveryStreamDescription?.DeliveryStreamType).toBe('KinesisStreamAsSource');
    await expect(
      client.send(new PutRecordCommand({ DeliveryStreamName, Record: { Data: Buffer.from('{}') } })),
    ).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
    client.destroy();
  });

  test('what cannot be used lies under errors/ with its original bytes and a reason', async () => {
    const found: string[] = [];
    for (const key of await lake.keys('errors/events/')) {
      const lines = gunzipSync(readFileSync(lake.fileOf(key)))
        .toString('utf8')
        .trim()
        .split('\n');
      for (const line of lines) {
        const { rawData, errorCode } = JSON.parse(line) as { rawData: string; errorCode: string };
        expect(errorCode).not.toBe('');
        found.push(rawData);
      }
    }
    // As bytes: a text that was decoded and encoded again may be another one.
    expect(found.sort()).toEqual(
      UNUSABLE.map((sent) => (typeof sent === 'string' ? Buffer.from(sent) : sent).toString('base64')).sort(),
    );
  });

  test('Glue answers tables, and partitions by expression and by batch', async () => {
    const client = new GlueClient(settings);
    const place = { DatabaseName: output('database'), TableName: output('curatedTable') };
    const { TableList = [] } = await client.send(new GetTablesCommand({ DatabaseName: place.DatabaseName }));
    const tables = TableList.map(({ Name }) => Name).sort();
    expect(tables.slice(0, 5)).toEqual(['events', 'events_gathered', 'events_late', 'events_raw', 'film']);
    expect(tables).toEqual(expect.arrayContaining(['films', 'members', 'telemetry', 'users']));
    const { Partitions = [] } = await client.send(
      new GetPartitionsCommand({ ...place, Expression: "event_type = 'a' AND created_date >= '2026-11-01'" }),
    );
    expect(Partitions.map(({ Values }) => Values)).toEqual([['a', '2026-11-02']]);
    const batch = await client.send(
      new BatchGetPartitionCommand({
        ...place,
        PartitionsToGet: [{ Values: ['b', '2026-11-02'] }, { Values: ['c', '2026-11-02'] }],
      }),
    );
    expect(batch.Partitions).toHaveLength(1);
    client.destroy();
  });

  test('Athena tells its workgroups, queries and statistics', async () => {
    const client = new AthenaClient(settings);
    const { WorkGroup } = await client.send(new GetWorkGroupCommand({ WorkGroup: output('workgroup') }));
    expect(WorkGroup?.Configuration?.EnforceWorkGroupConfiguration).toBe(true);
    expect(await lake.rows('SELECT count(*) FROM events')).toEqual([['2']]);
    const { QueryExecutionIds = [] } = await client.send(new ListQueryExecutionsCommand({ WorkGroup: output('workgroup') }));
    const QueryExecutionId = QueryExecutionIds[0];
    const { QueryRuntimeStatistics } = await client.send(new GetQueryRuntimeStatisticsCommand({ QueryExecutionId }));
    expect(QueryRuntimeStatistics?.Rows?.OutputRows).toBe(1);
    await client.send(new StopQueryExecutionCommand({ QueryExecutionId }));
    await expect(lake.rows('SELECT nothing FROM events')).rejects.toThrow(/nothing/i);
    client.destroy();
  });

  test('Step Functions starts a name once and tells the history', async () => {
    const stateMachineArn = output('stateMachineArn');
    const { executions = [] } = await lake.executions.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }),
    );
    expect(executions.length).toBeGreaterThan(0);
    const history = await lake.executions.send(
      new GetExecutionHistoryCommand({ executionArn: executions[0]?.executionArn, maxResults: 5 }),
    );
    expect(history.events?.[0]?.type).toBe('ExecutionStarted');
    expect((await lake.executions.send(new DescribeStateMachineCommand({ stateMachineArn }))).type).toBe('STANDARD');
    const start = () =>
      lake.executions.send(new StartExecutionCommand({ stateMachineArn, name: 'by-hand', input: '{"dryRun":true}' }));
    const [first, second] = [await start(), await start()];
    expect(second.executionArn).toBe(first.executionArn);
    await expect(
      lake.executions.send(new StartExecutionCommand({ stateMachineArn, name: 'by-hand', input: '{}' })),
    ).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await lake.host.advance(1_000);
  });

  test('Scheduler tells the schedule, and STS who calls', async () => {
    const scheduler = new SchedulerClient(settings);
    const { State, ScheduleExpression } = await scheduler.send(new GetScheduleCommand({ Name: output('scheduleName') }));
    expect([State, ScheduleExpression]).toEqual(['ENABLED', 'cron(30 0 * * ? *)']);
    const { Schedules = [] } = await scheduler.send(new ListSchedulesCommand({}));
    const declared = lake.host.graph.resources.filter(({ type }) => type === 'aws:scheduler/schedule:Schedule');
    expect(Schedules.map(({ Name }) => Name).sort()).toEqual(declared.map(({ inputs }) => String(inputs['name'])).sort());
    // A night for each feed, and the producer of positions.
    expect(Schedules).toHaveLength(6);
    scheduler.destroy();

    const identity = async (accessKeyId: string): Promise<string | undefined> => {
      const client = new STSClient({ ...settings, credentials: { accessKeyId, secretAccessKey: 'x' } });
      const { Arn } = await client.send(new GetCallerIdentityCommand({}));
      client.destroy();
      return Arn;
    };
    const role = lake.host.graph.resources.find(({ type, name }) => type === 'aws:iam/role:Role' && name.includes('gather'));
    expect(await identity('me')).toContain(':user/operator');
    expect(await identity(accessKeyIdOf(String(role?.outputs['arn'])))).toContain(
      `assumed-role/${String(role?.inputs['name'])}/`,
    );
  });
});
