import { createHash } from 'node:crypto';

/** Numbers in [0, 1), the same for the same seed: what `$random`, `$uuid`, retry jitter and generated names are drawn from. */
export const randomness = (seed: string): (() => number) => {
  let drawn = 0;
  return () => createHash('sha256').update(`${seed} ${drawn++}`).digest().readUIntBE(0, 6) / 2 ** 48;
};

/** A version 4 UUID drawn from a seed. */
export const uuidOf = (seed: string): string => {
  const bytes = createHash('sha256').update(`uuid ${seed}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
