import { createHash } from 'node:crypto';

/** Where records go and what they are called: the pure part of a stream. Hash keys are unsigned 128-bit integers. */
export interface ShardRange {
  readonly shardId: string;
  readonly startingHashKey: bigint;
  readonly endingHashKey: bigint;
}

const HASH_KEYS = 1n << 128n;

export const shardIdOf = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

/** The ranges that a new stream of `count` shards gets: equal, the last one takes the remainder. */
export const shardRanges = (count: number): readonly ShardRange[] => {
  const width = HASH_KEYS / BigInt(count);
  return Array.from({ length: count }, (_, index) => ({
    shardId: shardIdOf(index),
    startingHashKey: width * BigInt(index),
    endingHashKey: index === count - 1 ? HASH_KEYS - 1n : width * BigInt(index + 1) - 1n,
  }));
};

/** "An MD5 hash function is used to map partition keys to 128-bit integer values": of the key's UTF-8 bytes, big-endian. */
export const hashKeyOf = (partitionKey: string): Buffer => createHash('md5').update(partitionKey, 'utf8').digest();

export const hashKeyBytes = (hashKey: bigint): Buffer => Buffer.from(hashKey.toString(16).padStart(32, '0'), 'hex');

/** Finds the shard of a hash key; compares bytes, since this runs once per record. */
export const shardFinder = (ranges: readonly ShardRange[]): ((hashKey: Buffer) => number) => {
  const starts = ranges.map((range) => hashKeyBytes(range.startingHashKey));
  return (hashKey) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]!.compare(hashKey) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  };
};

/**
 * Sequence numbers: 56 decimal digits in the layout that real ones show, which is
 * 2 | creation of the shard, seconds (40 bits) | ordinal (64) | 8 zero bits | arrival, seconds (36) | shard (32) | 2 (4).
 * They grow with the ordinal, and differ between shards. Ordinal -1 is the shard's StartingSequenceNumber.
 */
export class SequenceNumbers {
  readonly #base: bigint;
  #second = -1;
  #secondBase = 0n;

  constructor(createdMillis: number, shardIndex: number) {
    this.#base = (2n << 184n) | (BigInt(Math.floor(createdMillis / 1000)) << 144n) | (BigInt(shardIndex) << 4n) | 2n;
  }

  of(ordinal: number, arrivalMillis: number): string {
    const second = Math.floor(arrivalMillis / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#secondBase = this.#base + (BigInt(second) << 36n);
    }
    return (this.#secondBase + (BigInt(ordinal + 1) << 80n)).toString();
  }

  /** The ordinal of one of this shard's sequence numbers; undefined for any other number. */
  ordinalOf(sequenceNumber: string): number | undefined {
    if (!/^\d{1,129}$/.test(sequenceNumber)) return undefined;
    const value = BigInt(sequenceNumber);
    const mine = value >> 144n === this.#base >> 144n && (value & 0xf_ffff_ffffn) === (this.#base & 0xf_ffff_ffffn);
    return mine ? Number((value >> 80n) & 0xffff_ffff_ffff_ffffn) - 1 : undefined;
  }
}
