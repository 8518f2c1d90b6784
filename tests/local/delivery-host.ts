import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Caller, operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { Resource } from '../../local/graph';
import { DeliveryStandIn } from '../../local/stand-ins/delivery/delivery-stand-in';
import { deliverySettings } from '../../local/stand-ins/delivery/settings';
import type { InvokeResult } from '../../local/stand-ins/function/function-host';
import { StreamStandIn } from '../../local/stand-ins/stream/stream-stand-in';

/** A stream, a delivery stream with a transform that a test scripts, and a bucket in memory, on a manual clock. */
export const ACCOUNT = '000000000000';
export const START = Date.UTC(2026, 10, 20, 8, 0, 0);
const STREAM_ARN = `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/events`;
const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

export interface TransformEvent {
  readonly records: readonly { readonly recordId: string; readonly data: string; readonly approximateArrivalTimestamp: number }[];
}
export type Transform = (event: TransformEvent) => unknown;
export interface Answer {
  readonly recordId: string;
  readonly result: string;
  readonly data?: string;
  readonly metadata?: object;
}

export const textOf = (data: string): string => Buffer.from(data, 'base64').toString();
export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Partitions by what stands before the first colon of the text. */
export const byType: Transform = ({ records }) => ({
  records: records.map(({ recordId, data }): Answer => ({
    recordId,
    result: 'Ok',
    data,
    metadata: { partitionKeys: { type: textOf(data).split(':')[0] } },
  })),
});

export const deliveryResource = (
  inputs: Record<string, unknown> = {},
  s3: Record<string, unknown> = {},
  direct = false,
): Resource => ({
  type: 'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream',
  name: 'delivery',
  id: 'delivery',
  inputs: {
    name: 'delivery',
    destination: 'extended_s3',
    ...(direct ? {} : { kinesisSourceConfiguration: { kinesisStreamArn: STREAM_ARN, roleArn: role('firehose') } }),
    extendedS3Configuration: {
      bucketArn: 'arn:aws:s3:::lake',
      roleArn: role('firehose'),
      bufferingSize: 64,
      bufferingInterval: 300,
      compressionFormat: 'GZIP',
      prefix: 'raw/type=!{partitionKeyFromLambda:type}/',
      errorOutputPrefix: 'errors/!{firehose:error-output-type}/',
      dynamicPartitioningConfiguration: { enabled: true },
      processingConfiguration: {
        enabled: true,
        processors: [{ type: 'Lambda', parameters: [{ parameterName: 'LambdaArn', parameterValue: 'arn:transform:$LATEST' }] }],
      },
      ...s3,
    },
    ...inputs,
  },
  outputs: { arn: `arn:aws:firehose:eu-west-1:${ACCOUNT}:deliverystream/delivery` },
});

/** A delivery stream to `films/` with no transform and no partitions. */
export const plain = (s3: Record<string, unknown> = {}): Record<string, unknown> => ({
  dynamicPartitioningConfiguration: undefined,
  processingConfiguration: undefined,
  prefix: 'films/!{timestamp:yyyy/MM/dd/HHmmss}/',
  bufferingSize: 1,
  bufferingInterval: 60,
  ...s3,
});

export class DeliveryHost {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'lithify-delivery-'));
  readonly clock = new ManualClock(START);
  readonly objects = new Map<string, Buffer>();
  readonly callers = new Set<string>();
  transform: Transform = byType;
  invocations = 0;
  failWrites = false;
  stream!: StreamStandIn;
  delivery!: DeliveryStandIn;

  constructor(private readonly resource: Resource = deliveryResource()) {
    this.open();
  }

  open(): void {
    const { clock, dataDir } = this;
    this.stream = new StreamStandIn({
      streams: [
        {
          name: 'events',
          arn: STREAM_ARN,
          mode: 'PROVISIONED',
          shardCount: 2,
          retentionHours: 24,
          encryption: { type: 'NONE' },
          maxRecordBytes: 1024 * 1024,
        },
      ],
      clock,
      dataDir,
      accountId: ACCOUNT,
    });
    this.delivery = new DeliveryStandIn({
      deliveries: [deliverySettings(this.resource)],
      clock,
      dataDir,
      region: 'eu-west-1',
      accountId: ACCOUNT,
      streamWithArn: (arn) => this.stream.streamWithArn(arn),
      functions: { invoke: (caller, _name, payload) => this.#invoke(caller, payload) },
      sink: {
        putObject: async (caller, { key, body }) => {
          this.callers.add(caller.arn);
          if (this.failWrites) throw new Error('no such bucket');
          if (this.objects.has(key)) throw new Error(`${key} was written twice`);
          this.objects.set(key, body);
        },
      },
    });
  }

  async close(): Promise<void> {
    await this.delivery.close();
    await this.stream.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.dataDir, { recursive: true });
  }

  put(...texts: readonly string[]): Promise<object> {
    const Records = texts.map((text) => ({ PartitionKey: text.slice(0, 20), Data: base64(text) }));
    return this.stream.service.operations['PutRecords']!({ StreamName: 'events', Records }, operator(ACCOUNT));
  }

  putDirect(...texts: readonly string[]): Promise<object> {
    const Records = texts.map((text) => ({ Data: base64(text) }));
    return this.delivery.service.operations['PutRecordBatch']!({ DeliveryStreamName: 'delivery', Records }, operator(ACCOUNT));
  }

  /** Contents by key, unpacked, in the order of the keys. */
  contents(prefix: string): readonly string[] {
    return [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, body]) => (key.endsWith('.gz') ? gunzipSync(body) : body).toString());
  }

  keys(prefix = ''): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  errors(): readonly {
    readonly rawData: string;
    readonly errorCode: string;
    readonly attemptsMade: number;
    readonly lambdaARN?: string;
  }[] {
    return this.contents('errors/')
      .flatMap((text) => text.split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as never);
  }

  async #invoke(_caller: Caller, payload: unknown): Promise<InvokeResult> {
    this.invocations++;
    try {
      return { payload: this.transform(JSON.parse(payload as string) as TransformEvent), logs: '' };
    } catch (thrown) {
      return { payload: { errorType: 'Error', errorMessage: String(thrown) }, functionError: 'Unhandled', logs: '' };
    }
  }
}
