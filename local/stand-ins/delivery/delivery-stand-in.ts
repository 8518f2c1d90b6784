import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LithifyError } from '../../../contracts/errors';
import { AwsError } from '../../aws-error';
import type { Clock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import type { FunctionInvoker } from '../function/function-host';
import * as parameters from '../stream/parameters';
import { DeliveryEngine, type DeliveryStats } from './delivery-engine';
import { deliveryType, describeDelivery } from './descriptions';
import { Progress } from './progress';
import type { DeliverySettings } from './settings';
import { DirectSource, type ObjectSink, type RecordSource } from './source';

/**
 * Amazon Data Firehose to S3. Pages followed: "Data transformation", "Dynamic partitioning", "Custom prefixes", "Handle failure in data transformation",
 * "Quota" and the API reference of the operations below. Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts.
 *
 * Like AWS, helpful or not: no newline is added; a Kinesis source is read from LATEST at creation; at least once; a verdict per record and batches
 * that fail whole; retries; error objects with base64 `rawData`; 500 active partitions; buffers by size before compression and by interval; names and
 * `!{timestamp:…}` from the oldest arrival. An object above 256 KB is a gzip file of several members.
 * Different: intervals are exact (Firehose may take half as long again), a failed write to S3 is retried for ever.
 * Not modelled: conversion, backup, query-based keys, other destinations and processors, throughput quotas, KPL de-aggregation, creating and updating streams.
 */
export interface DeliveryStandInOptions {
  readonly deliveries: readonly DeliverySettings[];
  readonly clock: Clock;
  /** State is kept under `<dataDir>/deliveries/<name>/`, error logs under `<dataDir>/logs/`. */
  readonly dataDir: string;
  readonly region: string;
  readonly accountId: string;
  /** The data stream with an ARN. */
  readonly streamWithArn: (arn: string) => RecordSource | undefined;
  readonly functions: FunctionInvoker;
  readonly sink: ObjectSink;
}

/** "Up to 500 records … or 4 MB for the entire request", "up to 1,000 KB before base64 encoding". PutRecordBatch API reference. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
const RECORD_BYTES = 1_024_000;

type Input = parameters.Input;

interface Delivery {
  readonly settings: DeliverySettings;
  readonly createdMillis: number;
  readonly engine: DeliveryEngine;
  /** Undefined where a data stream is the source. */
  readonly direct: DirectSource | undefined;
}

export class DeliveryStandIn {
  readonly service: JsonService;
  readonly #deliveries = new Map<string, Delivery>();

  constructor(private readonly options: DeliveryStandInOptions) {
    for (const settings of options.deliveries) this.#deliveries.set(settings.name, this.#open(settings));
    const operations: Record<string, (input: Input) => object> = {
      PutRecord: (input) => this.#putRecord(input),
      PutRecordBatch: (input) => this.#putRecordBatch(input),
      DescribeDeliveryStream: (input) => this.#describe(input),
      ListDeliveryStreams: (input) => this.#list(input),
    };
    this.service = {
      name: 'firehose',
      targetPrefix: 'Firehose_20150804',
      jsonVersion: '1.1',
      operations: Object.fromEntries(
        Object.entries(operations).map(([name, operation]): [string, Operation] => [name, async (input) => operation(input)]),
      ),
    };
  }

