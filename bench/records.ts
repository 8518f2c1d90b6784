import { dayOf } from '../corpora/day';

/** What every benchmark is fed with: the synthetic corpus of about 400 B a record, the same for the same seed. */
export interface BenchRecord {
  readonly data: string;
  readonly partitionKey: string;
  /** Milliseconds since the epoch. */
  readonly arrivalMillis: number;
}

const START = Date.UTC(2026, 0, 1);

/** `count` events in the order of their arrival over a day; with `duplicates`, that share of them arrives once more. */
export const benchRecords = (count: number, duplicates = 0): readonly BenchRecord[] => {
  const day = dayOf({
    corpus: 'synthetic',
    events: count,
    hours: 24,
    types: 100,
    duplicates,
    late: 0.01,
    malformed: 0,
    seed: 1,
    startMillis: START,
  });
  return Array.from(day, ({ data, partitionKey, arrivalMillis }) => ({ data: String(data), partitionKey, arrivalMillis }));
};

/** Bytes of UTF-8, on average. */
export const meanBytes = (records: readonly BenchRecord[]): number =>
  Math.round(records.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0) / records.length);
