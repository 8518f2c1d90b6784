import type { KinesisClient, PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { UsageError, messageOf } from '../contracts/errors';

/**
 * Puts records on a stream until each is acknowledged. PutRecords answers 200 with an error per record: only those records are sent
 * again, alone, after a jittered wait. A record that was acknowledged although the answer got lost arrives twice: the lake de-duplicates.
 */
export interface ProducerRecord {
  readonly data: string | Uint8Array;
  readonly partitionKey: string;
}

export interface ProduceOptions {
  readonly client: Pick<KinesisClient, 'send'>;
  readonly streamName: string;
  readonly records: Iterable<ProducerRecord> | AsyncIterable<ProducerRecord>;
  /** At most; without it as fast as the stream takes them. */
  readonly ratePerSecond?: number;
  /** Requests under way at the same time. @default 4 */
  readonly inFlight?: number;
  /** Sendings of one record. @default 10 */
  readonly maxAttempts?: number;
  readonly onProgress?: (produced: Produced) => void;
  /** From 0 to below 1: jitter of the waits. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds of a clock that only goes forward; paces `ratePerSecond`. @default the process's */
  readonly now?: () => number;
}

export interface Produced {
  readonly acknowledged: number;
  /** Sendings beyond the first of each record. */
  readonly retried: number;
  /** Records given up on: not on the stream, as far as the producer knows. */
  readonly failed: number;
  /** Why the first of them failed. */
  readonly firstFailure?: string;
}

/**
 * Limits of one request. The service takes 500 records and, since 2025, 10 MiB; older stand-ins and proxies 5 MiB.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
export const MAX_BATCH_RECORDS = 500;
export const MAX_BATCH_BYTES = 5 * 1024 * 1024;
/** Data and partition key of one record, unless the stream is set to take more. */
export const MAX_RECORD_BYTES = 1024 * 1024;

const FIRST_WAIT_MILLIS = 100;
const LONGEST_WAIT_MILLIS = 10_000;

/** @throws what the service says where trying again cannot help: no such stream, no permission. */
export const produce = async (options: ProduceOptions): Promise<Produced> => {
  const { records, ratePerSecond, inFlight = 4, now = () => performance.now(), sleep } = options;
  if (ratePerSecond !== undefined && !(ratePerSecond > 0))
    throw new UsageError(`rate ${ratePerSecond} must be above 0 records per second.`);
  let total: Produced = { acknowledged: 0, retried: 0, failed: 0 };
  const add = (part: Produced): void => {
    total = sum(total, part);
    options.onProgress?.(total);
  };
  const underWay = new Set<Promise<void>>();
  const problems: unknown[] = [];
  const start = now();
  let sent = 0;
  // A slow rate sends small batches often rather than a full one now and then.
  const batchRecords =
    ratePerSecond === undefined ? MAX_BATCH_RECORDS : Math.min(MAX_BATCH_RECORDS, Math.max(1, Math.floor(ratePerSecond / 4)));

  for await (const batch of batchesOf(records, batchRecords, (reason) =>
    add({ acknowledged: 0, retried: 0, failed: 1, firstFailure: reason }),
  )) {
    if (ratePerSecond !== undefined) {
      const wait = start + (sent / ratePerSecond) * 1_000 - now();
      if (wait > 0) await sleep(wait);
    }
    sent += batch.length;
    const sending = sendAll(options, batch)
      .then(add, (thrown: unknown) => void problems.push(thrown))
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
    if (underWay.size >= inFlight) await Promise.race(underWay);
    if (problems.length > 0) break;
  }
  await Promise.all(underWay);
  if (problems.length > 0) throw problems[0];
  return total;
};

const sum = (left: Produced, right: Produced): Produced => {
  const firstFailure = left.firstFailure ?? right.firstFailure;
  return {
    acknowledged: left.acknowledged + right.acknowledged,
    retried: left.retried + right.retried,
    failed: left.failed + right.failed,
    ...(firstFailure !== undefined && { firstFailure }),
  };
};

interface Entry {
  readonly Data: Uint8Array;
  readonly PartitionKey: string;
}

/** Groups records into requests; one that no request can hold is told to `refuse`. */
async function* batchesOf(
  records: ProduceOptions['records'],
  batchRecords: number,
  refuse: (reason: string) => void,
): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = [];
  let batchBytes = 0;
  for await (const { data, partitionKey } of records) {
    const entry = { Data: typeof data === 'string' ? Buffer.from(data) : data, PartitionKey: partitionKey };
    const bytes = entry.Data.length + Buffer.byteLength(partitionKey);
    if (bytes > MAX_RECORD_BYTES) {
      refuse(`A record of ${bytes} bytes with its partition key must be at most ${MAX_RECORD_BYTES} bytes.`);
      continue;
    }
    if (batch.length === batchRecords || batchBytes + bytes > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(entry);
    batchBytes += bytes;
  }
  if (batch.length > 0) yield batch;
}

const sendAll = async (
  { client, streamName, maxAttempts = 10, random, sleep }: ProduceOptions,
  batch: readonly Entry[],
): Promise<Produced> => {
  let remaining = batch;
  let retried = 0;
  for (let attempt = 1; ; attempt++) {
    const { failed, reason } = await send(client, streamName, remaining);
    if (failed.length === 0) return { acknowledged: batch.length, retried, failed: 0 };
    if (attempt >= maxAttempts) {
      return { acknowledged: batch.length - failed.length, retried, failed: failed.length, firstFailure: reason };
    }
    retried += failed.length;
    remaining = failed;
    // Full jitter: producers that were throttled together do not come back together.
    await sleep(random() * Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** (attempt - 1)));
  }
};

interface Sent {
  /** The entries that are to be sent again, in their order. */
  readonly failed: readonly Entry[];
  readonly reason: string;
}

const send = async (client: ProduceOptions['client'], streamName: string, entries: readonly Entry[]): Promise<Sent> => {
  let results: readonly PutRecordsResultEntry[];
  try {
    const answer = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: [...entries] }));
    results = answer.Records ?? [];
  } catch (thrown) {
    if (!isPassing(thrown)) throw thrown;
    return { failed: entries, reason: messageOf(thrown) };
  }
  // An entry without a result of its own is not acknowledged.
  const failed = entries.filter((_, index) => results[index]?.SequenceNumber === undefined);
  const first = results.find(({ ErrorCode }) => ErrorCode !== undefined);
  return {
    failed,
    reason:
      first === undefined ? 'The stream did not acknowledge the record.' : `${first.ErrorCode}: ${first.ErrorMessage ?? ''}`,
  };
};

const PASSING = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
  'InternalFailure',
  'InternalFailureException',
  'ServiceUnavailable',
  'RequestTimeout',
  'TimeoutError',
]);

/** Whether trying again may help: throttled, the service's own fault, or no answer at all. */
const isPassing = (thrown: unknown): boolean => {
  if (!(thrown instanceof Error)) return false;
  const { $metadata, code } = thrown as { readonly $metadata?: { readonly httpStatusCode?: number }; readonly code?: unknown };
  if (PASSING.has(thrown.name) || ($metadata?.httpStatusCode ?? 0) >= 500) return true;
  return typeof code === 'string' && /^(ECONN|EPIPE|ETIMEDOUT|ENETUNREACH|EAI_AGAIN|ERR_HTTP2)/.test(code);
};
