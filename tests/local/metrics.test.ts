import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import { startEndpoint, type Endpoint } from '../../local/endpoint/endpoint';
import { MetricsStandIn } from '../../local/stand-ins/metrics/metrics-stand-in';
import { encodeEntries, ShardLog } from '../../local/stand-ins/stream/shard-log';
import { fc } from '../properties';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-02T00:00:00Z');

const query = (
  metric: Partial<NonNullable<MetricDataQuery['MetricStat']>['Metric']> = {},
  Period = 60,
  Stat = 'Sum',
): MetricDataQuery => ({
  Id: 'incoming',
  MetricStat: {
    Metric: {
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: 's' }],
      ...metric,
    },
    Period,
    Stat,
  },
});

/** A stand-in that saw these arrivals on stream `s`, and how to ask it in the process. */
const standIn = (arrivals: readonly (readonly [number, number])[], now: number) => {
  const metrics = new MetricsStandIn({
    clock: new ManualClock(now),
    arrivals: (kind, name) => (kind === 'stream' && name === 's' ? arrivals : undefined),
  });
  const ask = async (from: number, to: number, Period: number, rest: object = {}) => {
    const answer = await metrics.service.operations['GetMetricData']!(
      { MetricDataQueries: [query({}, Period)], StartTime: from / 1_000, EndTime: to / 1_000, ...rest },
      operator('000000000000'),
    );
    return (answer as { MetricDataResults: { Timestamps: number[]; Values: number[] }[] }).MetricDataResults[0]!;
  };
  return { metrics, ask };
};

describe('IncomingRecords', () => {
  it('counts every record once, whatever the period', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: DAY - 1 }), fc.integer({ min: 1, max: 500 })), { maxLength: 40 }),
        fc.constantFrom(60, 300, 3_600),
        async (puts, period) => {
          const { ask } = standIn(
            puts.map(([at, records]) => [START + at, records] as const),
            START + DAY,
          );
          const { Values, Timestamps } = await ask(START, START + DAY, period);
          expect(Values.reduce((sum, value) => sum + value, 0)).toBe(puts.reduce((sum, [, records]) => sum + records, 0));
          expect(Timestamps).toEqual([...Timestamps].sort((left, right) => right - left));
          expect(Values.every((value) => value > 0)).toBe(true);
        },
      ),
    );
  });

  it('is told by the period in which records arrived, the end apart', async () => {
    const { ask } = standIn(
      [
        [START + 30_000, 2],
        [START + 90_000, 3],
        [START + 3 * MINUTE, 7],
      ],
      START + HOUR,
    );
    expect(await ask(START, START + 3 * MINUTE, 60, { ScanBy: 'TimestampAscending' })).toMatchObject({
      Timestamps: [START / 1_000, START / 1_000 + 60],
      Values: [2, 3],
    });
  });

  it('of an older time is told by coarser periods only, and at last not at all', async () => {
    const arrivals = [[START, 5]] as const;
    for (const [age, finest] of [
      [15, 60],
      [63, 300],
      [455, 3_600],
    ] as const) {
      const { ask } = standIn(arrivals, START + age * DAY);
      for (const period of [60, 300, 3_600])
        expect((await ask(START, START + HOUR, period)).Values).toEqual(period < finest ? [] : [5]);
    }
    expect((await standIn(arrivals, START + 456 * DAY).ask(START, START + HOUR, 3_600)).Values).toEqual([]);
  });
});

describe('what is not modelled', () => {
  let endpoint: Endpoint;
  let client: CloudWatchClient;
  const { metrics } = standIn([[START, 5]], START + HOUR);
  beforeAll(async () => {
    endpoint = await startEndpoint({
      port: 0,
      accountId: '000000000000',
      roles: [],
      services: [metrics.service],
      restRoutes: [],
      s3: () => Promise.reject(new Error('not asked')),
      admin: () => Promise.resolve({ status: 404, body: {} }),
      trace: () => undefined,
      clock: new ManualClock(START),
    });
    client = new CloudWatchClient({
      endpoint: endpoint.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'me', secretAccessKey: 'x' },
      maxAttempts: 1,
    });
  });
  afterAll(async () => {
    client.destroy();
    await endpoint.close();
  });

  const range = { StartTime: new Date(START), EndTime: new Date(START + HOUR) };

  it('is refused by its name; what is, a real client reads', async () => {
    const { MetricDataResults } = await client.send(new GetMetricDataCommand({ MetricDataQueries: [query()], ...range }));
    expect(MetricDataResults).toEqual([
      { Id: 'incoming', Label: 'IncomingRecords', StatusCode: 'Complete', Timestamps: [new Date(START)], Values: [5] },
    ]);
    for (const [refused, name] of [
      [query({ MetricName: 'IncomingBytes' }), 'IncomingBytes'],
      [query({ Namespace: 'AWS/S3' }), 'AWS/S3'],
      [query({ Dimensions: [] }), 'StreamName'],
      [query({}, 60, 'Average'), 'Average'],
      [query({}, 30), '30'],
      [{ Id: 'e1', Expression: 'SUM(METRICS())' }, 'Expression'],
    ] as const)
      await expect(client.send(new GetMetricDataCommand({ MetricDataQueries: [refused], ...range }))).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: expect.stringContaining(name) as unknown,
      });
    await expect(
      client.send(new GetMetricDataCommand({ MetricDataQueries: [query()], ...range, MaxDatapoints: 5 })),
    ).rejects.toThrow('MaxDatapoints');
    await expect(client.send(new ListMetricsCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('does not hide that a stream is not there: it has no data points, as on AWS', async () => {
    const other = query({ Dimensions: [{ Name: 'StreamName', Value: 'other' }] });
    const { MetricDataResults } = await client.send(new GetMetricDataCommand({ MetricDataQueries: [other], ...range }));
    expect(MetricDataResults?.[0]?.Values).toEqual([]);
  });
});

describe('the log of a shard', () => {
  it('remembers when records arrived after their files are gone, and after a restart', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lithify-arrivals-'));
    const total = (log: ShardLog): number => [...log.arrivals()].reduce((sum, [, records]) => sum + records, 0);
    const record = { partitionKey: 'k', data: Buffer.alloc(12 * 1024 * 1024).toString('base64') };
    let log = new ShardLog(folder);
    for (let minute = 0; minute < 7; minute++) log.append(encodeEntries(START + minute * MINUTE, [record]));
    const before = readdirSync(folder).filter((name) => name.endsWith('.log')).length;
    log.trimBefore(7);
    expect(readdirSync(folder).filter((name) => name.endsWith('.log')).length).toBeLessThan(before);
    expect(total(log)).toBe(7);
    log.close();
    log = new ShardLog(folder);
    expect([...log.arrivals()].map(([millis]) => (millis - START) / MINUTE).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    log.close();
    rmSync(folder, { recursive: true });
  });
});
