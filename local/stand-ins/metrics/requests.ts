import { AwsError } from '../../aws-error';

/** One metric that is asked for. */
export interface MetricQuery {
  readonly id: string;
  readonly label: string | undefined;
  readonly metricName: string;
  readonly kind: 'stream' | 'delivery';
  /** The name of the stream or delivery stream. */
  readonly resource: string;
  readonly periodSeconds: number;
  readonly returned: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** The metrics that are modelled: what each counts, and the one dimension that names whose. */
const METRICS = [
  { namespace: 'AWS/Kinesis', metricName: 'IncomingRecords', dimension: 'StreamName', kind: 'stream' },
  { namespace: 'AWS/Firehose', metricName: 'IncomingRecords', dimension: 'DeliveryStreamName', kind: 'delivery' },
] as const;

const invalid = (sentence: string): AwsError => new AwsError('InvalidParameterValue', sentence);

const record = (value: unknown, name: string): Input => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`The parameter ${name} is missing or no structure.`);
  return value as Input;
};

const only = (input: Input, name: string, members: readonly string[]): void => {
  const unknown = Object.keys(input).find((member) => !members.includes(member) && input[member] !== null);
  if (unknown !== undefined) throw invalid(`The member ${unknown} of ${name} is not modelled by the local host.`);
};

const instant = (value: unknown, name: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`The parameter ${name} is required.`);
  return value * 1_000;
};

/** Reads a GetMetricData request; throws AwsError for what is wrong or not modelled. */
export const metricQueries = (
  input: Input,
): {
  readonly queries: readonly MetricQuery[];
  readonly startMillis: number;
  readonly endMillis: number;
  readonly ascending: boolean;
} => {
  only(input, 'GetMetricData', ['MetricDataQueries', 'StartTime', 'EndTime', 'ScanBy']);
  const queries: unknown = input['MetricDataQueries'];
  if (!Array.isArray(queries) || queries.length === 0 || queries.length > 500)
    throw invalid('The parameter MetricDataQueries must have 1 to 500 members.');
  const [startMillis, endMillis] = [instant(input['StartTime'], 'StartTime'), instant(input['EndTime'], 'EndTime')];
  if (startMillis >= endMillis) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
  const scanBy = input['ScanBy'] ?? 'TimestampDescending';
  if (scanBy !== 'TimestampDescending' && scanBy !== 'TimestampAscending')
    throw invalid(`The value ${String(scanBy)} for parameter ScanBy is not supported.`);
  return { queries: queries.map(queryOf), startMillis, endMillis, ascending: scanBy === 'TimestampAscending' };
};

const queryOf = (value: unknown): MetricQuery => {
  const query = record(value, 'MetricDataQueries');
  only(query, 'MetricDataQueries', ['Id', 'Label', 'MetricStat', 'ReturnData']);
  const { Id: id, Label: label, ReturnData: returned = true } = query;
  if (typeof id !== 'string' || !/^[a-z][a-zA-Z0-9_]*$/.test(id))
    throw invalid(`The value ${String(id)} for parameter Id is not valid.`);
  const stat = record(query['MetricStat'], 'MetricStat');
  only(stat, 'MetricStat', ['Metric', 'Period', 'Stat']);
  const { Period: periodSeconds } = stat;
  if (typeof periodSeconds !== 'number' || periodSeconds < 60 || periodSeconds % 60 !== 0)
    throw invalid(`The value ${String(periodSeconds)} for parameter Period is not modelled: it must be a multiple of 60.`);
  // Each record is one sample of the value 1.
  if (stat['Stat'] !== 'Sum' && stat['Stat'] !== 'SampleCount')
    throw invalid(`The statistic ${String(stat['Stat'])} is not modelled by the local host.`);
  const metric = record(stat['Metric'], 'Metric');
  only(metric, 'Metric', ['Namespace', 'MetricName', 'Dimensions']);
  const { Namespace: namespace, MetricName: metricName, Dimensions: dimensions } = metric;
  const known = METRICS.find((each) => each.namespace === namespace && each.metricName === metricName);
  if (known === undefined)
    throw invalid(`The metric ${String(namespace)} ${String(metricName)} is not modelled by the local host.`);
  const [dimension, ...others] = Array.isArray(dimensions) ? dimensions.map((each) => record(each, 'Dimensions')) : [];
  if (dimension?.['Name'] !== known.dimension || typeof dimension['Value'] !== 'string' || others.length > 0)
    throw invalid(`The metric ${known.metricName} is modelled by the one dimension ${known.dimension}.`);
  return {
    id,
    label: typeof label === 'string' ? label : undefined,
    metricName: known.metricName,
    kind: known.kind,
    resource: dimension['Value'],
    periodSeconds,
    returned: returned === true,
  };
};
