/** Aggregates and windows. */
import { refused } from '../refusals';
import type { FunctionRule } from './rules';
import { held, same, within, write } from './rules';

export const AGGREGATES: Readonly<Record<string, FunctionRule>> = {
  ...same('count', 'bool_and', 'bool_or', 'array_agg', 'count_if', 'any_value', 'histogram'),
  min: { name: 'min', least: 1, most: 1 },
  max: { name: 'max', least: 1, most: 1 },
  sum: { least: 1, most: 1, write: ([value]) => ({ sql: `sum(${held('number', value!, 'sum')})` }) },
  avg: {
    least: 1,
    most: 1,
    write: ([value]) => ({ sql: `avg(${within(held('number', value!, 'avg'), (sql) => `lithify_averaged(${sql})`)})` }),
  },
  ...same('stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop', 'var_samp'),
  ...Object.fromEntries(
    ['corr', 'covar_pop', 'covar_samp', 'regr_slope', 'regr_intercept'].map((name) => [
      name,
      write(2, 2, (one, other) => `${name}(lithify_measured(${one}), lithify_measured(${other}))`),
    ]),
  ),
  ...same(
    'row_number',
    'rank',
    'dense_rank',
    'percent_rank',
    'cume_dist',
    'ntile',
    'lag',
    'lead',
    'first_value',
    'last_value',
    'nth_value',
  ),
  grouping: write(1, 127, (...columns) => `CAST(grouping(${columns.join(', ')}) AS INTEGER)`),
  bitwise_and_agg: write(1, 1, (value) => `CAST(bit_and(${value}) AS BIGINT)`),
  bitwise_or_agg: write(1, 1, (value) => `CAST(bit_or(${value}) AS BIGINT)`),
  every: { name: 'bool_and' },
  arbitrary: { name: 'any_value' },
  // Trino keeps the row whose value is NULL when its key is least; the engine's min_by skips it.
  min_by: { name: 'arg_min_null', least: 2, most: 2 },
  max_by: { name: 'arg_max_null', least: 2, most: 2 },
  approx_distinct: write(1, 2, (value) => `approx_count_distinct(${value})`),
  approx_percentile: write(2, 2, (value, share) => {
    if (share.startsWith('[')) throw refused('overload', 'approx_percentile of several shares');
    return `lithify_percentile(${value}, ${share})`;
  }),
  map_agg: write(2, 2, (key, value) => `map_from_entries(list({'k': ${key}, 'v': ${value}}))`),
};
