import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../../local/aws-error';
import { operator } from '../../local/caller';
import { ManualClock } from '../../local/clock';
import type { Graph, Resource } from '../../local/graph';
import { EventSourceStandIn } from '../../local/stand-ins/event-source/event-source-stand-in';
import { MAPPING_TYPE, mappingSettings } from '../../local/stand-ins/event-source/settings';
import type { InvokeResult } from '../../local/stand-ins/function/function-host';
import { StreamStandIn } from '../../local/stand-ins/stream/stream-stand-in';

/** A stream, a mapping to a function that a test scripts, and a bucket in memory, on a manual clock. */
export const ACCOUNT = '000000000000';
/** The top of a minute. */
export const START = Date.UTC(2026, 10, 20, 8, 0, 0);
const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`;
export const STREAM_ARN = arn('kinesis', 'stream/points');
const FUNCTION_ARN = arn('lambda', 'function:consumer');
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/consumer`;

export interface StreamRecordEvent {
  readonly kinesis: { readonly sequenceNumber: string; readonly data: string; readonly approximateArrivalTimestamp: number };
}
export interface ConsumerEvent {
  readonly Records: readonly StreamRecordEvent[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: Readonly<Record<string, unknown>>;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
}
export type Consumer = (event: ConsumerEvent) => unknown;

export const textsOf = ({ Records }: ConsumerEvent): string[] =>
  Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());

export const mappingResource = (inputs: Record<string, unknown> = {}): Resource => ({
  type: MAPPING_TYPE,
  name: 'points',
  id: 'points',
  inputs: { eventSourceArn: STREAM_ARN, functionName: FUNCTION_ARN, startingPosition: 'TRIM_HORIZON', ...inputs },
  outputs: { uuid: '11111111-2222-4333-8444-555555555555', arn: arn('lambda', 'event-source-mapping:11111111') },
});

export const graphOf = (...resources: readonly Resource[]): Graph => ({
  accountId: ACCOUNT,
  region: 'eu-west-1',
  project: 'lithify',
  stack: 'dev',
  resources: [
    ...resources,
    {
      type: 'aws:lambda/function:Function',
      name: 'consumer',
      id: 'consumer',
      inputs: { role: ROLE_ARN },
      outputs: { arn: FUNCTION_ARN, name: 'consumer' },
    },
  ],
  outputs: {},
});

export class EventSourceHost {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'lithify-event-source-'));
  readonly clock = new ManualClock(START);
  readonly objects = new Map<string, Buffer>();
  readonly events: { readonly at: number; readonly event: ConsumerEvent }[] = [];
  consumer: Consumer = () => ({ batchItemFailures: [] });
  throttled = false;
  failWrites = false;
  stream!: StreamStandIn;
  mappings!: EventSourceStandIn;

  constructor(
    private inputs: Record<string, unknown> = {},
    private readonly shardCount = 1,
  ) {
    this.open();
  }

  open(): void {
    const { clock, dataDir } = this;
    const resource = mappingResource(this.inputs);
    this.stream = new StreamStandIn({
      streams: [
        {
          name: 'points',
          arn: STREAM_ARN,
          mode: 'PROVISIONED',
          shardCount: this.shardCount,
          retentionHours: 24,
          encryption: { type: 'NONE' },
          maxRecordBytes: 1024 * 1024,
        },
      ],
      clock,
      dataDir,
      accountId: ACCOUNT,
    });
    this.mappings = new EventSourceStandIn({
      mappings: [mappingSettings(resource, graphOf(resource))],
      clock,
      dataDir,
      region: 'eu-west-1',
      streamWithArn: (streamArn) => this.stream.streamWithArn(streamArn),
      functions: { invoke: async (_caller, _name, payload) => this.#invoke(payload as ConsumerEvent) },
      sink: {
        putObject: async (_caller, { bucket, key, body }) => {
          if (this.failWrites) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
          this.objects.set(`${bucket}/${key}`, body);
        },
      },
    });
  }

  async close(): Promise<void> {
    await this.mappings.close();
    await this.stream.close();
  }

  /** Creates the mapping anew, with other inputs. */
  async forget(inputs: Record<string, unknown>): Promise<void> {
    await this.close();
    rmSync(join(this.dataDir, 'event-sources'), { recursive: true });
    this.inputs = inputs;
    this.open();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.dataDir, { recursive: true });
  }

  put(...texts: readonly string[]): Promise<object> {
    const Records = texts.map((text) => ({ PartitionKey: text, Data: Buffer.from(text).toString('base64') }));
    return this.stream.service.operations['PutRecords']!({ StreamName: 'points', Records }, operator(ACCOUNT));
  }

  advance(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1_000);
  }

  /** The texts of each invocation, in order. */
  batches(): string[][] {
    return this.events.filter(({ event }) => event.isFinalInvokeForWindow !== true).map(({ event }) => textsOf(event));
  }

  /** Seconds from the start at which each invocation was made. */
  times(): number[] {
    return this.events.map(({ at }) => (at - START) / 1_000);
  }

  failures(): {
    readonly key: string;
    readonly document: Record<string, Record<string, unknown>> & { readonly payload: string };
  }[] {
    return [...this.objects].map(([key, body]) => ({ key, document: JSON.parse(body.toString()) as never }));
  }

  async #invoke(event: ConsumerEvent): Promise<InvokeResult> {
    if (this.throttled) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    this.events.push({ at: this.clock.now(), event: JSON.parse(JSON.stringify(event)) as ConsumerEvent });
    try {
      return { payload: this.consumer(event), logs: '' };
    } catch (thrown) {
      return { payload: { errorType: 'Error', errorMessage: String(thrown) }, functionError: 'Unhandled', logs: '' };
    }
  }
}
