import { messageOf } from '../contracts/errors';
import type { Destination, Entry, ProducerRecord } from './destination';

/**
 * Sends records until each is acknowledged. PutRecords and PutRecordBatch answer 200 with an error per record: only those records are sent
 * again, alone, after a jittered wait. A record that was acknowledged although the answer got lost arrives twice: the lake de-duplicates.
 */
export interface SendOptions {
  readonly destination: Destination;
  /** What goes into one request each, see `batchesOf`. It is asked for the next one only while fewer than `inFlight` are under way. */
  readonly batches: Iterable<readonly Entry[]> | AsyncIterable<readonly Entry[]>;
  /** Requests under way at the same time. @default 4 */
  readonly inFlight?: number;
  /** Sendings of one record. @default 10 */
  readonly maxAttempts?: number;
  readonly onProgress?: (sent: Sent) => void;
  /** From 0 to below 1: jitter of the waits. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface Sent {
  readonly acknowledged: number;
  /** Sendings beyond the first of each record. */
  readonly retried: number;
  /** Records given up on: not at the destination, as far as the producer knows. */
  readonly failed: number;
  /** Why the first of them failed. */
  readonly firstFailure?: string;
}

export const NOTHING_SENT: Sent = { acknowledged: 0, retried: 0, failed: 0 };

export const sumOf = (left: Sent, right: Sent): Sent => {
  const firstFailure = left.firstFailure ?? right.firstFailure;
  return {
    acknowledged: left.acknowledged + right.acknowledged,
    retried: left.retried + right.retried,
    failed: left.failed + right.failed,
    ...(firstFailure !== undefined && { firstFailure }),
  };
};

const FIRST_WAIT_MILLIS = 100;
const LONGEST_WAIT_MILLIS = 10_000;

/** @throws what the service says where trying again cannot help: no such stream, no permission. */
export const send = async (options: SendOptions): Promise<Sent> => {
  const { batches, inFlight = 4 } = options;
  let total = NOTHING_SENT;
  const add = (part: Sent): void => {
    total = sumOf(total, part);
    options.onProgress?.(total);
  };
  const underWay = new Set<Promise<void>>();
  const problems: unknown[] = [];
  for await (const batch of batches) {
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

/** Groups records into requests of at most `maxRecords`; one that no request can hold is told to `refuse`. */
export async function* batchesOf(
  records: Iterable<ProducerRecord> | AsyncIterable<ProducerRecord>,
  destination: Destination,
  maxRecords: number,
  refuse: (reason: string) => void,
): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = [];
  let batchBytes = 0;
  for await (const { data, partitionKey } of records) {
    const entry = { data: typeof data === 'string' ? Buffer.from(data) : data, partitionKey };
    const bytes = destination.sizeOf(entry);
    if (bytes > destination.maxRecordBytes) {
      refuse(`A record of ${bytes} bytes must be at most ${destination.maxRecordBytes} bytes, its partition key included.`);
      continue;
    }
    if (batch.length === Math.min(maxRecords, destination.maxRecords) || batchBytes + bytes > destination.maxBytes) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(entry);
    batchBytes += bytes;
  }
  if (batch.length > 0) yield batch;
}

const sendAll = async ({ destination, maxAttempts = 10, random, sleep }: SendOptions, batch: readonly Entry[]): Promise<Sent> => {
  let remaining = batch;
  let retried = 0;
  for (let attempt = 1; ; attempt++) {
    const { failed, reason } = await sendOnce(destination, remaining);
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

interface Outcome {
  /** The entries that are to be sent again, in their order. */
  readonly failed: readonly Entry[];
  readonly reason: string;
}

const sendOnce = async (destination: Destination, entries: readonly Entry[]): Promise<Outcome> => {
  try {
    const reasons = await destination.put(entries);
    const failed = entries.filter((_, index) => reasons[index] !== undefined);
    return { failed, reason: reasons.find((reason) => reason !== undefined) ?? '' };
  } catch (thrown) {
    if (!isPassing(thrown)) throw thrown;
    return { failed: entries, reason: messageOf(thrown) };
  }
};

const PASSING = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
  'InternalFailure',
  'InternalFailureException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
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
