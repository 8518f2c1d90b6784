/** Numbers. */
import { decided } from '../arithmetic';
import type { FunctionRule } from './rules';
import { same, typed, write } from './rules';

export const NUMBERS: Readonly<Record<string, FunctionRule>> = {
  ...same('abs', 'sqrt', 'exp', 'ln', 'log10', 'log2', 'mod', 'pow', 'power', 'pi', 'degrees', 'radians'),
  ...same('sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'),
  random: { name: 'random', least: 0, most: 0 },
  uuid: { name: 'uuid', least: 0, most: 0 },
  ceil: typed('lithify_ceil'),
  ceiling: typed('lithify_ceil'),
  floor: typed('lithify_floor'),
  round: write(1, 2, (value, digits) =>
    digits === undefined ? decided('lithify_round', value) : `lithify_rounded(${value}, ${digits})`,
  ),
  truncate: write(1, 2, (value, digits) =>
    digits === undefined ? decided('lithify_trunc', value) : `lithify_truncated(${value}, ${digits})`,
  ),
  sign: typed('lithify_sign'),
  cbrt: write(1, 1, (value) => `lithify_cbrt(CAST(${value} AS DOUBLE))`),
  log: write(2, 2, (base, value) => `log(${base}, ${value})`),
  width_bucket: write(
    4,
    4,
    (value, low, high, count) =>
      `CAST(CASE WHEN ${value} < ${low} THEN 0 WHEN ${value} >= ${high} THEN ${count} + 1 ELSE floor((${value} - ${low}) * ${count} / (${high} - ${low})) + 1 END AS BIGINT)`,
  ),
  rand: { name: 'random', least: 0, most: 0 },
  e: write(0, 0, () => 'exp(1)'),
  nan: write(0, 0, () => "CAST('NaN' AS DOUBLE)"),
  infinity: write(0, 0, () => "CAST('Infinity' AS DOUBLE)"),
  is_nan: { name: 'isnan' },
  is_finite: { name: 'isfinite' },
  is_infinite: { name: 'isinf' },
  bitwise_and: write(2, 2, (one, other) => `CAST((${one}) & (${other}) AS BIGINT)`),
  bitwise_or: write(2, 2, (one, other) => `CAST((${one}) | (${other}) AS BIGINT)`),
  bitwise_xor: write(2, 2, (one, other) => `CAST(xor(${one}, ${other}) AS BIGINT)`),
  bitwise_not: write(1, 1, (value) => `CAST(~(${value}) AS BIGINT)`),
};
