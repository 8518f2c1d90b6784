import type { Stream } from './stream';

/** The answers that describe a stream, as the API types them. */
export const describeShard = (stream: Stream, index: number): object => {
  const { range, sequenceNumbers } = stream.shards[index]!;
  return {
    ShardId: range.shardId,
    HashKeyRange: { StartingHashKey: range.startingHashKey.toString(), EndingHashKey: range.endingHashKey.toString() },
    SequenceNumberRange: { StartingSequenceNumber: sequenceNumbers.of(-1, stream.createdMillis) },
  };
};

export const describeSummary = ({ settings, createdMillis, shards }: Stream): object => ({
  ...describeCommon(settings, createdMillis),
  OpenShardCount: shards.length,
  ConsumerCount: 0,
  MaxRecordSizeInKiB: settings.maxRecordBytes / 1024,
});

export const describeStream = (stream: Stream, shards: readonly number[], hasMore: boolean): object => ({
  ...describeCommon(stream.settings, stream.createdMillis),
  Shards: shards.map((index) => describeShard(stream, index)),
  HasMoreShards: hasMore,
});

export const describeListed = ({ settings, createdMillis }: Stream): object => ({
  StreamName: settings.name,
  StreamARN: settings.arn,
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: settings.mode },
  StreamCreationTimestamp: createdMillis / 1000,
});

const describeCommon = (settings: Stream['settings'], createdMillis: number): object => ({
  StreamName: settings.name,
  StreamARN: settings.arn,
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: settings.mode },
  RetentionPeriodHours: settings.retentionHours,
  StreamCreationTimestamp: createdMillis / 1000,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: settings.encryption.type,
  ...(settings.encryption.type === 'KMS' ? { KeyId: settings.encryption.keyId } : {}),
});
