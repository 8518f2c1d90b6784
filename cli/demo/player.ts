import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { Day, DayRecord } from '../../corpora/day';
import { Random } from '../../corpora/random';
import { LithifyError } from '../../contracts/errors';
import { produce } from '../producer';

/** Records of one slice arrive at one instant of virtual time. */
const SLICE_RECORDS = 500;
const SLICE_MILLIS = 120_000;

function* slices(day: Day): Generator<readonly DayRecord[]> {
  let slice: DayRecord[] = [];
  for (const record of day) {
    const first = slice[0];
    if (first !== undefined && (slice.length >= SLICE_RECORDS || record.arrivalMillis - first.arrivalMillis > SLICE_MILLIS)) {
      yield slice;
      slice = [];
    }
    slice.push(record);
  }
  if (slice.length > 0) yield slice;
}

export interface PlayOptions {
  readonly day: Day;
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly seed: number;
  /** Lets virtual time pass up to an instant, milliseconds since the epoch. */
  readonly advanceTo: (millis: number) => Promise<void>;
  readonly onProgress: (acknowledged: number) => void;
}

/** Plays a day on virtual time: time passes up to each slice's last arrival, then the slice is put through the wire. */
export const play = async ({ day, client, streamName, seed, advanceTo, onProgress }: PlayOptions): Promise<number> => {
  const random = new Random(seed, 0x9d0d);
  let acknowledged = 0;
  for (const slice of slices(day)) {
    await advanceTo(slice.at(-1)!.arrivalMillis);
    const produced = await produce({
      client,
      streamName,
      records: slice,
      random: () => random.fraction(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    if (produced.failed > 0)
      throw new LithifyError(
        'produce',
        `${produced.failed} records were not acknowledged: ${produced.firstFailure ?? 'no reason given'}`,
      );
    acknowledged += produced.acknowledged;
    onProgress(acknowledged);
  }
  return acknowledged;
};
