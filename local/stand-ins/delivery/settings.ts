import { IANAZone } from 'luxon';
import { LithifyError } from '../../../contracts/errors';
import type { Resource } from '../../graph';
import { prefixProblems } from './prefix';

export interface TransformSettings {
  readonly functionArn: string;
  readonly roleArn: string;
  readonly bufferBytes: number;
  readonly bufferSeconds: number;
  readonly retries: number;
}

/** A Firehose delivery stream to S3 as the program declares it. */
export interface DeliverySettings {
  readonly name: string;
  readonly arn: string;
  /** Undefined: Direct PUT. */
  readonly source: { readonly streamArn: string; readonly roleArn: string } | undefined;
  readonly bucket: string;
  readonly roleArn: string;
  readonly prefix: string;
  readonly errorOutputPrefix: string | undefined;
  readonly timeZone: string;
  readonly bufferBytes: number;
  readonly bufferSeconds: number;
  readonly compression: 'GZIP' | 'UNCOMPRESSED';
  readonly fileExtension: string | undefined;
  readonly dynamicPartitioning: boolean;
  readonly transform: TransformSettings | undefined;
  /** Where delivery errors are logged, under the host's `logs/`. */
  readonly log: { readonly group: string; readonly stream: string } | undefined;
}

export const honouredInputs: readonly string[] = [
  'name',
  'destination',
  'kinesisSourceConfiguration',
  'kinesisSourceConfiguration.kinesisStreamArn',
  'kinesisSourceConfiguration.roleArn',
  'extendedS3Configuration',
  'extendedS3Configuration.bucketArn',
  'extendedS3Configuration.roleArn',
  'extendedS3Configuration.prefix',
  'extendedS3Configuration.errorOutputPrefix',
  'extendedS3Configuration.customTimeZone',
  'extendedS3Configuration.bufferingSize',
  'extendedS3Configuration.bufferingInterval',
  'extendedS3Configuration.compressionFormat',
  'extendedS3Configuration.fileExtension',
  'extendedS3Configuration.dynamicPartitioningConfiguration',
  'extendedS3Configuration.processingConfiguration',
  'extendedS3Configuration.cloudwatchLoggingOptions',
  'extendedS3Configuration.s3BackupMode',
  'extendedS3Configuration.dataFormatConversionConfiguration',
];

export const ignoredInputs: Readonly<Record<string, string>> = {
  arn: 'computed',
  destinationId: 'computed',
  versionId: 'computed',
  region: 'the host has one region',
  tags: 'tags change no behaviour',
  serverSideEncryption: 'buffers on disk are not encrypted',
  'extendedS3Configuration.kmsKeyArn': 'objects on disk are not encrypted',
  'extendedS3Configuration.dynamicPartitioningConfiguration.retryDuration': 'only for the extraction of keys by a query',
};

const MEGABYTE = 1024 * 1024;

/** https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
const BUFFER = { leastMegabytes: 1, mostMegabytes: 128, mostSeconds: 900 };
/** "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled." */
const PARTITIONED_BUFFER = { leastMegabytes: 64, leastSeconds: 60 };
/** Defaults of the Lambda processor: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html */
const TRANSFORM_BUFFER = { megabytes: 1, leastMegabytes: 0.2, mostMegabytes: 3, seconds: 60, mostSeconds: 900, retries: 3 };

type Inputs = Readonly<Record<string, unknown>>;
const structure = (value: unknown): Inputs => (value ?? {}) as Inputs;

