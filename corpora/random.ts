/**
 * Seeded randomness. A number is drawn from where it stands (seed, stream, index) rather than from what was drawn before, so record one
 * million can be made again without the 999,999 before it.
 */
export class Random {
  #low: number;
  #high: number;

  /** Each of `path` is an unsigned 32-bit integer: the seed first, then what tells this sequence from the others of the seed. */
  constructor(...path: readonly number[]) {
    let low = 0x9e3779b9;
    let high = 0x243f6a88;
    for (const step of path) {
      low = mixed(low ^ mixed((step + 0x85ebca6b) | 0));
      high = mixed(high ^ mixed((step + 0x13198a2e) | 0));
    }
    this.#low = low;
    this.#high = high === 0 ? 1 : high;
  }

  /** Unsigned, 32 bits: xoroshiro64**. */
  uint32(): number {
    const low = this.#low;
    const result = Math.imul(rotated(Math.imul(low, 0x9e3779bb), 5), 5) >>> 0;
    const high = this.#high ^ low;
    this.#low = rotated(low, 26) ^ high ^ (high << 9);
    this.#high = rotated(high, 13);
    return result;
  }

  /** From 0 to below 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** From 0 to below 1, in all the steps that a number has. */
  fraction53(): number {
    return ((this.uint32() >>> 5) * 0x400_0000 + (this.uint32() >>> 6)) / 0x20_0000_0000_0000;
  }

  /** A whole number from 0 to below `bound`, which is at most 2^53. */
  below(bound: number): number {
    if (bound <= 0x1_0000_0000) return Math.floor(this.fraction() * bound);
    return Math.floor(this.fraction53() * bound);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** A UUID, version 4, lower case. */
  uuid(): string {
    const [a, b, c, d] = [this.uint32(), this.uint32(), this.uint32(), this.uint32()] as const;
    const version = 0x4000 | (b & 0x0fff);
    const variant = 0x8000 | (c >>> 18);
    return `${hex32(a)}-${hex16(b >>> 16)}-${hex16(version)}-${hex16(variant)}-${hex16(c & 0xffff)}${hex32(d)}`;
  }
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** One to one, so that neighbours never fall together. */
const mixed = (value: number): number => {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
};

const bytes = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));
const hex16 = (value: number): string => bytes[value >>> 8]! + bytes[value & 0xff]!;
const hex32 = (value: number): string => hex16(value >>> 16) + hex16(value & 0xffff);
