import { TELEMETRY } from '../../contracts/feeds/telemetry';
import { COUNTS_PREFIX, FAILED_BATCHES_PREFIX } from '../../contracts/telemetry';
import { feedArns, type Arns } from '../arns';
import { functionBasics } from '../grants';
import { onLake } from '../grants-lake';
import type { Statement } from '../policy-documents';
import { telemetryArns } from './telemetry-names';

/** The producer puts records on one stream, and that is all. */
export const producerGrants = (stack: string, arns: Arns): readonly Statement[] => [
  ...functionBasics(telemetryArns(stack, arns).producerLogGroup),
  { sid: 'Stream', actions: ['kinesis:PutRecords'], resources: [feedArns(arns, TELEMETRY).stream] },
];

/**
 * The consumer's role reads the stream and describes what it gave up on, both through Lambda, and writes counts.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html and kinesis-on-failure-destination.html
 */
export const consumerGrants = (stack: string, arns: Arns): readonly Statement[] => [
  ...functionBasics(telemetryArns(stack, arns).consumerLogGroup),
  {
    sid: 'Stream',
    actions: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    resources: [feedArns(arns, TELEMETRY).stream],
  },
  ...onLake(arns, { list: [FAILED_BATCHES_PREFIX], put: [COUNTS_PREFIX, FAILED_BATCHES_PREFIX] }),
];

/** The schedule may call the producer, and nothing else. */
export const producerScheduleGrants = (stack: string, arns: Arns): readonly Statement[] => [
  { sid: 'Produce', actions: ['lambda:InvokeFunction'], resources: [telemetryArns(stack, arns).producer] },
];
