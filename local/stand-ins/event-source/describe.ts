import { AwsError } from '../../aws-error';
import type { MappingSettings } from './settings';

/** What GetEventSourceMapping and ListEventSourceMappings say of a mapping. */
export const describeMapping = (settings: MappingSettings, createdMillis: number): Readonly<Record<string, unknown>> => ({
  UUID: settings.uuid,
  EventSourceMappingArn: settings.arn,
  EventSourceArn: settings.streamArn,
  FunctionArn: settings.functionArn,
  State: settings.enabled ? 'Enabled' : 'Disabled',
  StateTransitionReason: 'User action',
  LastModified: createdMillis / 1_000,
  StartingPosition: settings.startingPosition,
  BatchSize: settings.batchRecords,
  MaximumBatchingWindowInSeconds: settings.batchingSeconds,
  ParallelizationFactor: 1,
  BisectBatchOnFunctionError: settings.bisect,
  MaximumRetryAttempts: settings.maximumRetries ?? -1,
  MaximumRecordAgeInSeconds: settings.maximumAgeSeconds ?? -1,
  TumblingWindowInSeconds: settings.windowSeconds,
  FunctionResponseTypes: settings.reportsItemFailures ? ['ReportBatchItemFailures'] : [],
  DestinationConfig: {
    OnFailure: settings.failureBucket === undefined ? {} : { Destination: `arn:aws:s3:::${settings.failureBucket}` },
  },
});

export const noSuchMapping = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
