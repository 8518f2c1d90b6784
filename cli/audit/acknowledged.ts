import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GetBucketLifecycleConfigurationCommand, type LifecycleRule, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { errorsPrefix, piecePrefix } from '../../contracts/lake';

/** What a producer put, and was told that it is kept. */
export interface RecordSource {
  readonly kind: 'stream' | 'delivery';
  /** Of the stream, or of the delivery stream that takes records directly. */
  readonly name: string;
  /** The delivery stream that brings its records to raw. */
  readonly delivery: string;
}

const feedOutputsSchema = z.object({
  streamName: z.string().optional(),
  deliveryStreamName: z.string(),
  directDeliveryStreamName: z.string().optional(),
});

/** Where a feed's records come in, by the outputs of the stack. */
export const recordSources = (outputs: Readonly<Record<string, unknown>>, feed: string): readonly RecordSource[] => {
  const byFeed = z.record(z.string(), z.looseObject({})).safeParse(outputs['feeds']).data;
  const { streamName, deliveryStreamName, directDeliveryStreamName } = feedOutputsSchema.parse(byFeed?.[feed] ?? outputs);
  return [
    streamName === undefined
      ? { kind: 'delivery', name: deliveryStreamName, delivery: deliveryStreamName }
      : { kind: 'stream', name: streamName, delivery: deliveryStreamName },
    ...(directDeliveryStreamName === undefined
      ? []
      : [{ kind: 'delivery' as const, name: directDeliveryStreamName, delivery: directDeliveryStreamName }]),
  ];
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * CloudWatch keeps data points of a minute for 15 days, of five minutes for 63 and of an hour for 455: one request for each, a day
 * within the limits. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
const RANGES = [
  { fromDays: 454, toDays: 62, periodSeconds: 3_600 },
  { fromDays: 62, toDays: 14, periodSeconds: 300 },
  { fromDays: 14, toDays: 0, periodSeconds: 60 },
] as const;

export interface Arrivals {
  /** Records acknowledged over all that CloudWatch remembers. */
  readonly records: number;
  /** Those of them that arrived within the window before now. */
  readonly recent: number;
  /** Milliseconds since the epoch; undefined where there was none. */
  readonly firstMillis: number | undefined;
}

/** `IncomingRecords` of the sources of a feed. `recentMillis` is rounded up to whole minutes. */
export const arrivalsOf = async (
  client: Pick<CloudWatchClient, 'send'>,
  sources: readonly RecordSource[],
  nowMillis: number,
  recentMillis: number,
): Promise<Arrivals> => {
  const today = Math.ceil((nowMillis + 1) / HOUR) * HOUR;
  const since = Math.floor((nowMillis - recentMillis) / MINUTE) * MINUTE;
  let [records, recent] = [0, 0];
  let firstMillis: number | undefined;
  for (const { fromDays, toDays, periodSeconds } of RANGES) {
    const range = { StartTime: new Date(today - fromDays * DAY), EndTime: new Date(today - toDays * DAY) };
    let token: string | undefined;
    do {
      const { MetricDataResults = [], NextToken } = await client.send(
        new GetMetricDataCommand({
          ...range,
          MetricDataQueries: sources.map(({ kind, name }, index) => ({
            Id: `m${index}`,
            MetricStat: {
              Metric:
                kind === 'stream'
                  ? { Namespace: 'AWS/Kinesis', MetricName: 'IncomingRecords', Dimensions: [{ Name: 'StreamName', Value: name }] }
                  : {
                      Namespace: 'AWS/Firehose',
                      MetricName: 'IncomingRecords',
                      Dimensions: [{ Name: 'DeliveryStreamName', Value: name }],
                    },
              Period: periodSeconds,
              Stat: 'Sum',
            },
          })),
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      for (const { Timestamps = [], Values = [] } of MetricDataResults)
        for (const [index, timestamp] of Timestamps.entries()) {
          const value = Values[index] ?? 0;
          records += value;
          if (timestamp.getTime() >= since) recent += value;
          if (value > 0) firstMillis = Math.min(firstMillis ?? Infinity, timestamp.getTime());
        }
      token = NextToken;
    } while (token !== undefined);
  }
  return { records, recent, firstMillis };
};

/** Days after which what accounts for a record is forgotten: errors and markers leave by the bucket's own lifecycle. Undefined: never. */
export const forgottenAfterDays = async (
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  feed: string,
): Promise<number | undefined> => {
  const days = (await rulesOf(s3, bucket)).flatMap(({ Status, Filter, Expiration }) => {
    const prefix = Filter?.Prefix ?? '';
    const covers = [errorsPrefix(feed), piecePrefix(feed)].some((one) => one.startsWith(prefix) || prefix.startsWith(one));
    return Status === 'Enabled' && covers && Expiration?.Days !== undefined ? [Expiration.Days] : [];
  });
  return days.length === 0 ? undefined : Math.min(...days);
};

const rulesOf = async (s3: Pick<S3Client, 'send'>, bucket: string): Promise<readonly LifecycleRule[]> => {
  try {
    return (await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }))).Rules ?? [];
  } catch (thrown) {
    if ((thrown as { readonly name?: unknown }).name === 'NoSuchLifecycleConfiguration') return [];
    throw thrown;
  }
};

export interface AcknowledgedFacts {
  readonly acknowledged: number;
  /** Lines that lie in raw, or did before they expired: compacted, not yet compacted, or rejected by routing. */
  readonly accepted: number;
  /** Lines of delivery's error objects. */
  readonly errors: number;
  /** Read from the sources but not delivered, or not yet read. Undefined where nobody can tell (on AWS). */
  readonly inFlight: number | undefined;
  /** Acknowledged within the time that a delivery may take: what may be in flight where nobody can tell. */
  readonly recent: number;
  readonly unreadableObjects: number;
  /**
   * Of a feed without a transform, whose records lie as they were sent and need not be a line each: lines that cannot be used. Undefined where
   * every record is a line.
   */
  readonly unusableLines: number | undefined;
  /** Why some of the records can no longer be accounted for; undefined where all can. */
  readonly forgotten: string | undefined;
  /** Whether records arrived or were delivered while the numbers were taken. */
  readonly moving: boolean;
}

export interface AcknowledgedCheck {
  readonly acknowledged: number;
  readonly accepted: number;
  readonly errors: number;
  /** Exact on an embedded host; on AWS what is missing, as far as the tolerance reaches. */
  readonly inFlight: number;
  /** How many records may be missing, and why; 0: none. */
  readonly tolerance: { readonly records: number; readonly because: string } | null;
  /** Beyond the tolerance. */
  readonly missing: number;
  /** Accepted more than once: delivery is at least once, and a file may have been placed by hand. Without a transform, also records of several lines. */
  readonly redelivered: number;
  /** Whether every record is a line: a transform sees to that. */
  readonly linePerRecord: boolean;
  /** Why a missing record is no difference here; null where it is one. */
  readonly notJudged: string | null;
  readonly ok: boolean;
}

/** Acknowledged = accepted lines + errors + in flight. */
export const judgeAcknowledged = (facts: AcknowledgedFacts): AcknowledgedCheck => {
  const { acknowledged, accepted, errors, inFlight, recent, unreadableObjects, unusableLines, forgotten, moving } = facts;
  const open = acknowledged - accepted - errors - (inFlight ?? 0);
  const tolerated = inFlight === undefined ? Math.min(Math.max(open, 0), recent) : 0;
  const missing = Math.max(0, open - tolerated);
  const notJudged =
    missing === 0
      ? undefined
      : moving
        ? 'records arrived or were delivered meanwhile'
        : unreadableObjects > 0
          ? `${unreadableObjects} objects are unreadable, and nobody can count their lines`
          : (unusableLines ?? 0) > 0
            ? `${unusableLines} lines cannot be used, and each may be several records that were sent without a line break`
            : forgotten;
  return {
    acknowledged,
    accepted,
    errors,
    inFlight: inFlight ?? tolerated,
    tolerance:
      inFlight === undefined
        ? {
            records: recent,
            because: 'acknowledged within the time that a delivery may take; CloudWatch does not tell what is in flight',
          }
        : null,
    missing,
    redelivered: Math.max(0, -open),
    linePerRecord: unusableLines === undefined,
    notJudged: notJudged ?? null,
    ok: missing === 0 || notJudged !== undefined,
  };
};

/** The sentence for records that are older than what accounts for them. */
export const forgottenSince = (
  firstMillis: number | undefined,
  days: number | undefined,
  nowMillis: number,
): string | undefined =>
  firstMillis !== undefined && days !== undefined && nowMillis - firstMillis > days * DAY
    ? `errors and markers are kept for ${days} days, and the first record is older`
    : undefined;
