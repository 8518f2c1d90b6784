import { transform } from '../handlers/transform/core';
import { operator } from '../local/caller';
import { ManualClock } from '../local/clock';
import type { Benchmark } from './measurement';
import { byTurns, rateOf } from './measurement';
import type { Pipeline } from './pipeline';
import { startPipeline } from './pipeline';
import { benchRecords } from './records';
import { EVENTS } from '../contracts/feeds';
import { batchesOf } from './transform';

const RECORDS = 40_000;
const ROUNDS = 3;
const PUT = 500;
const START = Date.UTC(2026, 0, 2);
/** Longer than any buffer of the program waits. */
const PATIENCE_MILLIS = 30 * 60_000;

/** What virtual time costs: from the stream's log through the transform's worker to gzip objects in the bucket, no wire. */
export const deliveryBenchmark: Benchmark = {
  name: 'delivery',
  run: async () => {
    const records = benchRecords(RECORDS);
    const batches = batchesOf(records);
    const clock = new ManualClock(START);
    const pipeline = await startPipeline(clock);
    try {
      const turns = await byTurns(
        ROUNDS,
        async () => {
          await put(pipeline, records);
          return rateOf(RECORDS, async () => {
            await clock.advance(PATIENCE_MILLIS);
            await settled(pipeline);
          });
        },
        () =>
          rateOf(RECORDS, () =>
            batches.forEach((batch) => transform(EVENTS, { records: batch }, { onTimeDaysBefore: 1, eventTypes: [] })),
          ),
      );
      return [
        {
          name: 'delivery',
          what: 'stream to transformed gzip objects, on virtual time',
          unit: 'records/s',
          rounds: turns.measured,
          reference: { what: 'the transform core alone', rounds: turns.reference },
        },
      ];
    } finally {
      await pipeline.close();
    }
  },
};

const put = async ({ stream, streamName }: Pipeline, records: ReturnType<typeof benchRecords>): Promise<void> => {
  for (let from = 0; from < records.length; from += PUT) {
    const Records = records
      .slice(from, from + PUT)
      .map(({ data, partitionKey }) => ({ PartitionKey: partitionKey, Data: Buffer.from(data).toString('base64') }));
    await stream.service.operations['PutRecords']!({ StreamName: streamName, Records }, operator('000000000000'));
  }
};

const settled = ({ delivery }: Pipeline): Promise<void> => {
  const left = Object.values(delivery.stats()).reduce((sum, { unread, inFlight }) => sum + unread + inFlight, 0);
  return left === 0 ? Promise.resolve() : Promise.reject(new Error(`${left} records were not delivered`));
};
