import { FirehoseClient, PutRecordCommand as PutToDelivery } from '@aws-sdk/client-firehose';
import { KinesisClient, PutRecordCommand as PutToStream } from '@aws-sdk/client-kinesis';
import type { SendOutcome } from '../../contracts/console-api';
import { messageOf } from '../../contracts/errors';
import { isPassing } from '../aws/passing';
import { MOST_ATTEMPTS, waitMillis } from './core';
import type { MemberStore, OutboxEntry } from './store';

export interface SenderOptions {
  readonly streamName: string;
  readonly deliveryName: string;
  readonly store: Pick<MemberStore, 'acknowledged'>;
  readonly kinesis: Pick<KinesisClient, 'send'>;
  readonly firehose: Pick<FirehoseClient, 'send'>;
  /** From 0 to below 1: jitter of the waits. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const PATIENCE_MILLIS = 4_000;

/**
 * The clients of a sender, without retries of their own: those are counted here, and shown. A connection that answers nothing is given
 * up in time for another attempt within the 30 seconds that the API waits for the function.
 */
export const sendingClients = (): { readonly kinesis: KinesisClient; readonly firehose: FirehoseClient } => {
  const maxAttempts = 1;
  return {
    kinesis: new KinesisClient({ maxAttempts, requestHandler: { requestTimeout: PATIENCE_MILLIS } }),
    firehose: new FirehoseClient({
      maxAttempts,
      requestHandler: { requestTimeout: PATIENCE_MILLIS, throwOnRequestTimeout: true },
    }),
  };
};

/**
 * Sends an outbox entry until its service acknowledges it, and takes it out of the outbox then and only then. What is not acknowledged
 * after the last attempt waits there for the sweeper. An acknowledgement that gets lost sends the event twice; the lake merges the two.
 */
export const sendEntry = async (entry: OutboxEntry, options: SenderOptions): Promise<SendOutcome> => {
  const { eventUuid, createdAt, path } = entry;
  const event = { event_uuid: eventUuid, created_at: createdAt, path };
  let reason: string | null = null;
  for (let attempt = 1; ; attempt++) {
    try {
      await putOnce(entry, options);
    } catch (thrown) {
      reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : messageOf(thrown);
      if (attempt >= MOST_ATTEMPTS || !isPassing(thrown)) return { ...event, state: 'waiting', attempts: attempt, reason };
      await options.sleep(waitMillis(attempt, options.random()));
      continue;
    }
    try {
      await options.store.acknowledged(entry.id);
    } catch (thrown) {
      // The event is where it belongs. The sweeper sends what stays in the outbox once more, and the lake merges the two.
      reason = `${entry.id} stays in the outbox: ${messageOf(thrown)}`;
    }
    return { ...event, state: 'acknowledged', attempts: attempt, reason };
  }
};

/** The same bytes by either path: Firehose adds no line break and neither do we; the transform ends each line. */
const putOnce = async ({ path, record, partitionKey }: OutboxEntry, options: SenderOptions): Promise<void> => {
  const Data = Buffer.from(record);
  if (path === 'firehose') {
    const { RecordId } = await options.firehose.send(
      new PutToDelivery({ DeliveryStreamName: options.deliveryName, Record: { Data } }),
    );
    if (RecordId === undefined) throw new Error('Firehose answered without a record id.');
    return;
  }
  const { SequenceNumber } = await options.kinesis.send(
    new PutToStream({ StreamName: options.streamName, PartitionKey: partitionKey, Data }),
  );
  if (SequenceNumber === undefined) throw new Error('Kinesis answered without a sequence number.');
};
