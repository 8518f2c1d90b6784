import type { Benchmark } from './measurement';
import { planOf } from './plan-curve';

/** A night of normal size, and a lake that has grown: more of them are measured with `npx tsx bench/plan-table.ts 10000000`. */
const OBJECTS = [100_000, 1_000_000] as const;

/** The planner over 10,000 partitions: its processor time, since it waits for S3 most of the rest, and its memory. */
export const planBenchmark: Benchmark = {
  name: 'plan',
  run: async () => {
    const [, large] = [await planOf(OBJECTS[0]), await planOf(OBJECTS[1])];
    return [
      {
        name: 'plan',
        what: `${large.objects} objects of ${large.partitions} partitions, ${large.newObjects} new, ${large.lists} LIST calls; processor time`,
        unit: 's',
        rounds: [large.cpuSeconds],
      },
      {
        name: 'plan-memory',
        what: 'the planner at its peak, all that the process holds',
        unit: 'MiB',
        rounds: [large.peakMebibytes],
      },
    ];
  },
};
