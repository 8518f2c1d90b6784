/** What one benchmark measured. A rate is better when it is higher, a duration or a size when it is lower. */
export interface Measurement {
  readonly name: string;
  /** What was done, in one line. */
  readonly what: string;
  readonly unit: Unit;
  /** One value per round. */
  readonly rounds: readonly number[];
  /** Other work, measured in the same run: the ratio to it depends on the machine far less than the value does. */
  readonly reference?: { readonly what: string; readonly rounds: readonly number[] };
}

export type Unit = 'records/s' | 'lines/s' | 'rows/s' | 's' | 'MiB';

export interface Benchmark {
  readonly name: string;
  /** One benchmark may measure several things. */
  readonly run: () => Promise<readonly Measurement[]>;
}

export const isRate = (unit: Unit): boolean => unit.endsWith('/s');

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) throw new RangeError('the median of nothing');
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** How many per second `work` does of `count` things. */
export const rateOf = async (count: number, work: () => unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1_000;
};

/** How many of `count` things `work` does per second of one core, whatever else the machine does meanwhile. */
export const coreRateOf = (count: number, work: () => void): number => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (count / (user + system)) * 1_000_000;
};

/**
 * Rounds of the measured work and of the reference by turns, after one unmeasured round of each, so that a machine that slows down
 * slows both.
 */
export const byTurns = async (
  rounds: number,
  measured: () => number | Promise<number>,
  reference: () => number | Promise<number>,
): Promise<{ readonly measured: readonly number[]; readonly reference: readonly number[] }> => {
  const found = { measured: [] as number[], reference: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const [other, own] = [await reference(), await measured()];
    if (round < 0) continue;
    found.reference.push(other);
    found.measured.push(own);
  }
  return found;
};
