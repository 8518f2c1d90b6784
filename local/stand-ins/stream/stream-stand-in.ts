import { join } from 'node:path';
import { AwsError } from '../../aws-error';
import { type Clock, WallClock } from '../../clock';
import type { JsonService, Operation } from '../../service';
import { describeListed, describeShard, describeStream, describeSummary } from './descriptions';
import { decodeIterator, encodeIterator } from './iterators';
import * as parameters from './parameters';
import type { StreamSettings } from './settings';
import { type NewRecord, Stream } from './stream';

/**
 * Kinesis Data Streams. Pages followed: the API reference of the operations below, "Kinesis Data Streams terminology" (hashing), "Quotas and limits".
 * Inputs honoured and ignored: `honouredInputs` and `ignoredInputs` in settings.ts.
 *
 * Like AWS: shards and their hash ranges, MD5 routing, explicit hash keys, sequence numbers, retention, iterators that expire, per-record
 * errors with HTTP 200, the write limit of provisioned shards on the wall clock (throughput.ts says why not on a manual one).
 * Not modelled: resharding, consumers with enhanced fan-out, the read limits (5 GetRecords a second and 2 MB/s per shard), creating and deleting streams.
 */
export interface StreamStandInOptions {
  readonly streams: readonly StreamSettings[];
  readonly clock: Clock;
  /** Logs are kept under `<dataDir>/streams/<name>/<shard>/`. */
  readonly dataDir: string;
  readonly accountId: string;
  /** Whether provisioned shards refuse more than 1 MB or 1,000 records a second. Default: on the wall clock only. */
  readonly limitThroughput?: boolean;
}

/** "Each request can support up to 500 records … up to 10 MiB for the entire request, including partition keys." PutRecords API reference. */
const REQUEST_RECORDS = 500;
const REQUEST_BYTES = 10 * 1024 * 1024;
/** "The maximum size of data that GetRecords can return is 10 MiB", "up to 10,000 records". GetRecords API reference. */
const RESPONSE_BYTES = 10 * 1024 * 1024;
const RESPONSE_RECORDS = 10_000;
const HASH_KEY = /^(0|[1-9]\d{0,38})$/;
const SHARD_FILTERS = ['AFTER_SHARD_ID', 'AT_TRIM_HORIZON', 'FROM_TRIM_HORIZON', 'AT_LATEST', 'AT_TIMESTAMP', 'FROM_TIMESTAMP'];

type Input = parameters.Input;

export class StreamStandIn {
  readonly service: JsonService;
  readonly #streams = new Map<string, Stream>();
  readonly #clock: Clock;
  readonly #accountId: string;

