import { DescribeDeliveryStreamCommand, ListDeliveryStreamsCommand, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { FirehoseClient } from '@aws-sdk/client-firehose';
import { DescribeStreamSummaryCommand, ListStreamsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { UsageError } from '../contracts/errors';

/** A record as the producer takes it. A delivery stream has no use for the partition key. */
export interface ProducerRecord {
  readonly data: string | Uint8Array;
  readonly partitionKey: string;
}

export interface Entry {
  readonly data: Uint8Array;
  readonly partitionKey: string;
}

/** Where records go, and what one request to it may hold. */
export interface Destination {
  /** `stream lithify-dev-events`. */
  readonly description: string;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly maxRecordBytes: number;
  /** Bytes of a record that count against the limits. */
  sizeOf(entry: Entry): number;
  /** One request. The answer has one item per entry, in their order: undefined where it was acknowledged, otherwise the reason. */
  put(entries: readonly Entry[]): Promise<readonly (string | undefined)[]>;
}

/**
 * Limits of one request. The service takes 500 records and, since 2025, 10 MiB; older stand-ins and proxies 5 MiB.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
export const MAX_BATCH_RECORDS = 500;
export const MAX_BATCH_BYTES = 5 * 1024 * 1024;
/** Data and partition key of one record, unless the stream is set to take more. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Of PutRecordBatch: https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html */
export const MAX_DELIVERY_BATCH_BYTES = 4 * 1024 * 1024;
export const MAX_DELIVERY_RECORD_BYTES = 1_000 * 1024;

interface PutResult {
  readonly ErrorCode?: string | undefined;
  readonly ErrorMessage?: string | undefined;
}

const reasonOf = ({ ErrorCode, ErrorMessage }: PutResult, what: string): string =>
  ErrorCode === undefined ? `The ${what} did not acknowledge the record.` : `${ErrorCode}: ${ErrorMessage ?? ''}`;

export const streamDestination = (client: Pick<KinesisClient, 'send'>, streamName: string): Destination => ({
  description: `stream ${streamName}`,
  maxRecords: MAX_BATCH_RECORDS,
  maxBytes: MAX_BATCH_BYTES,
  maxRecordBytes: MAX_RECORD_BYTES,
  sizeOf: ({ data, partitionKey }) => data.length + Buffer.byteLength(partitionKey),
  async put(entries) {
    const Records = entries.map(({ data, partitionKey }) => ({ Data: data, PartitionKey: partitionKey }));
    const { Records: results = [] } = await client.send(new PutRecordsCommand({ StreamName: streamName, Records }));
    // An entry without a result of its own is not acknowledged.
    return entries.map((_, index) =>
      results[index]?.SequenceNumber === undefined ? reasonOf(results[index] ?? {}, 'stream') : undefined,
    );
  },
});

export const deliveryDestination = (client: Pick<FirehoseClient, 'send'>, deliveryStreamName: string): Destination => ({
  description: `delivery stream ${deliveryStreamName}`,
  maxRecords: MAX_BATCH_RECORDS,
  maxBytes: MAX_DELIVERY_BATCH_BYTES,
  maxRecordBytes: MAX_DELIVERY_RECORD_BYTES,
  sizeOf: ({ data }) => data.length,
  async put(entries) {
    const Records = entries.map(({ data }) => ({ Data: data }));
    const answer = await client.send(new PutRecordBatchCommand({ DeliveryStreamName: deliveryStreamName, Records }));
    const results = answer.RequestResponses ?? [];
    return entries.map((_, index) =>
      results[index]?.RecordId === undefined ? reasonOf(results[index] ?? {}, 'delivery stream') : undefined,
    );
  },
});

const absent = (thrown: unknown): boolean => thrown instanceof Error && thrown.name === 'ResourceNotFoundException';

const unknown = (kind: string, name: string, known: readonly string[]): UsageError =>
  new UsageError(
    `there is no ${kind} "${name}"; ${known.length === 0 ? `there is no ${kind} at all` : `there is ${known.join(', ')}`}.`,
  );

/** @throws UsageError where there is no such stream, or it takes no records. */
export const existingStream = async (client: KinesisClient, name: string): Promise<Destination> => {
  try {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
    const status = StreamDescriptionSummary?.StreamStatus;
    if (status !== 'ACTIVE' && status !== 'UPDATING') throw new UsageError(`stream "${name}" is ${String(status)}, not ACTIVE.`);
  } catch (thrown) {
    if (!absent(thrown)) throw thrown;
    throw unknown('stream', name, (await client.send(new ListStreamsCommand({}))).StreamNames ?? []);
  }
  return streamDestination(client, name);
};

/** @throws UsageError where there is no such delivery stream, or it takes its records from a stream. */
export const existingDelivery = async (client: FirehoseClient, name: string): Promise<Destination> => {
  try {
    const { DeliveryStreamDescription } = await client.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: name }));
    const { DeliveryStreamType: type, DeliveryStreamStatus: status } = DeliveryStreamDescription ?? {};
    if (type !== 'DirectPut')
      throw new UsageError(`delivery stream "${name}" reads a stream and takes no records itself; produce to the stream.`);
    if (status !== 'ACTIVE') throw new UsageError(`delivery stream "${name}" is ${String(status)}, not ACTIVE.`);
  } catch (thrown) {
    if (!absent(thrown)) throw thrown;
    const { DeliveryStreamNames = [] } = await client.send(new ListDeliveryStreamsCommand({}));
    throw unknown('delivery stream', name, DeliveryStreamNames);
  }
  return deliveryDestination(client, name);
};
