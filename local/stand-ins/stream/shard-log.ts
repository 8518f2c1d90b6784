import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, readdirSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ArrivalHistory } from './arrivals';
import { decodedLength, malformedBase64 } from './parameters';

/** One record to append; `data` is base64 text as it came over the wire. */
export interface LogEntry {
  readonly partitionKey: string;
  readonly data: string;
}

export interface LogRecord {
  /** Position in the shard since its creation, from 0. */
  readonly ordinal: number;
  readonly arrivalMillis: number;
  readonly partitionKey: string;
  /** Shares memory with the records read beside it. */
  readonly data: Buffer;
}

/** Entries in the form they have on disk: length of the rest (4), arrival (8), length of the key (2), key, data. */
export interface EncodedEntries {
  readonly bytes: Buffer;
  /** Where each record starts in `bytes`. */
  readonly offsets: readonly number[];
  readonly arrivalMillis: number;
}

const HEADER_BYTES = 14;
const SEGMENT_BYTES = 32 * 1024 * 1024;

/** Throws SerializationException for data that is not base64. Nothing is written yet, so a bad record spoils no good one. */
export const encodeEntries = (arrivalMillis: number, entries: readonly LogEntry[]): EncodedEntries => {
  let total = 0;
  for (const { partitionKey, data } of entries) total += HEADER_BYTES + Buffer.byteLength(partitionKey) + decodedLength(data);
  const bytes = Buffer.allocUnsafe(total);
  const offsets: number[] = [];
  let offset = 0;
  for (const { partitionKey, data } of entries) {
    offsets.push(offset);
    const keyBytes = bytes.write(partitionKey, offset + HEADER_BYTES, 'utf8');
    const dataBytes = data === '' ? 0 : bytes.write(data, offset + HEADER_BYTES + keyBytes, 'base64');
    if (dataBytes !== decodedLength(data)) throw malformedBase64();
    bytes.writeUInt32BE(HEADER_BYTES - 4 + keyBytes + dataBytes, offset);
    bytes.writeDoubleBE(arrivalMillis, offset + 4);
    bytes.writeUInt16BE(keyBytes, offset + 12);
    offset += HEADER_BYTES + keyBytes + dataBytes;
  }
  return { bytes, offsets, arrivalMillis };
};

/** One file of a log, with where each record starts and when it arrived (16 bytes of memory per record). */
class Segment {
  readonly #descriptor: number;
  #offsets = new Float64Array(1024);
  #arrivals = new Float64Array(1024);
  count = 0;
  bytes = 0;

  constructor(
    readonly path: string,
    readonly firstOrdinal: number,
  ) {
    this.#descriptor = openSync(path, 'a+');
    this.#scan();
  }

  get nextOrdinal(): number {
    return this.firstOrdinal + this.count;
  }

  get lastArrival(): number {
    return this.count === 0 ? 0 : this.#arrivals[this.count - 1]!;
  }

  arrivalAt(ordinal: number): number {
    return this.#arrivals[ordinal - this.firstOrdinal]!;
  }

  arrivals(): Iterable<number> {
    return this.#arrivals.subarray(0, this.count);
  }

  append({ bytes, offsets, arrivalMillis }: EncodedEntries): void {
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    } catch (thrown) {
      // A full disk: what was written of a batch that is refused must not be read later.
      ftruncateSync(this.#descriptor, this.bytes);
      throw thrown;
    }
    for (const offset of offsets) this.#index(this.bytes + offset, arrivalMillis);
    this.bytes += bytes.length;
  }

