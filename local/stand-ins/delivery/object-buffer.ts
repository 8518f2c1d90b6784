import { gunzipSync, gzipSync } from 'node:zlib';
import type { SourceRecord } from './source';

/** What names a buffer: the values of its partition keys, or the kind of error. */
export interface BufferIdentity {
  readonly id: string;
  readonly partitionKeys: Readonly<Record<string, string>>;
  /** Set for a buffer of error records. */
  readonly errorOutputType?: string;
}

/** A buffer without its bytes, as a snapshot keeps it. */
export interface BufferState extends BufferIdentity {
  readonly openedMillis: number;
  readonly oldestArrivalMillis: number;
  readonly records: number;
  readonly bytes: number;
  /** Per shard the first record in it, -1 where none is. */
  readonly firsts: readonly number[];
  /** Lengths of the compressed members and of the rest. */
  readonly memberBytes: readonly number[];
  readonly tailBytes: number;
}

/** Above this, collected text is compressed as a gzip member of its own, so that hundreds of large buffers fit in memory. */
const FOLD_BYTES = 256 * 1024;

/** The records of one object to be, back to back. */
export class ObjectBuffer {
  #tail = Buffer.allocUnsafe(4096);
  #tailBytes = 0;
  readonly #members: Buffer[] = [];
  readonly #firsts: number[];
  oldestArrivalMillis = Number.POSITIVE_INFINITY;
  records = 0;
  /** Before compression. */
  bytes = 0;

  constructor(
    readonly identity: BufferIdentity,
    readonly openedMillis: number,
    shardCount: number,
    private readonly gzip: boolean,
  ) {
    this.#firsts = new Array<number>(shardCount).fill(-1);
  }

  appendBase64(shard: number, record: SourceRecord, data: string): void {
    this.#reserve(Math.ceil(data.length / 4) * 3);
    this.#added(shard, record, this.#tail.write(data, this.#tailBytes, 'base64'));
  }

  append(shard: number, record: SourceRecord, data: Buffer): void {
    this.#reserve(data.length);
    this.#added(shard, record, data.copy(this.#tail, this.#tailBytes));
  }

  /** The first record of `shard` in here, or -1. */
  firstOf(shard: number): number {
    return this.#firsts[shard]!;
  }

  /** The object's content. */
  body(): Buffer {
    const tail = this.#tail.subarray(0, this.#tailBytes);
    if (!this.gzip) return Buffer.from(tail);
    const last = this.#tailBytes > 0 ? [gzipSync(tail)] : [];
    return this.#members.length === 0 && last[0] !== undefined ? last[0] : Buffer.concat([...this.#members, ...last]);
  }

  state(): BufferState {
    const { identity, openedMillis, oldestArrivalMillis, records, bytes } = this;
    const memberBytes = this.#members.map(({ length }) => length);
    return {
      ...identity,
      openedMillis,
      oldestArrivalMillis,
      records,
      bytes,
      firsts: this.#firsts,
      memberBytes,
      tailBytes: this.#tailBytes,
    };
  }

  /** The bytes that {@link state} gives the lengths of, in that order. */
  stored(): readonly Buffer[] {
    return [...this.#members, this.#tail.subarray(0, this.#tailBytes)];
  }

  static restore(state: BufferState, stored: Buffer, gzip: boolean): ObjectBuffer {
    const { id, partitionKeys, errorOutputType } = state;
    const identity = { id, partitionKeys, ...(errorOutputType === undefined ? {} : { errorOutputType }) };
    const buffer = new ObjectBuffer(identity, state.openedMillis, state.firsts.length, gzip);
    let offset = 0;
    const members = state.memberBytes.map((length) => Buffer.from(stored.subarray(offset, (offset += length))));
    const tail = stored.subarray(offset, offset + state.tailBytes);
    // A program that turned compression off meanwhile still gets every byte, as text.
    const text = gzip ? tail : Buffer.concat([...members.map((member) => gunzipSync(member)), tail]);
    if (gzip) buffer.#members.push(...members);
    buffer.#reserve(text.length);
    buffer.#tailBytes = text.copy(buffer.#tail);
    buffer.records = state.records;
    buffer.bytes = state.bytes;
    buffer.oldestArrivalMillis = state.oldestArrivalMillis;
    for (const [shard, first] of state.firsts.entries()) buffer.#firsts[shard] = first;
    return buffer;
  }

  #added(shard: number, { ordinal, arrivalMillis }: SourceRecord, length: number): void {
    this.#tailBytes += length;
    this.bytes += length;
    this.records++;
    if (arrivalMillis < this.oldestArrivalMillis) this.oldestArrivalMillis = arrivalMillis;
    const first = this.#firsts[shard]!;
    if (first === -1 || ordinal < first) this.#firsts[shard] = ordinal;
    if (this.gzip && this.#tailBytes >= FOLD_BYTES) {
      this.#members.push(gzipSync(this.#tail.subarray(0, this.#tailBytes)));
      this.#tail = Buffer.allocUnsafe(4096);
      this.#tailBytes = 0;
    }
  }

  #reserve(bytes: number): void {
    if (this.#tailBytes + bytes <= this.#tail.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#tail.length * 2, this.#tailBytes + bytes));
    this.#tail.copy(larger, 0, 0, this.#tailBytes);
    this.#tail = larger;
  }
}