  constructor({ streams, clock, dataDir, accountId, limitThroughput }: StreamStandInOptions) {
    this.#clock = clock;
    this.#accountId = accountId;
    const limited = limitThroughput ?? clock instanceof WallClock;
    for (const settings of streams) {
      const folder = join(dataDir, 'streams', settings.name);
      this.#streams.set(
        settings.name,
        new Stream(settings, folder, clock, limited && settings.mode === 'PROVISIONED', accountId),
      );
    }
    const operations: Record<string, (input: Input) => object> = {
      PutRecord: (input) => this.#putRecord(input),
      PutRecords: (input) => this.#putRecords(input),
      DescribeStream: (input) => this.#describeStream(input),
      DescribeStreamSummary: (input) => ({ StreamDescriptionSummary: describeSummary(this.#streamOf(input)) }),
      ListShards: (input) => this.#listShards(input),
      ListStreams: (input) => this.#listStreams(input),
      GetShardIterator: (input) => this.#getShardIterator(input),
      GetRecords: (input) => this.#getRecords(input),
    };
    this.service = {
      name: 'kinesis',
      targetPrefix: 'Kinesis_20131202',
      jsonVersion: '1.1',
      operations: Object.fromEntries(
        Object.entries(operations).map(([name, operation]): [string, Operation] => [name, async (input) => operation(input)]),
      ),
    };
  }

  /** The stream with this ARN, for what reads it inside the host. */
  streamWithArn(arn: string): Stream | undefined {
    return [...this.#streams.values()].find((stream) => stream.arn === arn);
  }

  /** Of every record that a stream acknowledged, when; undefined for a stream that the program does not declare. */
  arrivals(name: string): Iterable<readonly [millis: number, records: number]> | undefined {
    return this.#streams.get(name)?.arrivals();
  }

  async close(): Promise<void> {
    for (const stream of this.#streams.values()) stream.close();
  }

  #putRecord(input: Input): object {
    const stream = this.#streamOf(input);
    const [result] = stream.put([this.#newRecord(stream, input, '')]);
    if (result !== undefined && 'sequenceNumber' in result) {
      return { ShardId: result.shardId, SequenceNumber: result.sequenceNumber, EncryptionType: stream.settings.encryption.type };
    }
    const { errorCode, errorMessage } = result!;
    throw new AwsError(errorCode, errorMessage, errorCode === 'InternalFailure' ? 500 : 400);
  }

  #putRecords(input: Input): object {
    const stream = this.#streamOf(input);
    const entries = parameters.requiredList(input, 'Records', 1, REQUEST_RECORDS);
    const records = entries.map((entry, index) => this.#newRecord(stream, entry, `records.${index + 1}.member.`));
    if (records.reduce((sum, { bytes }) => sum + bytes, 0) > REQUEST_BYTES) {
      throw new AwsError('InvalidArgumentException', 'Records size exceeds 10 MB limit');
    }
    let failed = 0;
    const results = stream.put(records).map((result) => {
      if ('sequenceNumber' in result) return { SequenceNumber: result.sequenceNumber, ShardId: result.shardId };
      failed++;
      return { ErrorCode: result.errorCode, ErrorMessage: result.errorMessage };
    });
    return { FailedRecordCount: failed, Records: results, EncryptionType: stream.settings.encryption.type };
  }

  #newRecord(stream: Stream, entry: Input, path: string): NewRecord {
    const { PartitionKey: partitionKey, Data: data, ExplicitHashKey: explicit } = entry;
    if (typeof partitionKey !== 'string') throw parameters.invalid(`${path}partitionKey`, null, 'Member must not be null');
    if (typeof data !== 'string') throw parameters.invalid(`${path}data`, null, 'Member must not be null');
    if (partitionKey.length < 1)
      throw parameters.invalid(`${path}partitionKey`, '', 'Member must have length greater than or equal to 1');
    if (partitionKey.length > 256)
      throw parameters.invalidUnquoted(`${path}partitionKey`, 'Member must have length less than or equal to 256');
    const bytes = parameters.decodedLength(data) + Buffer.byteLength(partitionKey);
    const { maxRecordBytes } = stream.settings;
    if (bytes > maxRecordBytes) {
      throw parameters.invalidUnquoted(`${path}data`, `Member must have length less than or equal to ${maxRecordBytes}`);
    }
    if (explicit === undefined || explicit === null) return { partitionKey, data, bytes };
    if (typeof explicit !== 'string' || !HASH_KEY.test(explicit)) {
      throw parameters.invalid(
        `${path}explicitHashKey`,
        explicit,
        'Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})',
      );
    }
    if (BigInt(explicit) >= 1n << 128n) {
      throw new AwsError(
        'InvalidArgumentException',
        `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
      );
    }
    return { partitionKey, data, bytes, explicitHashKey: BigInt(explicit) };
  }

  #describeStream(input: Input): object {
    const stream = this.#streamOf(input);
    const limit = parameters.optionalInteger(input, 'Limit', 1, 10_000) ?? 100;
    const { page, hasMore } = shardPage(stream, parameters.optionalString(input, 'ExclusiveStartShardId'), limit);
    return { StreamDescription: describeStream(stream, page, hasMore) };
  }

  #listShards(input: Input): object {
    const limit = parameters.optionalInteger(input, 'MaxResults', 1, 10_000) ?? 1000;
    const token = parameters.optionalString(input, 'NextToken');
    let [stream, after] = [undefined as Stream | undefined, parameters.optionalString(input, 'ExclusiveStartShardId')];
    if (token === undefined) {
      stream = this.#streamOf(input);
    } else {
      if (
        parameters.optionalString(input, 'StreamName') !== undefined ||
        parameters.optionalString(input, 'StreamARN') !== undefined
      ) {
        throw new AwsError('InvalidArgumentException', 'NextToken and StreamName cannot be provided together.');
      }
      const [name, shardId] = Buffer.from(token, 'base64').toString('utf8').split('\n');
      stream = name === undefined ? undefined : this.#streams.get(name);
      after = shardId;
      if (stream === undefined || after === undefined) throw new AwsError('InvalidArgumentException', 'Invalid NextToken.');
    }
    const filter = parameters.optionalStructure(input, 'ShardFilter');
    if (filter !== undefined) {
      // No shard is ever closed, so every filter but AFTER_SHARD_ID selects them all.
      const type = parameters.requiredString(filter, 'Type');
      if (!SHARD_FILTERS.includes(type)) {
        throw parameters.invalid('shardFilter.type', type, `Member must satisfy enum value set: [${SHARD_FILTERS.join(', ')}]`);
      }
      if (type === 'AFTER_SHARD_ID') after = parameters.requiredString(filter, 'ShardId');
    }
    const created = parameters.optionalMillis(input, 'StreamCreationTimestamp');
    if (created !== undefined && Math.floor(created / 1000) !== Math.floor(stream.createdMillis / 1000))
      throw this.#notFound(stream.settings.name);
    const { page, hasMore } = shardPage(stream, after, limit);
    const last = page.at(-1);
    return {
      Shards: page.map((index) => describeShard(stream, index)),
      ...(hasMore && last !== undefined
        ? { NextToken: Buffer.from(`${stream.settings.name}\n${stream.shardId(last)}`).toString('base64') }
        : {}),
    };
  }

  #listStreams(input: Input): object {
    const limit = parameters.optionalInteger(input, 'Limit', 1, 10_000) ?? 100;
    const after =
      parameters.optionalString(input, 'NextToken') ?? parameters.optionalString(input, 'ExclusiveStartStreamName') ?? '';
    const names = [...this.#streams.keys()].filter((name) => name > after).sort();
    const page = names.slice(0, limit);
    const hasMore = names.length > page.length;
    return {
      StreamNames: page,
      HasMoreStreams: hasMore,
      ...(hasMore ? { NextToken: page.at(-1) } : {}),
      StreamSummaries: page.map((name) => describeListed(this.#streams.get(name)!)),
    };
  }

  #getShardIterator(input: Input): object {
    const stream = this.#streamOf(input);
    const shard = this.#shardOf(stream, parameters.requiredString(input, 'ShardId'));
    const ordinal = this.#startingOrdinal(stream, shard, input);
    return { ShardIterator: encodeIterator({ stream: stream.settings.name, shard, ordinal, issuedMillis: this.#clock.now() }) };
  }

  #startingOrdinal(stream: Stream, shard: number, input: Input): number {
    const type = parameters.requiredString(input, 'ShardIteratorType');
    switch (type) {
      case 'TRIM_HORIZON':
        return stream.horizon(shard);
      case 'LATEST':
        return stream.nextOrdinal(shard);
      case 'AT_TIMESTAMP': {
        const millis = parameters.optionalMillis(input, 'Timestamp');
        if (millis === undefined)
          throw new AwsError('InvalidArgumentException', 'Must specify timestamp parameter for iterator of type AT_TIMESTAMP.');
        if (millis > this.#clock.now()) {
          throw new AwsError(
            'InvalidArgumentException',
            `The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.`,
          );
        }
        return stream.shards[shard]!.log.firstArrivedSince(millis);
      }
      case 'AT_SEQUENCE_NUMBER':
      case 'AFTER_SEQUENCE_NUMBER': {
        const number = parameters.optionalString(input, 'StartingSequenceNumber');
        if (number === undefined) {
          throw new AwsError(
            'InvalidArgumentException',
            `Must either specify starting sequence number for iterator of type ${type}.`,
          );
        }
        const ordinal = stream.shards[shard]!.sequenceNumbers.ordinalOf(number);
        if (ordinal === undefined) {
          throw new AwsError(
            'InvalidArgumentException',
            `StartingSequenceNumber ${number} used in GetShardIterator on shard ${stream.shardId(shard)} in stream ${stream.settings.name} under account ${this.#accountId} is invalid.`,
          );
        }
        return Math.max(0, type === 'AT_SEQUENCE_NUMBER' ? ordinal : ordinal + 1);
      }
      default:
        throw parameters.invalid(
          'shardIteratorType',
          type,
          'Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]',
        );
    }
  }

  #getRecords(input: Input): object {
    parameters.refuse(input, 'StreamId');
    const now = this.#clock.now();
    const limit = parameters.optionalInteger(input, 'Limit', 1, RESPONSE_RECORDS) ?? RESPONSE_RECORDS;
    const iterator = decodeIterator(parameters.requiredString(input, 'ShardIterator'), now);
    const stream = this.#streams.get(iterator.stream);
    if (stream === undefined) throw this.#notFound(iterator.stream);
    const records = stream.read(iterator.shard, iterator.ordinal, limit, RESPONSE_BYTES);
    const last = records.at(-1);
    const next = last === undefined ? Math.max(iterator.ordinal, stream.horizon(iterator.shard)) : last.ordinal + 1;
    const behind = next < stream.nextOrdinal(iterator.shard);
    return {
      Records: records.map(({ sequenceNumber, arrivalMillis, data, partitionKey }) => ({
        SequenceNumber: sequenceNumber,
        ApproximateArrivalTimestamp: arrivalMillis / 1000,
        Data: data.toString('base64'),
        PartitionKey: partitionKey,
        EncryptionType: stream.settings.encryption.type,
      })),
      NextShardIterator: encodeIterator({ ...iterator, ordinal: next, issuedMillis: now }),
      // At least 1 while records wait: on a manual clock they may all have arrived this instant, and readers stop at 0.
      MillisBehindLatest: behind ? Math.max(1, now - stream.shards[iterator.shard]!.log.arrivalAt(next)) : 0,
    };
  }

  #streamOf(input: Input): Stream {
    parameters.refuse(input, 'StreamId');
    const arn = parameters.optionalString(input, 'StreamARN');
    const name = parameters.optionalString(input, 'StreamName');
    if (arn === undefined && name === undefined) {
      throw new AwsError('InvalidArgumentException', 'Either StreamName or StreamARN must be provided.');
    }
    const named = arn === undefined ? this.#streams.get(name!) : this.streamWithArn(arn);
    if (named === undefined) throw this.#notFound(name ?? arn!.slice(arn!.indexOf('/') + 1));
    if (name !== undefined && named.settings.name !== name) {
      throw new AwsError('InvalidArgumentException', 'StreamName and StreamARN name different streams.');
    }
    return named;
  }

  #shardOf(stream: Stream, shardId: string): number {
    const index = stream.shards.findIndex(({ range }) => range.shardId === shardId);
    if (index >= 0) return index;
    throw new AwsError(
      'ResourceNotFoundException',
      `Shard ${shardId} in stream ${stream.settings.name} under account ${this.#accountId} does not exist`,
    );
  }

  #notFound(name: string): AwsError {
    return new AwsError('ResourceNotFoundException', `Stream ${name} under account ${this.#accountId} not found.`);
  }
}

const shardPage = (
  stream: Stream,
  after: string | undefined,
  limit: number,
): { readonly page: readonly number[]; readonly hasMore: boolean } => {
  const all = stream.shards.map((_, index) => index).filter((index) => after === undefined || stream.shardId(index) > after);
  return { page: all.slice(0, limit), hasMore: all.length > limit };
};
