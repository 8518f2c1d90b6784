import { z } from 'zod';
import type { Measurement, Unit } from './measurement';
import { isRate, median } from './measurement';

/** What each measurement must reach. `target`: a promise, in its unit. `ratio`: value / reference as it was last recorded. */
export const baselineSchema = z.strictObject({
  /** By what share each may be missed: machines differ, and neighbours are noisy. */
  tolerance: z.strictObject({ target: z.number().min(0).max(1), ratio: z.number().min(0).max(1) }),
  benchmarks: z.record(
    z.string(),
    z.strictObject({ target: z.number().positive().optional(), ratio: z.number().positive().optional() }),
  ),
});
export type Baseline = z.infer<typeof baselineSchema>;

export interface Verdict {
  readonly name: string;
  readonly what: string;
  readonly unit: Unit;
  /** The median of the rounds. */
  readonly value: number;
  readonly rounds: readonly number[];
  readonly target?: number;
  readonly reference?: { readonly what: string; readonly value: number };
  /** value / reference. */
  readonly ratio?: number;
  readonly recordedRatio?: number;
  /** One sentence for each thing that was missed by more than the tolerance. */
  readonly misses: readonly string[];
}

export const judge = (measurement: Measurement, baseline: Baseline): Verdict => {
  const { name, what, unit, rounds } = measurement;
  const { target, ratio: recordedRatio } = baseline.benchmarks[name] ?? {};
  const value = median(rounds);
  const reference = measurement.reference && { what: measurement.reference.what, value: median(measurement.reference.rounds) };
  const ratio = reference && value / reference.value;
  const misses: string[] = [];
  if (target !== undefined && isMissed(value, target, baseline.tolerance.target, unit)) {
    misses.push(
      `${name}: ${shown(value)} ${unit} misses the target of ${shown(target)} by more than ${percent(baseline.tolerance.target)}`,
    );
  }
  if (ratio !== undefined && recordedRatio !== undefined && isMissed(ratio, recordedRatio, baseline.tolerance.ratio, unit)) {
    misses.push(
      `${name}: ${shown(ratio)} times its reference is worse than the recorded ${shown(recordedRatio)} by more than ${percent(baseline.tolerance.ratio)}`,
    );
  }
  return {
    name,
    what,
    unit,
    value,
    rounds,
    ...(target !== undefined && { target }),
    ...(reference !== undefined && { reference }),
    ...(ratio !== undefined && { ratio }),
    ...(recordedRatio !== undefined && { recordedRatio }),
    misses,
  };
};

const isMissed = (value: number, wanted: number, tolerance: number, unit: Unit): boolean =>
  isRate(unit) ? value < wanted * (1 - tolerance) : value > wanted * (1 + tolerance);

/** The baseline with the ratios of this run; targets are promises and stay. */
export const recorded = (baseline: Baseline, verdicts: readonly Verdict[]): Baseline => ({
  ...baseline,
  benchmarks: {
    ...baseline.benchmarks,
    ...Object.fromEntries(
      verdicts.flatMap(({ name, ratio }) =>
        ratio === undefined ? [] : [[name, { ...baseline.benchmarks[name], ratio: Number(ratio.toPrecision(3)) }]],
      ),
    ),
  },
});

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const shown = (value: number): string => {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const HEADINGS = ['benchmark', 'median', 'unit', 'target', 'of target', 'reference', 'ratio', 'recorded', ''];
const NUMBERS = new Set([1, 3, 4, 5, 6, 7]);

/** For a terminal: a line per measurement, then what each measured and what its reference is. */
export const tableOf = (verdicts: readonly Verdict[]): string => {
  const rows = verdicts.map(({ name, value, unit, target, reference, ratio, recordedRatio, misses }) => [
    name,
    shown(value),
    unit,
    target === undefined ? '' : shown(target),
    target === undefined ? '' : percent(value / target),
    reference === undefined ? '' : shown(reference.value),
    ratio === undefined ? '' : `x ${shown(ratio)}`,
    recordedRatio === undefined ? '' : `x ${shown(recordedRatio)}`,
    misses.length === 0 ? 'ok' : 'MISSED',
  ]);
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (NUMBERS.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  const notes = verdicts.map(
    ({ name, what, reference }) => `${name}: ${what}${reference === undefined ? '' : `; reference: ${reference.what}`}`,
  );
  return [...all.map(line), '', ...notes, ''].join('\n');
};
