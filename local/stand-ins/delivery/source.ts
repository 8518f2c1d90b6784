import type { Caller } from '../../caller';
import type { Clock } from '../../clock';
import { encodeEntries, ShardLog } from '../stream/shard-log';
import { SequenceNumbers, shardIdOf } from '../stream/shards';

/** One record as a delivery stream reads it. */
export interface SourceRecord {
  /** Position in its shard, from 0. */
  readonly ordinal: number;
  readonly sequenceNumber: string;
  readonly arrivalMillis: number;
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** What a delivery stream reads from: a data stream, or the log of what was put to it directly. Positions survive a restart. */
export interface RecordSource {
  readonly shardCount: number;
  shardId(shard: number): string;
  nextOrdinal(shard: number): number;
  /** Records from `from` on, at least one unless there is none, at most `maxRecords` and about `maxBytes`. What retention removed is skipped. */
  read(shard: number, from: number, maxRecords: number, maxBytes: number): readonly SourceRecord[];
  /** Calls `listener` after new records arrived; returns how to stop it. */
  onArrival(listener: () => void): () => void;
}

/** Where delivered objects go: S3, inside the process. Rejects when the object was not stored. */
export interface ObjectSink {
  putObject(caller: Caller, object: { readonly bucket: string; readonly key: string; readonly body: Buffer }): Promise<unknown>;
}

/** Direct PUT: what was acknowledged and is not yet delivered, on disk, in the form of one shard. */
export class DirectSource implements RecordSource {
  readonly shardCount = 1;
  readonly #log: ShardLog;
  readonly #sequenceNumbers: SequenceNumbers;
  readonly #listeners = new Set<() => void>();

  constructor(
    folder: string,
    createdMillis: number,
    private readonly clock: Clock,
  ) {
    this.#log = new ShardLog(folder);
    this.#sequenceNumbers = new SequenceNumbers(createdMillis, 0);
  }

  /** Stores base64 data and returns the records' ids. Throws SerializationException for what is not base64, and then stores nothing. */
  put(data: readonly string[]): readonly string[] {
    const entries = encodeEntries(
      Math.max(this.clock.now(), this.#log.lastArrival),
      data.map((text) => ({ partitionKey: '', data: text })),
    );
    const first = this.#log.append(entries);
    for (const listener of this.#listeners) listener();
    return data.map((_, index) => this.#sequenceNumbers.of(first + index, entries.arrivalMillis));
  }

  shardId(shard: number): string {
    return shardIdOf(shard);
  }

  nextOrdinal(): number {
    return this.#log.nextOrdinal;
  }

  read(_shard: number, from: number, maxRecords: number, maxBytes: number): readonly SourceRecord[] {
    return this.#log
      .read(from, maxRecords, maxBytes)
      .map((record) => ({ ...record, sequenceNumber: this.#sequenceNumbers.of(record.ordinal, record.arrivalMillis) }));
  }

  onArrival(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Of every record that was put here, when. */
  arrivals(): Iterable<readonly [millis: number, records: number]> {
    return this.#log.arrivals();
  }

  /** Gives the room of delivered records back. */
  delivered(before: number): void {
    this.#log.trimBefore(before);
  }

  close(): void {
    this.#log.close();
  }
}
