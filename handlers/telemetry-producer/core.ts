import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Point } from '../../contracts/telemetry';

/** What an invocation may ask for. A schedule gives the id of its execution as the seed, so that a repeated start sends the same points. */
export const producerInputSchema = z.object({
  /** Any text; the same one draws the same points. @default the id of the request */
  seed: z.string().min(1).optional(),
  /** Points at most; without it until the time is nearly up. */
  points: z.number().int().min(1).max(1_000_000).optional(),
});
export type ProducerInput = z.infer<typeof producerInputSchema>;

/** Numbers in [0, 1) that follow from the seed and their names alone. */
const drawn = (seed: string, ...path: readonly (string | number)[]): Buffer =>
  createHash('sha256')
    .update([seed, ...path].join('\u0000'))
    .digest();

const fraction = (bytes: Buffer, at: number): number => bytes.readUIntBE(at, 6) / 2 ** 48;

/** Six decimals are a tenth of a metre. */
const degrees = (value: number): number => Math.round(value * 1e6) / 1e6;

/** The n-th point of a seed: anywhere on the map. */
export const pointOf = (seed: string, index: number): Point => {
  const [place, name] = [drawn(seed, 'place', index), drawn(seed, 'id', index)];
  const hex = name.toString('hex');
  const version = `4${hex.slice(13, 16)}`;
  const variant = `${'89ab'[name[8]! % 4]!}${hex.slice(17, 20)}`;
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`,
    latitude: degrees(fraction(place, 0) * 180 - 90),
    longitude: degrees(fraction(place, 6) * 360 - 180),
  };
};

/** What one send puts on the stream. The key of a point is its id: points spread evenly over the shards. */
export const entriesOf = (seed: string, from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const point = pointOf(seed, from + index);
    return { Data: Buffer.from(JSON.stringify(point)), PartitionKey: point.id };
  });

/** The pause after the n-th send, drawn from 0 to the longest. */
export const pauseMillis = (seed: string, send: number, longestSeconds: number): number =>
  Math.floor(fraction(drawn(seed, 'pause', send), 0) * longestSeconds * 1_000);

/** Kept for the last answer, its retries and the log. */
const RESERVE_MILLIS = 3_000;

/** How many points the next send has; 0 ends the run: asked for no more, or no time for another send after the pause. */
export const nextSend = (
  { points = Infinity }: ProducerInput,
  sent: number,
  pointsPerSend: number,
  remainingMillis: number,
  pause: number,
): number => (remainingMillis - pause <= RESERVE_MILLIS ? 0 : Math.min(pointsPerSend, points - sent));

const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MILLIS = 100;
const LONGEST_WAIT_MILLIS = 2_000;

/** How long to wait before the next attempt; undefined gives up. `dice` is from 0 to below 1: producers that were throttled together part. */
export const retryWait = (attempt: number, remainingMillis: number, dice: number): number | undefined => {
  const wait = dice * Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** (attempt - 1));
  return attempt >= MOST_ATTEMPTS || remainingMillis - wait <= RESERVE_MILLIS / 3 ? undefined : wait;
};

export interface ProducerResult {
  readonly seed: string;
  readonly acknowledged: number;
  /** Sendings beyond the first of each point. */
  readonly retried: number;
  readonly failed: number;
  readonly sends: number;
  readonly endedBy: 'time' | 'points';
}
