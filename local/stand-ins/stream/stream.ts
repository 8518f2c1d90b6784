import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LithifyError, messageOf } from '../../../contracts/errors';
import type { Clock } from '../../clock';
import { encodeEntries, type LogRecord, ShardLog } from './shard-log';
import type { StreamSettings } from './settings';
import { hashKeyBytes, hashKeyOf, SequenceNumbers, shardFinder, type ShardRange, shardRanges } from './shards';
import { ShardThroughput } from './throughput';

export interface NewRecord {
  readonly partitionKey: string;
  /** Base64. */
  readonly data: string;
  /** Overrides the hash of the partition key. */
  readonly explicitHashKey?: bigint;
  /** Bytes of the decoded data and the key. */
  readonly bytes: number;
}

export type PutResult =
  | { readonly shardId: string; readonly sequenceNumber: string }
  | { readonly errorCode: 'ProvisionedThroughputExceededException' | 'InternalFailure'; readonly errorMessage: string };

export interface StreamRecord extends LogRecord {
  readonly sequenceNumber: string;
}

export interface Shard {
  readonly range: ShardRange;
  readonly log: ShardLog;
  readonly sequenceNumbers: SequenceNumbers;
}

/** How much room expired records may take before their files are looked for. */
const TRIM_EVERY_RECORDS = 10_000;

/** One data stream: its shards, their logs under `<folder>/<shard>/`, and who wants to hear of arrivals. */
export class Stream {
  readonly createdMillis: number;
  readonly shards: readonly Shard[];
  readonly #find: (hashKey: Buffer) => number;
  readonly #throughput: readonly ShardThroughput[];
  readonly #listeners = new Set<() => void>();
  #untrimmed = 0;

  constructor(
    readonly settings: StreamSettings,
    folder: string,
    private readonly clock: Clock,
    private readonly limited: boolean,
    private readonly accountId: string,
  ) {
    this.createdMillis = rememberCreation(settings, folder, clock.now());
    const ranges = shardRanges(settings.shardCount);
    this.shards = ranges.map((range, index) => ({
      range,
      log: new ShardLog(join(folder, range.shardId)),
      sequenceNumbers: new SequenceNumbers(this.createdMillis, index),
    }));
    this.#find = shardFinder(ranges);
    this.#throughput = ranges.map(() => new ShardThroughput());
  }

  get arn(): string {
    return this.settings.arn;
  }

  /** Calls `listener` after each put that stored something. Returns how to stop it. */
  onArrival(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stores records; one result per record, in their order. Throws only where a record cannot be decoded, and then stores none. */
  put(records: readonly NewRecord[]): readonly PutResult[] {
    const now = this.clock.now();
    const results = new Array<PutResult>(records.length);
    const places: number[][] = this.shards.map(() => []);
    for (const [place, record] of records.entries()) {
      const hashKey =
        record.explicitHashKey === undefined ? hashKeyOf(record.partitionKey) : hashKeyBytes(record.explicitHashKey);
      const shard = this.#find(hashKey);
      if (this.limited && !this.#throughput[shard]!.admit(record.bytes, now)) results[place] = this.#exceeded(shard);
      else places[shard]!.push(place);
    }
    const encoded = this.shards.map(({ log }, index) =>
      encodeEntries(
        Math.max(now, log.lastArrival),
        places[index]!.map((place) => records[place]!),
      ),
    );
    let stored = 0;
    for (const [index, { log, range, sequenceNumbers }] of this.shards.entries()) {
      const mine = places[index]!;
      if (mine.length === 0) continue;
      try {
        const first = log.append(encoded[index]!);
        for (const [position, place] of mine.entries()) {
          const sequenceNumber = sequenceNumbers.of(first + position, encoded[index]!.arrivalMillis);
          results[place] = { shardId: range.shardId, sequenceNumber };
        }
        stored += mine.length;
      } catch (thrown) {
        for (const place of mine)
          results[place] = { errorCode: 'InternalFailure', errorMessage: `Internal service failure. (${messageOf(thrown)})` };
      }
    }
    if (stored > 0) {
      this.#trim(stored);
      for (const listener of this.#listeners) listener();
    }
    return results;
  }

  /** The first record of a shard that retention still keeps. */
  horizon(shard: number): number {
    return this.shards[shard]!.log.firstArrivedSince(this.clock.now() - this.settings.retentionHours * 3_600_000);
  }

  /** As {@link ShardLog.read}, from no earlier than the retention allows. */
  read(shard: number, from: number, maxRecords: number, maxBytes: number): readonly StreamRecord[] {
    const { log, sequenceNumbers } = this.shards[shard]!;
    return log
      .read(Math.max(from, this.horizon(shard)), maxRecords, maxBytes)
      .map((record) => ({ ...record, sequenceNumber: sequenceNumbers.of(record.ordinal, record.arrivalMillis) }));
  }

  nextOrdinal(shard: number): number {
    return this.shards[shard]!.log.nextOrdinal;
  }

  /** Of every record since the stream was created, when it arrived. */
  *arrivals(): Generator<readonly [millis: number, records: number]> {
    for (const { log } of this.shards) yield* log.arrivals();
  }

  shardId(shard: number): string {
    return this.shards[shard]!.range.shardId;
  }

  get shardCount(): number {
    return this.shards.length;
  }

  close(): void {
    for (const { log } of this.shards) log.close();
  }

  #trim(stored: number): void {
    this.#untrimmed += stored;
    if (this.#untrimmed < TRIM_EVERY_RECORDS) return;
    this.#untrimmed = 0;
    for (const [index, { log }] of this.shards.entries()) log.trimBefore(this.horizon(index));
  }

  #exceeded(shard: number): PutResult {
    const errorMessage = `Rate exceeded for shard ${this.shardId(shard)} in stream ${this.settings.name} under account ${this.accountId}.`;
    return { errorCode: 'ProvisionedThroughputExceededException', errorMessage };
  }
}

interface Birth {
  readonly createdMillis: number;
  readonly shardCount: number;
}

/** Creation time and shard count stay with the data: sequence numbers contain them. */
const rememberCreation = (settings: StreamSettings, folder: string, now: number): number => {
  const path = join(folder, 'stream.json');
  if (existsSync(path)) {
    const birth = JSON.parse(readFileSync(path, 'utf8')) as Birth;
    if (birth.shardCount !== settings.shardCount) {
      throw new LithifyError(
        'unsupported',
        `stream ${settings.name} was created with ${birth.shardCount} shards and its program now says ${settings.shardCount}; resharding is not modelled, so start with a new data directory`,
      );
    }
    return birth.createdMillis;
  }
  mkdirSync(folder, { recursive: true });
  const birth: Birth = { createdMillis: now, shardCount: settings.shardCount };
  writeFileSync(`${path}.new`, JSON.stringify(birth));
  renameSync(`${path}.new`, path);
  return now;
};
