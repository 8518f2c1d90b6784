import { dayOf } from '../corpora/day';
import type { TransformRecord } from '../handlers/transform/core';
import { transform } from '../handlers/transform/core';

/** The transform alone, on one core: base64 in, base64 out. */
export interface TransformBench {
  readonly recordsPerSecond: number;
  /** As produced, before base64. */
  readonly meanRecordBytes: number;
}

/** Best of `rounds`, so that a neighbour on the same machine does not count; in batches as Firehose sends them. */
export const benchTransform = ({
  records = 50_000,
  rounds = 8,
}: { readonly records?: number; readonly rounds?: number } = {}): TransformBench => {
  const { batches, bytes } = synthetic(records);
  const settings = { onTimeDaysBefore: 1, eventTypes: [] };
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    for (const batch of batches) transform({ records: batch }, settings);
    best = Math.min(best, performance.now() - start);
  }
  return { recordsPerSecond: Math.round((records / best) * 1_000), meanRecordBytes: Math.round(bytes / records) };
};

const RECORDS_PER_BATCH = 1_000;

const synthetic = (records: number): { readonly batches: readonly (readonly TransformRecord[])[]; readonly bytes: number } => {
  const startMillis = Date.UTC(2026, 0, 1);
  const day = dayOf({
    corpus: 'synthetic',
    events: records,
    hours: 24,
    types: 100,
    duplicates: 0,
    late: 0.01,
    malformed: 0,
    seed: 1,
    startMillis,
  });
  const batches: TransformRecord[][] = [];
  let [count, bytes] = [0, 0];
  for (const { data, arrivalMillis } of day) {
    if (count % RECORDS_PER_BATCH === 0) batches.push([]);
    const buffer = Buffer.from(data as string);
    bytes += buffer.length;
    batches
      .at(-1)!
      .push({ recordId: String(count++), approximateArrivalTimestamp: arrivalMillis, data: buffer.toString('base64') });
  }
  return { batches, bytes };
};
