/**
 * The Trino functions that the embedded engine has, and how each is said in DuckDB. A function that is missing here fails the
 * query, as an unknown one does on Athena: nothing reaches the engine that only it knows. Pure.
 */
import { notSupported } from './failure';
import { quoteText } from './lexer';

/** An argument, translated; `literal` where it was one string literal, `date` where its type is known to be a date. */
export interface Argument {
  readonly sql: string;
  readonly literal?: string;
  readonly date?: boolean;
}

export interface Rewritten {
  readonly sql: string;
  readonly date?: boolean;
}

/** Either another name (arguments, DISTINCT, ORDER BY, FILTER and OVER pass as they are), or how to write the call. */
export type FunctionRule =
  | { readonly name: string; readonly least?: number; readonly most?: number }
  | { readonly write: (args: readonly Argument[]) => Rewritten; readonly least: number; readonly most: number };

const same = (...names: readonly string[]): Record<string, FunctionRule> =>
  Object.fromEntries(names.map((name) => [name, { name }]));

const write = (least: number, most: number, writer: (...args: readonly string[]) => string): FunctionRule => ({
  least,
  most,
  write: (args) => ({ sql: writer(...args.map(({ sql }) => sql)) }),
});

const constant = (argument: Argument | undefined, call: string): string => {
  if (argument?.literal !== undefined) return argument.literal;
  throw notSupported(`The embedded engine needs a literal in ${call}`);
};

/** Units of date_add, date_diff and date_trunc: https://trino.io/docs/current/functions/datetime.html */
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

const unit = (argument: Argument | undefined, call: string): string => {
  const name = constant(argument, call).toLowerCase();
  if (UNITS.includes(name)) return name;
  throw notSupported(`'${name}' is not a unit of ${call}`);
};

/** The MySQL format letters of date_format and date_parse, as strftime says them. */
const FORMATS: Readonly<Record<string, string>> = {
  a: '%a', b: '%b', c: '%-m', d: '%d', e: '%-d', f: '%f', H: '%H', h: '%I', I: '%I', i: '%M', j: '%j', k: '%-H', l: '%-I',
  M: '%B', m: '%m', p: '%p', r: '%I:%M:%S %p', S: '%S', s: '%S', T: '%H:%M:%S', W: '%A', Y: '%Y', y: '%y', '%': '%%',
}; // prettier-ignore

const strftime = (argument: Argument | undefined, call: string): string => {
  const format = constant(argument, call).replace(/%(.)/gs, (_, letter: string) => {
    const said = FORMATS[letter];
    if (said === undefined) throw notSupported(`%${letter} in the format of ${call}`);
    return said;
  });
  return quoteText(format);
};

const kept = (argument: Argument, sql: string): Rewritten =>
  argument.date === true ? { sql: `CAST(${sql} AS DATE)`, date: true } : { sql };

const INTERVALS: Readonly<Record<string, (n: string) => string>> = {
  quarter: (n) => `to_months(3 * CAST(${n} AS INTEGER))`,
  week: (n) => `to_days(7 * CAST(${n} AS INTEGER))`,
  millisecond: (n) => `to_milliseconds(${n})`,
};

const nullIfAny = (name: string): FunctionRule =>
  write(
    1,
    127,
    (...args) => `CASE WHEN ${args.map((arg) => `(${arg}) IS NULL`).join(' OR ')} THEN NULL ELSE ${name}(${args.join(', ')}) END`,
  );

const joined = (operator: string): FunctionRule =>
  write(1, 127, (...args) => `(${args.map((arg) => `(${arg})`).join(` ${operator} `)})`);

/** `$1` of Java's regular expressions is `\1` here. */
const replacement = (argument: Argument | undefined): string => {
  if (argument === undefined) return "''";
  const text = constant(argument, 'regexp_replace');
  return quoteText(text.replaceAll('\\', '\\\\').replace(/\$(\d)/g, '\\$1'));
};

/** Functions written in JavaScript: one text in, one text out. */
const javaScript = (...names: readonly string[]): Record<string, FunctionRule> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      write(1, 2, (...args) => `lithify_${name}(${args.map((arg) => `CAST(${arg} AS VARCHAR)`).join(', ')})`),
    ]),
  );

