import type { DeliverySettings } from './settings';

const MEGABYTE = 1024 * 1024;

/** `DeliveryStreamDescription`, as the API types it. */
export const describeDelivery = (settings: DeliverySettings, createdMillis: number): object => {
  const { name, arn, source } = settings;
  return {
    DeliveryStreamName: name,
    DeliveryStreamARN: arn,
    DeliveryStreamStatus: 'ACTIVE',
    DeliveryStreamEncryptionConfiguration: { Status: 'DISABLED' },
    DeliveryStreamType: deliveryType(settings),
    VersionId: '1',
    CreateTimestamp: createdMillis / 1000,
    ...(source === undefined
      ? {}
      : {
          Source: {
            KinesisStreamSourceDescription: {
              KinesisStreamARN: source.streamArn,
              RoleARN: source.roleArn,
              DeliveryStartTimestamp: createdMillis / 1000,
            },
          },
        }),
    Destinations: [
      {
        DestinationId: 'destinationId-000000000001',
        S3DestinationDescription: describeS3(settings),
        ExtendedS3DestinationDescription: {
          ...describeS3(settings),
          ProcessingConfiguration: describeProcessing(settings),
          S3BackupMode: 'Disabled',
          DataFormatConversionConfiguration: { Enabled: false },
          DynamicPartitioningConfiguration: { Enabled: settings.dynamicPartitioning },
          CustomTimeZone: settings.timeZone,
          ...(settings.fileExtension === undefined ? {} : { FileExtension: settings.fileExtension }),
        },
      },
    ],
    HasMoreDestinations: false,
  };
};

export const deliveryType = ({ source }: DeliverySettings): 'DirectPut' | 'KinesisStreamAsSource' =>
  source === undefined ? 'DirectPut' : 'KinesisStreamAsSource';

const describeS3 = ({
  roleArn,
  bucket,
  prefix,
  errorOutputPrefix,
  bufferBytes,
  bufferSeconds,
  compression,
  log,
}: DeliverySettings): object => ({
  RoleARN: roleArn,
  BucketARN: `arn:aws:s3:::${bucket}`,
  Prefix: prefix,
  ...(errorOutputPrefix === undefined ? {} : { ErrorOutputPrefix: errorOutputPrefix }),
  BufferingHints: { SizeInMBs: bufferBytes / MEGABYTE, IntervalInSeconds: bufferSeconds },
  CompressionFormat: compression,
  EncryptionConfiguration: { NoEncryptionConfig: 'NoEncryption' },
  CloudWatchLoggingOptions:
    log === undefined ? { Enabled: false } : { Enabled: true, LogGroupName: log.group, LogStreamName: log.stream },
});

const describeProcessing = ({ transform }: DeliverySettings): object => {
  if (transform === undefined) return { Enabled: false, Processors: [] };
  const parameters = {
    LambdaArn: transform.functionArn,
    NumberOfRetries: String(transform.retries),
    RoleArn: transform.roleArn,
    BufferSizeInMBs: String(transform.bufferBytes / MEGABYTE),
    BufferIntervalInSeconds: String(transform.bufferSeconds),
  };
  const Parameters = Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue }));
  return { Enabled: true, Processors: [{ Type: 'Lambda', Parameters }] };
};