  /** Standing of each delivery stream by name. */
  stats(): Readonly<Record<string, DeliveryStats>> {
    return Object.fromEntries([...this.#deliveries].map(([name, { engine }]) => [name, engine.stats()]));
  }

  /** Of every record that was put to a delivery stream directly, when; undefined for one with another source, or none. */
  arrivals(name: string): Iterable<readonly [millis: number, records: number]> | undefined {
    return this.#deliveries.get(name)?.direct?.arrivals();
  }

  /** Records read from a source but neither delivered nor dropped, over all delivery streams. */
  inFlight(): number {
    return [...this.#deliveries.values()].reduce((sum, { engine }) => sum + engine.inFlight(), 0);
  }

  /** Ends the work under way and writes down the rest. To be called before the function host, the streams and the sink are closed. */
  async close(): Promise<void> {
    for (const { engine, direct } of this.#deliveries.values()) {
      await engine.close();
      direct?.close();
    }
  }

  #open(settings: DeliverySettings): Delivery {
    const { clock, dataDir, region, streamWithArn, functions, sink } = this.options;
    const folder = join(dataDir, 'deliveries', settings.name);
    const stream = settings.source === undefined ? undefined : streamWithArn(settings.source.streamArn);
    if (settings.source !== undefined && stream === undefined) {
      throw new LithifyError(
        'dangling',
        `delivery stream ${settings.name} reads from ${settings.source.streamArn}, which the program does not declare`,
      );
    }
    const latest = (): readonly number[] =>
      stream === undefined ? [0] : Array.from({ length: stream.shardCount }, (_, shard) => stream.nextOrdinal(shard));
    const progress = new Progress(folder, settings.compression === 'GZIP', clock.now(), latest);
    const direct = stream === undefined ? new DirectSource(join(folder, 'records'), progress.createdMillis, clock) : undefined;
    const engine = new DeliveryEngine({
      settings,
      source: stream ?? direct!,
      progress,
      sink,
      functions,
      clock,
      region,
      log: this.#logOf(settings),
      checkpointed: ([position]) => direct?.delivered(position!),
    });
    return { settings, createdMillis: progress.createdMillis, engine, direct };
  }

  #logOf({ log, arn }: DeliverySettings): (entry: Readonly<Record<string, unknown>>) => void {
    if (log === undefined) return () => undefined;
    const path = join(this.options.dataDir, 'logs', `${log.group.replace(/^\/+/, '')}`, `${log.stream}.log`);
    mkdirSync(dirname(path), { recursive: true });
    return (entry) => {
      const at = new Date(this.options.clock.now()).toISOString();
      appendFileSync(path, `${JSON.stringify({ at, deliveryStreamARN: arn, ...entry })}\n`);
    };
  }

  #putRecord(input: Input): object {
    const direct = this.#directOf(input);
    const record = parameters.optionalStructure(input, 'Record');
    if (record === undefined) throw parameters.invalid('record', null, 'Member must not be null');
    const [sequenceNumber] = direct.put([dataOf(record, 'record.data')]);
    return { RecordId: recordIdOf(sequenceNumber!), Encrypted: false };
  }

  #putRecordBatch(input: Input): object {
    const direct = this.#directOf(input);
    const records = parameters.requiredList(input, 'Records', 1, BATCH_RECORDS);
    const data = records.map((record, index) => dataOf(record, `records.${index + 1}.member.data`));
    if (data.reduce((sum, text) => sum + parameters.decodedLength(text), 0) > BATCH_BYTES) {
      throw new AwsError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
    }
    return {
      FailedPutCount: 0,
      Encrypted: false,
      RequestResponses: direct.put(data).map((sequenceNumber) => ({ RecordId: recordIdOf(sequenceNumber) })),
    };
  }

  #describe(input: Input): object {
    const { settings, createdMillis } = this.#deliveryOf(input);
    parameters.refuse(input, 'ExclusiveStartDestinationId');
    return { DeliveryStreamDescription: describeDelivery(settings, createdMillis) };
  }

  #list(input: Input): object {
    const limit = parameters.optionalInteger(input, 'Limit', 1, 10_000) ?? 10;
    const type = parameters.optionalString(input, 'DeliveryStreamType');
    const after = parameters.optionalString(input, 'ExclusiveStartDeliveryStreamName') ?? '';
    const names = [...this.#deliveries.values()]
      .filter(({ settings }) => settings.name > after && (type === undefined || deliveryType(settings) === type))
      .map(({ settings }) => settings.name)
      .sort();
    return { DeliveryStreamNames: names.slice(0, limit), HasMoreDeliveryStreams: names.length > limit };
  }

  #deliveryOf(input: Input): Delivery {
    const name = parameters.requiredString(input, 'DeliveryStreamName');
    const delivery = this.#deliveries.get(name);
    if (delivery !== undefined) return delivery;
    throw new AwsError('ResourceNotFoundException', `Firehose ${name} under account ${this.options.accountId} not found.`);
  }

  #directOf(input: Input): DirectSource {
    const { direct } = this.#deliveryOf(input);
    if (direct !== undefined) return direct;
    throw new AwsError(
      'InvalidArgumentException',
      'This operation is not permitted on KinesisStreamAsSource delivery stream type.',
    );
  }
}

const dataOf = (record: Input, path: string): string => {
  const data = parameters.optionalString(record, 'Data');
  if (data === undefined) throw parameters.invalid(path, null, 'Member must not be null');
  if (parameters.decodedLength(data) > RECORD_BYTES) {
    throw parameters.invalidUnquoted(path, `Member must have length less than or equal to ${RECORD_BYTES}`);
  }
  return data;
};

/** Long and opaque, and not what the transform sees, as with Firehose. */
const recordIdOf = (sequenceNumber: string): string => createHash('sha512').update(sequenceNumber).digest('base64url').repeat(2);
