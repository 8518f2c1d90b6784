import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum under way. */
export interface Digest {
  update(bytes: Buffer): void;
  /** Ends it: the raw checksum, big-endian for a CRC. */
  end(): Buffer;
}

export const digest = (algorithm: ChecksumAlgorithm | 'MD5'): Digest => {
  switch (algorithm) {
    case 'MD5':
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), end: () => hash.digest() };
    }
    case 'CRC32': {
      let value = 0;
      return { update: (bytes) => void (value = crc32(bytes, value)), end: () => bigEndian(value) };
    }
    case 'CRC32C': {
      let value = 0xffffffff;
      return { update: (bytes) => void (value = crc32c(bytes, value)), end: () => bigEndian(~value >>> 0) };
    }
    case 'CRC64NVME':
      return new Crc64();
  }
};

export const digestOf = (algorithm: ChecksumAlgorithm | 'MD5', bytes: Buffer): Buffer => {
  const whole = digest(algorithm);
  whole.update(bytes);
  return whole.end();
};

const bigEndian = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

/** Castagnoli's polynomial, bits reversed. */
const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

const crc32c = (bytes: Buffer, start: number): number => {
  let value = start;
  for (let index = 0; index < bytes.length; index++) value = crc32cTable[(value ^ bytes[index]!) & 0xff]! ^ (value >>> 8);
  return value >>> 0;
};

/** The polynomial of the NVM Express specification, bits reversed, as two tables of halves: numbers hold no 64 bits. */
const crc64Tables = ((): { readonly low: Uint32Array; readonly high: Uint32Array } => {
  const [low, high] = [new Uint32Array(256), new Uint32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    low[byte] = Number(value & 0xffffffffn);
    high[byte] = Number(value >> 32n);
  }
  return { low, high };
})();

class Crc64 implements Digest {
  #low = 0xffffffff;
  #high = 0xffffffff;

  update(bytes: Buffer): void {
    let [low, high] = [this.#low, this.#high];
    for (let index = 0; index < bytes.length; index++) {
      const slot = (low ^ bytes[index]!) & 0xff;
      low = crc64Tables.low[slot]! ^ ((low >>> 8) | (high << 24));
      high = crc64Tables.high[slot]! ^ (high >>> 8);
    }
    [this.#low, this.#high] = [low, high];
  }

  end(): Buffer {
    return Buffer.concat([bigEndian(~this.#high), bigEndian(~this.#low)]);
  }
}
