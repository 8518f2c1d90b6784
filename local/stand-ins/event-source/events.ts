import { uuidOf } from '../state-machine/randomness';
import type { SourceRecord } from '../delivery/source';
import type { MappingSettings } from './settings';

/** What a shard's batch is delivered with. */
export interface ShardPlace {
  readonly settings: MappingSettings;
  readonly region: string;
  readonly shardId: string;
}

/** A tumbling window as a function sees it. */
export interface WindowEvent {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly state: unknown;
  readonly final: boolean;
  readonly terminatedEarly: boolean;
}

const instant = (millis: number): string => new Date(millis).toISOString();
/** Windows are told to the second. */
const second = (millis: number): string => instant(millis).replace('.000Z', 'Z');

/** The event of an invocation. https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and services-kinesis-windows.html */
export const streamEvent = (
  { settings, region, shardId }: ShardPlace,
  records: readonly SourceRecord[],
  window: WindowEvent | undefined,
): object => ({
  Records: records.map(({ sequenceNumber, arrivalMillis, partitionKey, data }) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: data.toString('base64'),
      approximateArrivalTimestamp: arrivalMillis / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: settings.roleArn,
    awsRegion: region,
    eventSourceARN: settings.streamArn,
  })),
  ...(window !== undefined && {
    window: { start: second(window.startMillis), end: second(window.endMillis) },
    state: window.state,
    shardId,
    eventSourceARN: settings.streamArn,
    isFinalInvokeForWindow: window.final,
    isWindowTerminatedEarly: window.terminatedEarly,
  }),
});

export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

export interface Discarded {
  readonly condition: Condition;
  readonly records: readonly SourceRecord[];
  /** How often the function was invoked with them. */
  readonly invocations: number;
  readonly atMillis: number;
}

/**
 * The object that describes a batch that was given up on: metadata, and, in S3 alone, the whole event.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const failureObject = (
  place: ShardPlace,
  { condition, records, invocations, atMillis }: Discarded,
): { readonly key: string; readonly body: Buffer } => {
  const { settings, shardId } = place;
  const [first, last] = [records[0]!, records.at(-1)!];
  const seed = `${settings.uuid} ${shardId} ${first.sequenceNumber} ${records.length} ${atMillis}`;
  const at = instant(atMillis);
  const document = {
    requestContext: {
      requestId: uuidOf(`${seed} request`),
      functionArn: settings.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    // A batch that was too old to be invoked with has no response.
    ...(invocations > 0 && { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' } }),
    version: '1.0',
    timestamp: at,
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: instant(first.arrivalMillis),
      approximateArrivalOfLastRecord: instant(last.arrivalMillis),
      batchSize: records.length,
      streamArn: settings.streamArn,
    },
    payload: JSON.stringify(streamEvent(place, records, undefined)),
  };
  const [date = ''] = at.split('T');
  const name = `${at.slice(0, 19).replaceAll(':', '.')}-${uuidOf(seed)}`;
  return {
    key: `aws/lambda/${settings.uuid}/${shardId}/${date.replaceAll('-', '/')}/${name}`,
    body: Buffer.from(JSON.stringify(document)),
  };
};
