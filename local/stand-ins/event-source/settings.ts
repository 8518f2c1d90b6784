import { createHash } from 'node:crypto';
import { LithifyError } from '../../../contracts/errors';
import type { Graph, Resource } from '../../graph';
import { resourcesOf } from '../../graph';

/** An event source mapping as the program declares it: a data stream whose records a function is invoked with. */
export interface MappingSettings {
  readonly uuid: string;
  readonly arn: string;
  readonly streamArn: string;
  readonly functionArn: string;
  /** The function's own: it reads the stream, and writes to the on-failure destination. */
  readonly roleArn: string;
  readonly enabled: boolean;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  readonly batchRecords: number;
  readonly batchingSeconds: number;
  readonly bisect: boolean;
  /** Invocations of a batch beyond the first; undefined has no end. */
  readonly maximumRetries: number | undefined;
  readonly maximumAgeSeconds: number | undefined;
  /** 0: none. */
  readonly windowSeconds: number;
  readonly reportsItemFailures: boolean;
  /** Where batches that are given up on are described; undefined drops them. */
  readonly failureBucket: string | undefined;
}

export const MAPPING_TYPE = 'aws:lambda/eventSourceMapping:EventSourceMapping';

export const honouredInputs: readonly string[] = [
  'eventSourceArn',
  'functionName',
  'enabled',
  'startingPosition',
  'batchSize',
  'maximumBatchingWindowInSeconds',
  'bisectBatchOnFunctionError',
  'maximumRetryAttempts',
  'maximumRecordAgeInSeconds',
  'tumblingWindowInSeconds',
  'functionResponseTypes',
  'parallelizationFactor',
  'destinationConfig',
  'destinationConfig.onFailure',
  'destinationConfig.onFailure.destinationArn',
];

export const ignoredInputs: Readonly<Record<string, string>> = {
  region: 'the host has one region',
  tags: 'tags change no behaviour',
  kmsKeyArn: 'nothing is encrypted on disk',
  metricsConfig: 'there are no metrics',
};

/** The mapping's own name: AWS draws it, here it follows from the place of its declaration. */
export const mappingUuid = (resourceName: string, accountId: string, region: string): string => {
  const digest = createHash('sha256').update(`${accountId}:${region}:event-source-mapping:${resourceName}`).digest('hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
};

/** Bounds and defaults: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
const DEFAULT_BATCH = 100;
const MOST_BATCH = 10_000;
const MOST_BATCHING_SECONDS = 300;
const MOST_RETRIES = 10_000;
const AGE_SECONDS = { least: 60, most: 604_800 };
const MOST_WINDOW_SECONDS = 900;

/** Throws a LithifyError that names what the stand-in cannot model, or Lambda would refuse. */
export const mappingSettings = (resource: Resource, graph: Graph): MappingSettings => {
  const { inputs, outputs } = resource;
  const refuse = (sentence: string): never => {
    throw new LithifyError('unsupported', `event source mapping ${resource.name}: ${sentence}`);
  };
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const value = inputs[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      return refuse(`${name} is ${JSON.stringify(value)}; it must be a whole number from ${least} to ${most}`);
    return value;
  };
  const streamArn = String(inputs['eventSourceArn']);
  if (!/^arn:aws:kinesis:[^:]+:\d{12}:stream\/[^/]+$/.test(streamArn)) refuse(`"${streamArn}" is not a data stream`);
  const called = resourcesOf(graph, 'aws:lambda/function:Function').find(({ outputs: { arn, name } }) =>
    [arn, name].includes(inputs['functionName']),
  );
  if (called === undefined) return refuse(`"${String(inputs['functionName'])}" is no function of the program`);
  const position = inputs['startingPosition'];
  if (position !== 'LATEST' && position !== 'TRIM_HORIZON')
    return refuse(`startingPosition ${JSON.stringify(position)} is not modelled; modelled: LATEST, TRIM_HORIZON`);
  if (number('parallelizationFactor', 1, 1, 10) !== 1) refuse('parallelizationFactor other than 1 is not modelled');
  const retries = number('maximumRetryAttempts', -1, -1, MOST_RETRIES);
  const age = number('maximumRecordAgeInSeconds', -1, -1, AGE_SECONDS.most);
  if (age !== -1 && age < AGE_SECONDS.least)
    refuse(`maximumRecordAgeInSeconds is ${age}; it must be -1 or ${AGE_SECONDS.least} to ${AGE_SECONDS.most}`);
  const types = (inputs['functionResponseTypes'] ?? []) as readonly string[];
  if (types.some((type) => type !== 'ReportBatchItemFailures'))
    refuse(`functionResponseTypes ${types.join(', ')} are not modelled`);
  return {
    uuid: String(outputs['uuid']),
    arn: String(outputs['arn']),
    streamArn,
    functionArn: String(called.outputs['arn']),
    roleArn: String(called.inputs['role']),
    enabled: inputs['enabled'] !== false,
    startingPosition: position,
    batchRecords: number('batchSize', DEFAULT_BATCH, 1, MOST_BATCH),
    batchingSeconds: number('maximumBatchingWindowInSeconds', 0, 0, MOST_BATCHING_SECONDS),
    bisect: inputs['bisectBatchOnFunctionError'] === true,
    maximumRetries: retries === -1 ? undefined : retries,
    maximumAgeSeconds: age === -1 ? undefined : age,
    windowSeconds: number('tumblingWindowInSeconds', 0, 0, MOST_WINDOW_SECONDS),
    reportsItemFailures: types.includes('ReportBatchItemFailures'),
    failureBucket: failureBucket(inputs['destinationConfig'], refuse),
  };
};

const failureBucket = (config: unknown, refuse: (sentence: string) => never): string | undefined => {
  const { onFailure } = (config ?? {}) as { readonly onFailure?: { readonly destinationArn?: string } };
  if (onFailure?.destinationArn === undefined) return undefined;
  const bucket = /^arn:aws:s3:::([^/]+)$/.exec(onFailure.destinationArn)?.[1];
  return bucket ?? refuse(`the on-failure destination "${onFailure.destinationArn}" is not modelled; modelled: an S3 bucket`);
};
