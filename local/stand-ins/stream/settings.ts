import { LithifyError } from '../../../contracts/errors';
import type { Resource } from '../../graph';

/** A Kinesis data stream as the program declares it. */
export interface StreamSettings {
  readonly name: string;
  readonly arn: string;
  readonly mode: 'PROVISIONED' | 'ON_DEMAND';
  readonly shardCount: number;
  readonly retentionHours: number;
  readonly encryption: { readonly type: 'NONE' } | { readonly type: 'KMS'; readonly keyId: string };
  /** Data and partition key together. */
  readonly maxRecordBytes: number;
}

export const honouredInputs: readonly string[] = [
  'name',
  'shardCount',
  'retentionPeriod',
  'streamModeDetails',
  'streamModeDetails.streamMode',
  'encryptionType',
  'kmsKeyId',
  'maxRecordSizeInKib',
];

export const ignoredInputs: Readonly<Record<string, string>> = {
  arn: 'computed',
  region: 'the host has one region',
  tags: 'tags change no behaviour',
  shardLevelMetrics: 'no CloudWatch metrics are kept',
  warmThroughputMibPs: 'an on-demand stream is never cold here',
  enforceConsumerDeletion: 'streams are not deleted while the host runs',
};

/** "New on-demand streams start with 4 MB/s": four shards. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;
/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
const RETENTION_HOURS = { least: 24, most: 8760 };

/** The settings of an `aws:kinesis/stream:Stream`. Throws a LithifyError that names what the stand-in cannot model. */
export const streamSettings = (resource: Resource): StreamSettings => {
  const { inputs, outputs } = resource;
  const refuse = (sentence: string): never => {
    throw new LithifyError('unsupported', `stream ${resource.name}: ${sentence}`);
  };
  const details = (inputs['streamModeDetails'] ?? {}) as { readonly streamMode?: string };
  const mode = details.streamMode ?? 'PROVISIONED';
  if (mode !== 'PROVISIONED' && mode !== 'ON_DEMAND') return refuse(`stream mode "${mode}" is not PROVISIONED or ON_DEMAND`);
  const declared = inputs['shardCount'] as number | undefined;
  if (mode === 'ON_DEMAND' && declared !== undefined) return refuse('shardCount must not be set on an on-demand stream');
  if (mode === 'PROVISIONED' && (declared === undefined || !(declared >= 1)))
    return refuse('a provisioned stream needs a shardCount of 1 or more');
  const retentionHours = (inputs['retentionPeriod'] as number | undefined) ?? RETENTION_HOURS.least;
  if (retentionHours < RETENTION_HOURS.least || retentionHours > RETENTION_HOURS.most) {
    return refuse(`retentionPeriod ${retentionHours} is not between ${RETENTION_HOURS.least} and ${RETENTION_HOURS.most} hours`);
  }
  const encryptionType = (inputs['encryptionType'] as string | undefined) ?? 'NONE';
  const arn = outputs['arn'];
  if (typeof arn !== 'string') return refuse('it has no ARN in the captured graph');
  return {
    name: (inputs['name'] as string | undefined) ?? arn.slice(arn.indexOf('/') + 1),
    arn,
    mode,
    shardCount: mode === 'ON_DEMAND' ? ON_DEMAND_SHARDS : declared!,
    retentionHours,
    encryption:
      encryptionType === 'KMS'
        ? { type: 'KMS', keyId: (inputs['kmsKeyId'] as string | undefined) ?? 'alias/aws/kinesis' }
        : { type: 'NONE' },
    maxRecordBytes: ((inputs['maxRecordSizeInKib'] as number | undefined) ?? 1024) * 1024,
  };
};
