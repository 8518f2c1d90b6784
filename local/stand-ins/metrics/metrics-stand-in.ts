import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import { metricQueries, type MetricQuery } from './requests';

/**
 * Amazon CloudWatch, as far as an account of the records asks: GetMetricData for how many records were acknowledged.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 *
 * Modelled: `AWS/Kinesis` `IncomingRecords` by `StreamName` and `AWS/Firehose` `IncomingRecords` by `DeliveryStreamName` (Direct PUT), with the
 * statistics Sum and SampleCount; the periods that data of an age is kept in. Any other metric, dimension, statistic or parameter is
 * refused: an empty answer would be a false one.
 */
export interface MetricsOptions {
  readonly clock: Clock;
  /** Of every record that a stream (a Direct PUT delivery stream) acknowledged, when; undefined for a name that is not there. */
  readonly arrivals: (
    kind: 'stream' | 'delivery',
    name: string,
  ) => Iterable<readonly [millis: number, records: number]> | undefined;
}

const DAY = 24 * 3_600_000;
/** How long data points of each period are kept: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const KEPT = [
  { periodSeconds: 60, days: 15 },
  { periodSeconds: 300, days: 63 },
  { periodSeconds: 3_600, days: 455 },
] as const;
/** "GetMetricData … can return as many as 100,800 data points". API reference. */
const DATA_POINTS = 100_800;

export class MetricsStandIn {
  readonly service: JsonService;
  readonly #options: MetricsOptions;

  constructor(options: MetricsOptions) {
    this.#options = options;
    const operations: Record<string, Operation> = { GetMetricData: async (input) => this.#getMetricData(input) };
    this.service = { name: 'monitoring', targetPrefix: 'GraniteServiceVersion20100801', jsonVersion: '1.0', operations };
  }

  #getMetricData(input: Readonly<Record<string, unknown>>): object {
    const { queries, startMillis, endMillis, ascending } = metricQueries(input);
    const results = queries.map((query) => {
      const points = this.#dataPoints(query, startMillis, endMillis).sort(([left], [right]) =>
        ascending ? left - right : right - left,
      );
      return {
        Id: query.id,
        Label: query.label ?? query.metricName,
        Timestamps: points.map(([millis]) => millis / 1_000),
        Values: points.map(([, value]) => value),
        StatusCode: 'Complete',
      };
    });
    if (results.reduce((sum, { Values }) => sum + Values.length, 0) > DATA_POINTS)
      throw new AwsError('InvalidParameterValue', `More than ${DATA_POINTS} data points; pages of data points are not modelled.`);
    return { MetricDataResults: results.filter(({ Id }) => queries.find(({ id }) => id === Id)?.returned), Messages: [] };
  }

  /** Sums per period, of those periods that have any record. */
  #dataPoints({ kind, resource, periodSeconds }: MetricQuery, startMillis: number, endMillis: number): [number, number][] {
    const now = this.#options.clock.now();
    const age = now - startMillis;
    const needed = KEPT.find(({ days }) => age <= days * DAY)?.periodSeconds;
    // "No data points in that time range is returned": what is that old is kept in coarser periods, or no more.
    if (needed === undefined || periodSeconds % needed !== 0) return [];
    const period = periodSeconds * 1_000;
    const sums = new Map<number, number>();
    for (const [millis, records] of this.#options.arrivals(kind, resource) ?? []) {
      const start = Math.floor(millis / period) * period;
      if (start < Math.floor(startMillis / period) * period || start >= endMillis) continue;
      sums.set(start, (sums.get(start) ?? 0) + records);
    }
    return [...sums];
  }
}
