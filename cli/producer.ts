import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { UsageError } from '../contracts/errors';
import type { ProducerRecord } from './destination';
import { MAX_BATCH_RECORDS, streamDestination } from './destination';
import type { Sent, SendOptions } from './sending';
import { batchesOf, send, sumOf } from './sending';

export type { ProducerRecord } from './destination';
export { MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD_BYTES } from './destination';

/** Puts records on a stream until each is acknowledged, as fast as it takes them or at a rate. */
export interface ProduceOptions extends Pick<SendOptions, 'inFlight' | 'maxAttempts' | 'onProgress' | 'random' | 'sleep'> {
  readonly client: Pick<KinesisClient, 'send'>;
  readonly streamName: string;
  readonly records: Iterable<ProducerRecord> | AsyncIterable<ProducerRecord>;
  /** At most; without it as fast as the stream takes them. */
  readonly ratePerSecond?: number;
  /** Milliseconds of a clock that only goes forward; paces `ratePerSecond`. @default the process's */
  readonly now?: () => number;
}

export type Produced = Sent;

/** @throws what the service says where trying again cannot help: no such stream, no permission. */
export const produce = async (options: ProduceOptions): Promise<Produced> => {
  const { client, streamName, records, ratePerSecond, now = () => performance.now(), onProgress, ...sending } = options;
  if (ratePerSecond !== undefined && !(ratePerSecond > 0))
    throw new UsageError(`rate ${ratePerSecond} must be above 0 records per second.`);
  const destination = streamDestination(client, streamName);
  // A slow rate sends small batches often rather than a full one now and then.
  const batchRecords =
    ratePerSecond === undefined ? MAX_BATCH_RECORDS : Math.min(MAX_BATCH_RECORDS, Math.max(1, Math.floor(ratePerSecond / 4)));
  let refused: Sent = { acknowledged: 0, retried: 0, failed: 0 };
  const batches = batchesOf(records, destination, batchRecords, (firstFailure) => {
    refused = sumOf(refused, { acknowledged: 0, retried: 0, failed: 1, firstFailure });
  });
  const start = now();
  async function* paced() {
    let begun = 0;
    for await (const batch of batches) {
      if (ratePerSecond !== undefined) {
        const wait = start + (begun / ratePerSecond) * 1_000 - now();
        if (wait > 0) await sending.sleep(wait);
      }
      begun += batch.length;
      yield batch;
    }
  }
  const sent = await send({
    ...sending,
    destination,
    batches: paced(),
    ...(onProgress !== undefined && { onProgress: (part: Sent) => onProgress(sumOf(part, refused)) }),
  });
  return sumOf(sent, refused);
};
