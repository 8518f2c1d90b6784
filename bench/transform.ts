import type { TransformRecord } from '../handlers/transform/core';
import { transform } from '../handlers/transform/core';
import type { Benchmark } from './measurement';
import { byTurns, coreRateOf } from './measurement';
import type { BenchRecord } from './records';
import { EVENTS } from '../contracts/feeds';
import { benchRecords, meanBytes } from './records';

const RECORDS = 50_000;
const RECORDS_PER_BATCH = 1_000;
const ROUNDS = 7;

/** The transform alone, on one core: base64 in, base64 out, in batches as Firehose sends them. */
export const transformBenchmark: Benchmark = {
  name: 'transform',
  run: async () => {
    const records = benchRecords(RECORDS);
    const batches = batchesOf(records);
    const settings = { onTimeDaysBefore: 1, eventTypes: [] };
    const turns = await byTurns(
      ROUNDS,
      () => coreRateOf(RECORDS, () => batches.forEach((batch) => transform(EVENTS, { records: batch }, settings))),
      () => coreRateOf(RECORDS, () => batches.forEach((batch) => batch.forEach(reserialized))),
    );
    return [
      {
        name: 'transform',
        what: `transform core, one core, ${meanBytes(records)} B a record`,
        unit: 'records/s',
        rounds: turns.measured,
        reference: { what: 'the four fields added by JSON.parse and JSON.stringify', rounds: turns.reference },
      },
    ];
  },
};

export const batchesOf = (records: readonly BenchRecord[]): readonly (readonly TransformRecord[])[] => {
  const batches: TransformRecord[][] = [];
  for (const [index, { data, arrivalMillis }] of records.entries()) {
    if (index % RECORDS_PER_BATCH === 0) batches.push([]);
    batches
      .at(-1)!
      .push({ recordId: String(index), approximateArrivalTimestamp: arrivalMillis, data: Buffer.from(data).toString('base64') });
  }
  return batches;
};

/** What a transform does that neither keeps the record's text nor judges it. */
const reserialized = ({ data, approximateArrivalTimestamp }: TransformRecord): string => {
  const event = JSON.parse(Buffer.from(data, 'base64').toString()) as {
    readonly event_name: string;
    readonly created_at: number;
  };
  const [type, subtype] = event.event_name.split(':');
  const added = {
    created_datetime: new Date(Number(event.created_at)).toISOString(),
    event_type: type!.toLowerCase(),
    event_subtype: subtype ?? null,
    ingested_at: new Date(approximateArrivalTimestamp).toISOString(),
  };
  return Buffer.from(`${JSON.stringify({ ...added, ...event })}\n`).toString('base64');
};
