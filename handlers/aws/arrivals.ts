import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { HOUR_MILLIS, MINUTES_MILLIS, type Arrivals, type Arrived, type RecordSource } from '../../workflows/acknowledged';

/**
 * CloudWatch keeps data points of an hour for 455 days, and of a minute for 15; a day within the limit.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
const KEPT_MILLIS = 454 * 24 * HOUR_MILLIS;
const MINUTE = 60_000;

/** CloudWatch answers 200 and says in each result that it could not look it up. */
export class MetricsUnavailable extends Error {
  override readonly name = 'MetricsUnavailable';
}

const metricOf = ({ kind, name }: RecordSource) => ({
  Namespace: kind === 'stream' ? 'AWS/Kinesis' : 'AWS/Firehose',
  MetricName: 'IncomingRecords',
  Dimensions: [{ Name: kind === 'stream' ? 'StreamName' : 'DeliveryStreamName', Value: name }],
});

const pointsOf = async (
  client: Pick<CloudWatchClient, 'send'>,
  sources: readonly RecordSource[],
  range: { readonly fromMillis: number; readonly toMillis: number; readonly periodMillis: number },
): Promise<Arrived> => {
  // A clock may have been set back.
  if (range.fromMillis >= range.toMillis) return [];
  const points = new Map<number, number>();
  let token: string | undefined;
  do {
    const { MetricDataResults = [], NextToken } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(range.fromMillis),
        EndTime: new Date(range.toMillis),
        MetricDataQueries: sources.map((source, index) => ({
          Id: `m${index}`,
          MetricStat: { Metric: metricOf(source), Period: range.periodMillis / 1_000, Stat: 'Sum' },
        })),
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { Id, StatusCode, Messages, Timestamps = [], Values = [] } of MetricDataResults) {
      // `PartialData` goes on with the next token.
      if (StatusCode === 'InternalError' || StatusCode === 'Forbidden')
        throw new MetricsUnavailable(`CloudWatch answers ${StatusCode} for ${Id}: ${Messages?.[0]?.Value ?? 'no reason'}`);
      for (const [index, timestamp] of Timestamps.entries())
        points.set(timestamp.getTime(), (points.get(timestamp.getTime()) ?? 0) + (Values[index] ?? 0));
    }
    token = NextToken;
  } while (token !== undefined);
  return [...points].sort(([left], [right]) => left - right);
};

/**
 * `IncomingRecords` of the sources of a feed, since a whole hour (milliseconds since the epoch), or as far back as CloudWatch remembers.
 * @throws MetricsUnavailable
 */
export const readArrivals = async (
  client: Pick<CloudWatchClient, 'send'>,
  sources: readonly RecordSource[],
  sinceMillis: number | undefined,
  nowMillis: number,
): Promise<Arrivals> => {
  const nextHour = Math.ceil((nowMillis + 1) / HOUR_MILLIS) * HOUR_MILLIS;
  const oldest = nextHour - KEPT_MILLIS;
  const nextMinute = Math.ceil((nowMillis + 1) / MINUTE) * MINUTE;
  return {
    hours: await pointsOf(client, sources, {
      fromMillis: Math.max(sinceMillis ?? oldest, oldest),
      toMillis: nextHour,
      periodMillis: HOUR_MILLIS,
    }),
    minutes: await pointsOf(client, sources, {
      fromMillis: nextMinute - MINUTES_MILLIS,
      toMillis: nextMinute,
      periodMillis: MINUTE,
    }),
  };
};