export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  // Aggregates and windows
  ...same('count', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or', 'array_agg', 'count_if', 'any_value', 'histogram'),
  ...same(
    'stddev',
    'stddev_pop',
    'stddev_samp',
    'variance',
    'var_pop',
    'var_samp',
    'corr',
    'covar_pop',
    'covar_samp',
    'regr_slope',
    'regr_intercept',
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
    'grouping',
  ),
  every: { name: 'bool_and' },
  arbitrary: { name: 'any_value' },
  // Trino keeps the row whose value is NULL when its key is least; the engine's min_by skips it.
  min_by: { name: 'arg_min_null', least: 2, most: 2 },
  max_by: { name: 'arg_max_null', least: 2, most: 2 },
  approx_distinct: write(1, 2, (value) => `approx_count_distinct(${value})`),
  approx_percentile: { name: 'approx_quantile', least: 2, most: 2 },
  map_agg: write(2, 2, (key, value) => `map_from_entries(list({'k': ${key}, 'v': ${value}}))`),
  // Conditions
  ...same('coalesce', 'nullif'),
  if: write(2, 3, (condition, yes, no) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no ?? 'NULL'} END`),
  try: write(1, 1, (value) => `TRY(${value})`),
  greatest: nullIfAny('greatest'),
  least: nullIfAny('least'),
  // Numbers
  ...same(
    'abs',
    'ceil',
    'floor',
    'round',
    'sqrt',
    'cbrt',
    'exp',
    'ln',
    'log10',
    'log2',
    'mod',
    'pow',
    'power',
    'sign',
    'pi',
    'degrees',
    'radians',
  ),
  ...same('sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'random'),
  ceiling: { name: 'ceil' },
  truncate: { name: 'trunc', least: 1, most: 1 },
  rand: { name: 'random', least: 0, most: 0 },
  e: write(0, 0, () => 'exp(1)'),
  nan: write(0, 0, () => "CAST('NaN' AS DOUBLE)"),
  infinity: write(0, 0, () => "CAST('Infinity' AS DOUBLE)"),
  is_nan: { name: 'isnan' },
  is_finite: { name: 'isfinite' },
  is_infinite: { name: 'isinf' },
  bitwise_and: joined('&'),
  bitwise_or: joined('|'),
  bitwise_xor: { name: 'xor', least: 2, most: 2 },
  // Text
  ...same(
    'length',
    'lower',
    'upper',
    'trim',
    'ltrim',
    'rtrim',
    'lpad',
    'rpad',
    'reverse',
    'translate',
    'chr',
    'split_part',
    'starts_with',
    'concat_ws',
  ),
  ...same('position'),
  substr: { name: 'substr', least: 2, most: 3 },
  substring: { name: 'substring' },
  strpos: { name: 'strpos', least: 2, most: 2 },
  codepoint: { name: 'unicode' },
  concat: joined('||'),
  replace: write(2, 3, (text, what, by) => `replace(${text}, ${what}, ${by ?? "''"})`),
  split: { name: 'string_split', least: 2, most: 2 },
  levenshtein_distance: { name: 'levenshtein' },
  hamming_distance: { name: 'hamming' },
  regexp_like: { name: 'regexp_matches', least: 2, most: 2 },
  regexp_extract: write(
    2,
    3,
    (text, pattern, group) =>
      `CASE WHEN regexp_matches(${text}, ${pattern}) THEN regexp_extract(${text}, ${pattern}, ${group ?? '0'}) END`,
  ),
  regexp_extract_all: { name: 'regexp_extract_all', least: 2, most: 3 },
  regexp_count: write(2, 2, (text, pattern) => `len(regexp_extract_all(${text}, ${pattern}))`),
  regexp_split: { name: 'string_split_regex', least: 2, most: 2 },
  regexp_replace: {
    least: 2,
    most: 3,
    write: ([text, pattern, by]) => ({ sql: `regexp_replace(${text!.sql}, ${pattern!.sql}, ${replacement(by)}, 'g')` }),
  },
  // Bytes
  to_utf8: { name: 'encode', least: 1, most: 1 },
  from_utf8: { name: 'decode', least: 1, most: 1 },
  to_hex: { name: 'hex', least: 1, most: 1 },
  from_hex: { name: 'unhex', least: 1, most: 1 },
  to_base64: { name: 'to_base64', least: 1, most: 1 },
  from_base64: { name: 'from_base64', least: 1, most: 1 },
  md5: write(1, 1, (bytes) => `unhex(md5(${bytes}))`),
  sha1: write(1, 1, (bytes) => `unhex(sha1(${bytes}))`),
  sha256: write(1, 1, (bytes) => `unhex(sha256(${bytes}))`),
  // Time
  ...same('year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'),
  last_day_of_month: { least: 1, most: 1, write: ([value]) => ({ sql: `last_day(${value!.sql})`, date: true }) },
  day_of_month: { name: 'day' },
  day_of_week: { name: 'isodow' },
  dow: { name: 'isodow' },
  day_of_year: { name: 'dayofyear' },
  doy: { name: 'dayofyear' },
  week_of_year: { name: 'week' },
  year_of_week: { name: 'isoyear' },
  millisecond: write(1, 1, (value) => `(millisecond(${value}) % 1000)`),
  date: { least: 1, most: 1, write: ([value]) => ({ sql: `CAST(${value!.sql} AS DATE)`, date: true }) },
  date_trunc: {
    least: 2,
    most: 2,
    write: ([name, value]) => kept(value!, `date_trunc(${quoteText(unit(name, 'date_trunc'))}, ${value!.sql})`),
  },
  // Whole units that have passed, not boundaries crossed.
  date_diff: {
    least: 3,
    most: 3,
    write: ([name, from, to]) => ({ sql: `datesub(${quoteText(unit(name, 'date_diff'))}, ${from!.sql}, ${to!.sql})` }),
  },
  date_add: {
    least: 3,
    most: 3,
    write: ([name, count, value]) => {
      const of = unit(name, 'date_add');
      const interval = INTERVALS[of]?.(count!.sql) ?? `to_${of}s(CAST(${count!.sql} AS INTEGER))`;
      return kept(value!, `(${value!.sql} + ${interval})`);
    },
  },
  from_unixtime: write(1, 1, (seconds) => `make_timestamptz(CAST(round(CAST(${seconds} AS DOUBLE) * 1000) AS BIGINT) * 1000)`),
  to_unixtime: write(1, 1, (value) => `CAST(epoch(${value}) AS DOUBLE)`),
  from_iso8601_timestamp: write(
    1,
    1,
    (text) => `date_trunc('millisecond', CAST(CAST(${text} AS VARCHAR) AS TIMESTAMP WITH TIME ZONE))`,
  ),
  from_iso8601_date: {
    least: 1,
    most: 1,
    write: ([text]) => ({ sql: `CAST(CAST(${text!.sql} AS VARCHAR) AS DATE)`, date: true }),
  },
  to_iso8601: write(1, 1, (value) => `lithify_iso(${value})`),
  to_milliseconds: write(1, 1, (interval) => `CAST(epoch(${interval}) * 1000 AS BIGINT)`),
  date_format: {
    least: 2,
    most: 2,
    write: ([value, format]) => ({ sql: `strftime(${value!.sql}, ${strftime(format, 'date_format')})` }),
  },
  date_parse: {
    least: 2,
    most: 2,
    write: ([text, format]) => ({ sql: `strptime(${text!.sql}, ${strftime(format, 'date_parse')})` }),
  },
  // Arrays and maps
  cardinality: { name: 'lithify_cardinality', least: 1, most: 1 },
  ...same('map_keys', 'map_values', 'map_entries', 'map_from_entries', 'map_concat', 'flatten'),
  map: { name: 'map' },
  element_at: write(2, 2, (from, key) => `(${from})[${key}]`),
  contains: write(2, 2, (list, value) => `list_contains(${list}, ${value})`),
  array_max: { name: 'list_max' },
  array_min: { name: 'list_min' },
  array_sort: write(1, 1, (list) => `list_sort(${list}, 'ASC', 'NULLS LAST')`),
  array_position: write(
    2,
    2,
    (list, value) =>
      `CASE WHEN (${list}) IS NULL OR (${value}) IS NULL THEN NULL ELSE coalesce(list_position(${list}, ${value}), 0) END`,
  ),
  array_remove: write(2, 2, (list, value) => `list_filter(${list}, lambda lithify_item: lithify_item <> ${value})`),
  array_join: write(2, 3, (list, by, missing) =>
    missing === undefined
      ? `array_to_string(${list}, ${by})`
      : `array_to_string(list_transform(${list}, lambda lithify_item: coalesce(CAST(lithify_item AS VARCHAR), ${missing})), ${by})`,
  ),
  array_intersect: { name: 'list_intersect', least: 2, most: 2 },
  arrays_overlap: { name: 'list_has_any', least: 2, most: 2 },
  slice: write(3, 3, (list, start, length) => `(${list})[${start}:(${start}) + (${length}) - 1]`),
  sequence: write(
    2,
    3,
    (from, to, step) => `generate_series(CAST(${from} AS BIGINT), CAST(${to} AS BIGINT), CAST(${step ?? '1'} AS BIGINT))`,
  ),
  transform: { name: 'list_transform', least: 2, most: 2 },
  filter: { name: 'list_filter', least: 2, most: 2 },
  any_match: write(2, 2, (list, test) => `(len(list_filter(${list}, ${test})) > 0)`),
  none_match: write(2, 2, (list, test) => `(len(list_filter(${list}, ${test})) = 0)`),
  all_match: write(2, 2, (list, test) => `(len(list_filter(${list}, ${test})) = len(${list}))`),
  // JSON; json_extract_scalar is the translator's own, because it reads all paths of one text at once
  json_extract: {
    least: 2,
    most: 2,
    write: ([text, path]) => ({ sql: `CAST(lithify_json_value(CAST(${text!.sql} AS VARCHAR), ${path!.sql}) AS JSON)` }),
  },
  json_parse: write(1, 1, (text) => `CAST(lithify_json_document(${text}) AS JSON)`),
  json_format: write(1, 1, (json) => `CAST(CAST(${json} AS JSON) AS VARCHAR)`),
  json_array_length: write(
    1,
    1,
    (json) => `CASE WHEN TRY(json_type(${json})) = 'ARRAY' THEN CAST(json_array_length(${json}) AS BIGINT) END`,
  ),
  ...javaScript(
    'url_extract_protocol',
    'url_extract_host',
    'url_extract_path',
    'url_extract_query',
    'url_extract_fragment',
    'url_extract_parameter',
  ),
  ...javaScript('url_encode', 'url_decode'),
};

/** Special forms that look like functions and are the grammar's own. */
export const FORMS: ReadonlySet<string> = new Set(['cast', 'try_cast', 'extract', 'row', 'json_extract_scalar', 'now']);