  read(from: number, maxRecords: number, maxBytes: number): LogRecord[] {
    const first = from - this.firstOrdinal;
    const start = this.#offsets[first]!;
    let end = first + 1;
    while (end < this.count && end - first < maxRecords && this.#endOf(end) - start <= maxBytes) end++;
    const chunk = Buffer.allocUnsafe(this.#endOf(end - 1) - start);
    this.#read(chunk, start);
    const records: LogRecord[] = [];
    for (let index = first; index < end; index++) {
      const offset = this.#offsets[index]! - start;
      const dataStart = offset + HEADER_BYTES + chunk.readUInt16BE(offset + 12);
      records.push({
        ordinal: this.firstOrdinal + index,
        arrivalMillis: this.#arrivals[index]!,
        partitionKey: chunk.toString('utf8', offset + HEADER_BYTES, dataStart),
        data: chunk.subarray(dataStart, this.#endOf(index) - start),
      });
    }
    return records;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #endOf(index: number): number {
    return index + 1 < this.count ? this.#offsets[index + 1]! : this.bytes;
  }

  #index(offset: number, arrivalMillis: number): void {
    if (this.count === this.#offsets.length) {
      this.#offsets = grown(this.#offsets);
      this.#arrivals = grown(this.#arrivals);
    }
    this.#offsets[this.count] = offset;
    this.#arrivals[this.count++] = arrivalMillis;
  }

  #read(into: Buffer, position: number): number {
    let done = 0;
    while (done < into.length) {
      const count = readSync(this.#descriptor, into, done, into.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  /** Rebuilds the index of a file that was written earlier; a record that a crash cut in half was never acknowledged and goes. */
  #scan(): void {
    const size = fstatSync(this.#descriptor).size;
    let window = Buffer.allocUnsafe(4 * 1024 * 1024);
    let [windowStart, windowBytes] = [0, 0];
    const need = (position: number, length: number): boolean => {
      if (position + length > size) return false;
      if (position + length <= windowStart + windowBytes) return true;
      if (length > window.length) window = Buffer.allocUnsafe(length);
      windowStart = position;
      windowBytes = this.#read(window.subarray(0, Math.min(window.length, size - position)), position);
      return windowBytes >= length;
    };
    let position = 0;
    while (need(position, HEADER_BYTES)) {
      const length = window.readUInt32BE(position - windowStart) + 4;
      if (position + length > size) break;
      this.#index(position, window.readDoubleBE(position - windowStart + 4));
      position += length;
    }
    if (position !== size) ftruncateSync(this.#descriptor, position);
    this.bytes = position;
  }
}

const grown = (array: Float64Array): Float64Array<ArrayBuffer> => {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
};

/**
 * The records of one shard: append-only files in a folder, and an index of them in memory. Appending returns when the operating
 * system has the bytes, so what was acknowledged survives the process. Arrival times never go back.
 */
export class ShardLog {
  readonly #segments: Segment[] = [];
  readonly #trimmed: ArrivalHistory;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#trimmed = new ArrivalHistory(join(folder, 'trimmed.ndjson'));
    const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
    for (const name of names.sort()) this.#segments.push(new Segment(join(folder, name), Number.parseInt(name, 10)));
    if (this.#segments.length === 0) this.#roll(0);
  }

  get firstOrdinal(): number {
    return this.#segments[0]!.firstOrdinal;
  }

  get nextOrdinal(): number {
    return this.#active.nextOrdinal;
  }

  get lastArrival(): number {
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      if (this.#segments[index]!.count > 0) return this.#segments[index]!.lastArrival;
    }
    return 0;
  }

  arrivalAt(ordinal: number): number {
    return this.#segmentOf(ordinal).arrivalAt(ordinal);
  }

  /** The first record that arrived at `millis` or later; `nextOrdinal` where there is none. */
  firstArrivedSince(millis: number): number {
    let [low, high] = [this.firstOrdinal, this.nextOrdinal];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.arrivalAt(middle) < millis) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Returns the ordinal of the first entry. */
  append(entries: EncodedEntries): number {
    if (this.#active.bytes >= SEGMENT_BYTES) this.#roll(this.nextOrdinal);
    const ordinal = this.nextOrdinal;
    this.#active.append(entries);
    return ordinal;
  }

  /** Up to `maxRecords` and `maxBytes` (but at least one record) from `from` on; empty at the end of the log. May stop at the end of a file. */
  read(from: number, maxRecords: number, maxBytes: number): readonly LogRecord[] {
    const start = Math.max(from, this.firstOrdinal);
    return start >= this.nextOrdinal ? [] : this.#segmentOf(start).read(start, maxRecords, maxBytes);
  }

  /** Of every record since the log was begun, when it arrived: each by itself, or many of one minute whose files are gone. */
  *arrivals(): Generator<readonly [millis: number, records: number]> {
    yield* this.#trimmed.counts();
    for (const segment of this.#segments) for (const arrival of segment.arrivals()) yield [arrival, 1];
  }

  /** Deletes the files that hold nothing but records before `ordinal`. */
  trimBefore(ordinal: number): void {
    while (this.#segments.length > 1 && this.#segments[0]!.nextOrdinal <= ordinal) {
      const segment = this.#segments.shift()!;
      this.#trimmed.remember(segment.arrivals());
      segment.close();
      unlinkSync(segment.path);
    }
  }

  close(): void {
    for (const segment of this.#segments) segment.close();
  }

  get #active(): Segment {
    return this.#segments.at(-1)!;
  }

  #roll(ordinal: number): void {
    this.#segments.push(new Segment(join(this.folder, `${String(ordinal).padStart(16, '0')}.log`), ordinal));
  }

  #segmentOf(ordinal: number): Segment {
    for (let index = this.#segments.length - 1; index > 0; index--) {
      if (this.#segments[index]!.firstOrdinal <= ordinal) return this.#segments[index]!;
    }
    return this.#segments[0]!;
  }
}