/** The settings of an `aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream`. Throws one LithifyError that names all that cannot be modelled. */
export const deliverySettings = (resource: Resource): DeliverySettings => {
  const { inputs, outputs } = resource;
  const problems: string[] = [];
  const s3 = structure(inputs['extendedS3Configuration']);
  const arn = String(outputs['arn']);
  if (typeof outputs['arn'] !== 'string') problems.push('it has no ARN in the captured graph');
  if (inputs['destination'] !== 'extended_s3') problems.push(`destination "${String(inputs['destination'])}" is not extended_s3`);
  for (const key of Object.keys(s3)) {
    const path = `extendedS3Configuration.${key}`;
    if (!honouredInputs.includes(path) && !(path in ignoredInputs)) problems.push(`${path} is not modelled`);
  }
  const compression = (s3['compressionFormat'] as string | undefined) ?? 'UNCOMPRESSED';
  if (compression !== 'GZIP' && compression !== 'UNCOMPRESSED')
    problems.push(`compressionFormat "${compression}" is not GZIP or UNCOMPRESSED`);
  if ((s3['s3BackupMode'] ?? 'Disabled') !== 'Disabled') problems.push('s3BackupMode Enabled is not modelled');
  const conversion = s3['dataFormatConversionConfiguration'];
  if (conversion !== undefined && structure(conversion)['enabled'] !== false)
    problems.push('dataFormatConversionConfiguration is not modelled');
  const timeZone = (s3['customTimeZone'] as string | undefined) || 'UTC';
  if (!IANAZone.isValidZone(timeZone)) problems.push(`customTimeZone "${timeZone}" is not a time zone`);

  const dynamicPartitioning = structure(s3['dynamicPartitioningConfiguration'])['enabled'] === true;
  const megabytes = (s3['bufferingSize'] as number | undefined) ?? 5;
  const bufferSeconds = (s3['bufferingInterval'] as number | undefined) ?? 300;
  problems.push(...bufferProblems(megabytes, bufferSeconds, dynamicPartitioning));

  const roleArn = String(s3['roleArn']);
  const transform = transformSettings(structure(s3['processingConfiguration']), roleArn, problems);
  const prefix = (s3['prefix'] as string | undefined) ?? '';
  const errorOutputPrefix = (s3['errorOutputPrefix'] as string | undefined) || undefined;
  problems.push(...prefixProblems({ prefix, errorOutputPrefix, dynamicPartitioning, hasLambda: transform !== undefined }));

  const bucketArn = String(s3['bucketArn']);
  if (!bucketArn.startsWith('arn:aws:s3:::')) problems.push(`bucketArn "${bucketArn}" is not the ARN of a bucket`);
  if (problems.length > 0) throw new LithifyError('unsupported', `delivery stream ${resource.name}: ${problems.join('; ')}`);

  const source = inputs['kinesisSourceConfiguration'];
  const logging = structure(s3['cloudwatchLoggingOptions']);
  return {
    name: (inputs['name'] as string | undefined) ?? arn.slice(arn.indexOf('/') + 1),
    arn,
    source:
      source === undefined
        ? undefined
        : { streamArn: String(structure(source)['kinesisStreamArn']), roleArn: String(structure(source)['roleArn']) },
    bucket: bucketArn.slice('arn:aws:s3:::'.length),
    roleArn,
    prefix,
    errorOutputPrefix,
    timeZone,
    bufferBytes: megabytes * MEGABYTE,
    bufferSeconds,
    compression: compression as DeliverySettings['compression'],
    fileExtension: (s3['fileExtension'] as string | undefined) || undefined,
    dynamicPartitioning,
    transform,
    log:
      logging['enabled'] === true
        ? { group: String(logging['logGroupName']), stream: String(logging['logStreamName']) }
        : undefined,
  };
};

const bufferProblems = (megabytes: number, seconds: number, partitioned: boolean): readonly string[] => {
  const leastMegabytes = partitioned ? PARTITIONED_BUFFER.leastMegabytes : BUFFER.leastMegabytes;
  const leastSeconds = partitioned ? PARTITIONED_BUFFER.leastSeconds : 0;
  const when = partitioned ? ' with dynamic partitioning' : '';
  return [
    ...(megabytes >= leastMegabytes && megabytes <= BUFFER.mostMegabytes
      ? []
      : [`bufferingSize ${megabytes} is not between ${leastMegabytes} and ${BUFFER.mostMegabytes} MB${when}`]),
    ...(seconds >= leastSeconds && seconds <= BUFFER.mostSeconds
      ? []
      : [`bufferingInterval ${seconds} is not between ${leastSeconds} and ${BUFFER.mostSeconds} seconds${when}`]),
  ];
};

interface Processor {
  readonly type: string;
  readonly parameters?: readonly { readonly parameterName: string; readonly parameterValue: string }[];
}

const transformSettings = (processing: Inputs, destinationRole: string, problems: string[]): TransformSettings | undefined => {
  const processors = (processing['processors'] ?? []) as readonly Processor[];
  if (processing['enabled'] !== true || processors.length === 0) return undefined;
  for (const { type } of processors) if (type !== 'Lambda') problems.push(`processor "${type}" is not modelled`);
  const lambdas = processors.filter(({ type }) => type === 'Lambda');
  if (lambdas.length > 1) problems.push('only one Lambda processor is allowed');
  const parameters = new Map(lambdas[0]?.parameters?.map(({ parameterName, parameterValue }) => [parameterName, parameterValue]));
  for (const name of parameters.keys()) {
    if (!['LambdaArn', 'RoleArn', 'NumberOfRetries', 'BufferSizeInMBs', 'BufferIntervalInSeconds'].includes(name)) {
      problems.push(`parameter "${name}" of the Lambda processor is not modelled`);
    }
  }
  const number = (name: string, value: number, least: number, most: number): number => {
    const given = Number(parameters.get(name) ?? value);
    if (!(given >= least && given <= most))
      problems.push(`${name} "${parameters.get(name)}" is not between ${least} and ${most}`);
    return given;
  };
  const functionArn = parameters.get('LambdaArn');
  if (lambdas.length > 0 && functionArn === undefined) problems.push('the Lambda processor has no LambdaArn');
  return {
    functionArn: functionArn ?? '',
    roleArn: parameters.get('RoleArn') ?? destinationRole,
    bufferBytes:
      number('BufferSizeInMBs', TRANSFORM_BUFFER.megabytes, TRANSFORM_BUFFER.leastMegabytes, TRANSFORM_BUFFER.mostMegabytes) *
      MEGABYTE,
    bufferSeconds: number('BufferIntervalInSeconds', TRANSFORM_BUFFER.seconds, 0, TRANSFORM_BUFFER.mostSeconds),
    retries: number('NumberOfRetries', TRANSFORM_BUFFER.retries, 0, 300),
  };
};
