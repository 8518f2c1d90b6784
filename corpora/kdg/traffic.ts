import { gzipSync } from 'node:zlib';
import { Heap } from '../heap';
import { Random } from '../random';
import type { Present } from './generator';
import type { Rate } from './rates';

/**
 * Records over time: second by second as a rate says, with copies of some and some that were made long before they arrive. The same seed and
 * start make the same traffic.
 */
export interface TrafficRecord {
  /** When it is to be sent, milliseconds since the epoch; never falls. */
  readonly atMillis: number;
  /** A template's record ends with a line break; a compressed one does not. */
  readonly data: string | Uint8Array;
  readonly partitionKey: string;
  /** Of the record that it is, or is a copy of. */
  readonly index: number;
  readonly copy: boolean;
  readonly late: boolean;
}

export interface TrafficOptions {
  /** The text of a record, or undefined where there are no more. */
  readonly record: (index: number, present: Present) => string | undefined | Promise<string | undefined>;
  /** Without one all records are to be sent at the start. */
  readonly rate?: Rate;
  readonly startMillis: number;
  /** Length; without it the traffic ends with `count` or with the source. */
  readonly lengthMillis?: number;
  /** Records at most, copies apart. */
  readonly count?: number;
  readonly seed: number;
  /** Share of the records that arrives once more, within the minute. */
  readonly duplicates: number;
  /** Share of the records that was made 2 to 30 days before it arrives. */
  readonly late: number;
  /** Whether each record is compressed with gzip, without a line break, as the Kinesis Data Generator does. */
  readonly gzip: boolean;
  /** Whether the seconds are simulated: records then say when they are simulated, and none has to be waited for. */
  readonly simulated?: { readonly nowMillis: number };
}

const COPY_WITHIN_MILLIS = 60_000;
const LATE_LEAST_MILLIS = 2 * 86_400_000;
const LATE_MOST_MILLIS = 30 * 86_400_000;

const LATE_STREAM = 0x1a7e;
const COPY_STREAM = 0xc0;
const KEY_STREAM = 0x4e;

/** Records in the order of their time. */
export async function* trafficOf(options: TrafficOptions): AsyncGenerator<TrafficRecord> {
  const { seed, startMillis, lengthMillis = Infinity, count = Infinity } = options;
  const pending = new Heap<TrafficRecord & { readonly order: number }>((left, right) =>
    left.atMillis === right.atMillis ? left.order < right.order : left.atMillis < right.atMillis,
  );
  let last = startMillis;
  for await (const record of firstOnes(options, startMillis + lengthMillis, count)) {
    for (let copy = pending.peek(); copy !== undefined && copy.atMillis <= record.atMillis; copy = pending.peek()) {
      pending.pop();
      yield copy;
    }
    yield record;
    last = record.atMillis;
    const draws = new Random(seed, COPY_STREAM, record.index);
    if (draws.fraction() < options.duplicates) {
      const atMillis = record.atMillis + 1 + draws.below(COPY_WITHIN_MILLIS);
      pending.push({ ...record, atMillis, copy: true, partitionKey: keyOf(seed, record.index, 1), order: record.index });
    }
  }
  // The traffic ends with its last record: copies that would come later come with it.
  const end = Number.isFinite(lengthMillis) ? startMillis + lengthMillis : last;
  for (let copy = pending.pop(); copy !== undefined; copy = pending.pop())
    yield { ...copy, atMillis: Math.min(copy.atMillis, end) };
}

async function* firstOnes(options: TrafficOptions, endMillis: number, count: number): AsyncGenerator<TrafficRecord> {
  const { rate, startMillis, seed } = options;
  let index = 0;
  for (let second = 0; index < count; second++) {
    const atMillis = rate === undefined ? startMillis : startMillis + second * 1_000;
    if (atMillis >= endMillis) return;
    const records = rate?.recordsIn(second, atMillis) ?? Infinity;
    for (let nth = 0; nth < records && index < count; nth++) {
      // Spread over their second, so that no two seconds' edges show in the data.
      const spread = rate === undefined ? 0 : Math.floor((nth * 1_000) / records);
      const record = await recordAt(options, index, Math.min(atMillis + spread, endMillis - 1));
      if (record === undefined) return;
      yield record;
      index++;
    }
  }

  async function recordAt(
    { late, gzip, simulated }: TrafficOptions,
    at: number,
    atMillis: number,
  ): Promise<TrafficRecord | undefined> {
    const draws = new Random(seed, LATE_STREAM, at);
    const isLate = draws.fraction() < late;
    const lag = isLate ? LATE_LEAST_MILLIS + draws.below(LATE_MOST_MILLIS - LATE_LEAST_MILLIS) : 0;
    const present =
      simulated === undefined
        ? { nowMillis: atMillis - lag }
        : { nowMillis: simulated.nowMillis - lag, simulatedMillis: atMillis - lag };
    const text = await options.record(at, present);
    if (text === undefined) return undefined;
    return {
      atMillis,
      data: gzip ? gzipSync(text) : `${text}\n`,
      partitionKey: keyOf(seed, at, 0),
      index: at,
      copy: false,
      late: isLate,
    };
  }
}

/** Any of ten thousand million, as the Kinesis Data Generator draws them. */
const keyOf = (seed: number, index: number, copy: number): string =>
  String(new Random(seed, KEY_STREAM, index, copy).below(10_000_000_000));
