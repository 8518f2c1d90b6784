import type { DeliverySettings } from './settings';
import type { SourceRecord } from './source';

/** The contract between Firehose and its transform function, as pure functions. */
export interface PendingRecord extends SourceRecord {
  readonly shard: number;
}

export type Verdict =
  /** `data` is base64, checked. */
  | { readonly kind: 'ok'; readonly data: string; readonly partitionKeys: Readonly<Record<string, unknown>> }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed' };

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export const FAILURES = {
  functionError: {
    code: 'Lambda.FunctionError',
    message: 'The Lambda function was successfully invoked but it returned an error result.',
  },
  processingFailed: { code: 'Lambda.ProcessingFailedStatus', message: 'ProcessingFailed status set for record' },
  missingRecordId: {
    code: 'Lambda.MissingRecordId',
    message: 'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
  },
  duplicatedRecordId: {
    code: 'Lambda.DuplicatedRecordId',
    message:
      'Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique record Id for each record.',
  },
  jsonProcessing: {
    code: 'Lambda.JsonProcessingException',
    message:
      'There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Amazon Data Firehose.',
  },
  resourceNotFound: {
    code: 'Lambda.ResourceNotFound',
    message: 'The Lambda function does not exist. Use a different function that does exist.',
  },
  accessDenied: {
    code: 'Lambda.InvokeAccessDenied',
    message: 'Access was denied. Ensure that the access policy for the IAM role allows invoking the Lambda function.',
  },
  activePartitions: {
    code: 'DynamicPartitioning.ActivePartitionsLimitExceeded',
    message: 'The number of active partitions of the delivery stream is at its limit.',
  },
  partitionKey: {
    code: 'DynamicPartitioning.MetadataExtractionFailed',
    message: 'partitionKeys values are not found in the metadata returned by the Lambda function, or are empty.',
  },
  prefixLength: {
    code: 'DynamicPartitioning.MetadataExtractionFailed',
    message: 'The evaluated prefix is longer than 512 characters.',
  },
} as const satisfies Record<string, Failure>;

/** Unique over the stream: the sequence number, then the number within an aggregate, which is always the first here. */
export const recordIdOf = ({ sequenceNumber }: SourceRecord): string => `${sequenceNumber}000000`;

/** Room that a record takes in a request beside its data: ids, metadata, punctuation. */
const REQUEST_OVERHEAD_BYTES = 460;

/** An upper estimate of a record's bytes in a request. */
export const requestBytesOf = ({ data, partitionKey }: SourceRecord): number =>
  Math.ceil(data.length / 3) * 4 + Buffer.byteLength(partitionKey) * 6 + REQUEST_OVERHEAD_BYTES;

/** The event that the function receives, as JSON text. */
export const transformRequest = (
  { arn, source }: DeliverySettings,
  records: readonly PendingRecord[],
  {
    invocationId,
    region,
    shardId,
  }: { readonly invocationId: string; readonly region: string; readonly shardId: (shard: number) => string },
): string =>
  JSON.stringify({
    invocationId,
    deliveryStreamArn: arn,
    ...(source === undefined ? {} : { sourceKinesisStreamArn: source.streamArn }),
    region,
    records: records.map((record) => ({
      recordId: recordIdOf(record),
      approximateArrivalTimestamp: record.arrivalMillis,
      data: record.data.toString('base64'),
      ...(source === undefined
        ? {}
        : {
            kinesisRecordMetadata: {
              sequenceNumber: record.sequenceNumber,
              subsequenceNumber: 0,
              partitionKey: record.partitionKey,
              shardId: shardId(record.shard),
              approximateArrivalTimestamp: record.arrivalMillis,
            },
          }),
    })),
  });

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const isBase64 = (text: string): boolean => text.length % 4 === 0 && BASE64.test(text);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The verdicts of an answer in the order of `records`, or why the whole batch fails: an id that is missing or comes twice,
 * a result that is none, an Ok without data. Ids that were not asked for are ignored, as AWS does.
 */
export const readVerdicts = (payload: unknown, records: readonly SourceRecord[]): readonly Verdict[] | Failure => {
  if (!isObject(payload) || !Array.isArray(payload['records'])) return FAILURES.jsonProcessing;
  const byId = new Map<string, Verdict>();
  for (const returned of payload['records'] as readonly unknown[]) {
    if (!isObject(returned)) return FAILURES.jsonProcessing;
    const { recordId, result, data, metadata } = returned;
    if (typeof recordId !== 'string') continue;
    if (byId.has(recordId)) return FAILURES.duplicatedRecordId;
    if (result === 'Ok') {
      if (typeof data !== 'string') return FAILURES.jsonProcessing;
      if (!isBase64(data)) return FAILURES.functionError;
      const keys = isObject(metadata) && isObject(metadata['partitionKeys']) ? metadata['partitionKeys'] : {};
      byId.set(recordId, { kind: 'ok', data, partitionKeys: keys });
    } else if (result === 'Dropped' || result === 'ProcessingFailed') {
      byId.set(recordId, { kind: result === 'Dropped' ? 'dropped' : 'failed' });
    } else return FAILURES.jsonProcessing;
  }
  const verdicts: Verdict[] = [];
  for (const record of records) {
    const verdict = byId.get(recordIdOf(record));
    if (verdict === undefined) return FAILURES.missingRecordId;
    verdicts.push(verdict);
  }
  return verdicts;
};

/** One line of an object under the error prefix. `rawData` is the record as it arrived, whatever the function made of it. */
export const errorLine = (
  record: SourceRecord,
  failure: Failure,
  {
    attemptsMade,
    endedMillis,
    functionArn,
  }: { readonly attemptsMade: number; readonly endedMillis: number; readonly functionArn: string | undefined },
): string =>
  `${JSON.stringify({
    rawData: record.data.toString('base64'),
    errorCode: failure.code,
    errorMessage: failure.message,
    attemptsMade,
    arrivalTimestamp: record.arrivalMillis,
    attemptEndingTimestamp: endedMillis,
    ...(functionArn === undefined ? {} : { lambdaARN: functionArn }),
  })}\n`;
