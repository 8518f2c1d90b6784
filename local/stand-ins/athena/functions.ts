/**
 * The Trino functions that the embedded engine has, and how each is said in DuckDB. A function that is missing here fails the
 * query, as an unknown one does on Athena: nothing reaches the engine that only it knows. Pure.
 */
import type { Piece } from './arithmetic';
import { concatenated, decided } from './arithmetic';
import { QueryFailure } from './failure';
import { quoteText } from './lexer';
import { refused } from './refusals';
import { enginePattern, engineReplacement } from './regular-expressions';
import { jodaFormat, mysqlFormat } from './date-formats';

/** An argument, translated; `literal` where it was one string literal. */
export interface Argument {
  readonly sql: string;
  readonly literal?: string;
  readonly known?: Piece['known'];
}

export interface Rewritten {
  readonly sql: string;
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
  throw refused('literal', call);
};

/** Units of date_add, date_diff and date_trunc: https://trino.io/docs/current/functions/datetime.html */
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

const unit = (argument: Argument | undefined, call: string): string => {
  const name = constant(argument, call).toLowerCase();
  if (UNITS.includes(name)) return name;
  throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', `'${name}' is not a valid unit of ${call}`);
};

/** What is as much a date as the value that it was made of. */
const kept = (value: Argument, sql: string): Rewritten => ({ sql: `cast_to_type(${sql}, ${value.sql})` });

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

/** An operand of which only the instant counts, so that the zone of its text may be any. */
export const instantOf = (sql: string): string => sql.replace(/^lithify_from_iso\(/, 'lithify_instant(');

/** A literal whose digits the engine does not keep. */
const precise = (argument: Argument | undefined, call: string): Argument => {
  if (argument?.known === 'coarse') throw refused('precision', call);
  return argument!;
};

/** Trino counts from 1, or from the end; there is nothing at 0. */
const substring: FunctionRule = write(2, 3, (text, from, length) => {
  const plain = /^[1-9]\d*$/.test(from) && (length === undefined || /^\d+$/.test(length));
  if (plain) return `substr(${[text, from, ...(length === undefined ? [] : [length])].join(', ')})`;
  return length === undefined ? `lithify_substr(${text}, ${from})` : `lithify_substr_of(${text}, ${from}, ${length})`;
});

type Format = (format: string, call: string) => string;

const formatted = (call: string, format: Format): FunctionRule => ({
  least: 2,
  most: 2,
  write: ([value, by]) => ({ sql: `strftime(${value!.sql}, ${quoteText(format(constant(by, `The format of ${call}`), call))})` }),
});

const parsed = (call: string, format: Format, made: (instant: string) => string): FunctionRule => ({
  least: 2,
  most: 2,
  write: ([text, by]) => ({
    sql: made(`strptime(${text!.sql}, ${quoteText(format(constant(by, `The format of ${call}`), call))})`),
  }),
});

const pattern = (argument: Argument | undefined): string =>
  argument?.literal === undefined ? argument!.sql : quoteText(enginePattern(argument.literal));

const onPattern = (
  least: number,
  most: number,
  writer: (text: string, pattern: string, group?: string) => string,
): FunctionRule => ({
  least,
  most,
  write: ([text, expression, group]) => ({ sql: writer(text!.sql, pattern(expression), group?.sql) }),
});

/** A function that is a macro of the types of its arguments: see macros.ts. */
const typed = (macro: string): FunctionRule => write(1, 1, (value) => decided(macro, value));

/** `lambda "k", "v": body` called with values. */
const applied = (lambda: string, values: readonly string[]): string => {
  const [, names = '', body = ''] = /^lambda ((?:"(?:[^"]|"")*"(?:, )?)+): ([\s\S]*)$/.exec(lambda) ?? [];
  const all = names.match(/"(?:[^"]|"")*"/g) ?? [];
  if (all.length !== values.length) throw refused('form', 'A lambda that is no lambda');
  return all.reduceRight((inner, name, index) => `list_transform([${values[index]!}], lambda ${name}: ${inner})[1]`, body);
};

const ENTRY = ['lithify_entry.key', 'lithify_entry.value'];
const entries = (map: string, written: string): string =>
  `map_from_entries(list_transform(map_entries(${map}), lambda lithify_entry: ${written}))`;
const bytesHex = (bytes: string): string => `hex(CAST(${bytes} AS BLOB))`;

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
  ...same('count', 'sum', 'bool_and', 'bool_or', 'array_agg', 'count_if', 'any_value', 'histogram'),
  min: { name: 'min', least: 1, most: 1 },
  max: { name: 'max', least: 1, most: 1 },
  avg: write(1, 1, (value) => `avg(lithify_averaged(${value}))`),
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
  // Conditions
  ...same('coalesce', 'nullif'),
  if: write(2, 3, (condition, yes, no) => `CASE WHEN ${condition} THEN ${yes} ELSE ${no ?? 'NULL'} END`),
  try: write(1, 1, (value) => `TRY(${value})`),
  greatest: nullIfAny('greatest'),
  least: nullIfAny('least'),
  // Numbers
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
  truncate: typed('lithify_trunc'),
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
  // Text
  ...same('lower', 'trim', 'ltrim', 'rtrim', 'lpad', 'rpad', 'translate', 'chr', 'starts_with'),
  ...same('position'),
  length: typed('lithify_length'),
  upper: write(1, 1, (text) => `lithify_upper(${text})`),
  reverse: typed('lithify_reverse'),
  substr: substring,
  substring,
  split_part: write(3, 3, (text, by, index) =>
    index === '1' ? `split_part(${text}, ${by}, 1)` : `lithify_part(${text}, ${by}, ${index})`,
  ),
  concat_ws: write(2, 127, (by, ...texts) => {
    // A list is joined by its own rules there, and would be written as one text here.
    return `concat_ws(${[by, ...texts.map((text) => (text === 'NULL' ? text : `lithify_joined(${text})`))].join(', ')})`;
  }),
  strpos: { name: 'strpos', least: 2, most: 2 },
  codepoint: { name: 'unicode' },
  concat: {
    least: 2,
    most: 127,
    write: (args) => ({
      sql: args.map(({ sql }) => sql).reduce((one, other) => concatenated(one, other)),
    }),
  },
  replace: write(2, 3, (text, what, by) => `replace(${text}, ${what}, ${by ?? "''"})`),
  split: { name: 'string_split', least: 2, most: 2 },
  levenshtein_distance: { name: 'levenshtein' },
  hamming_distance: { name: 'hamming' },
  regexp_like: onPattern(2, 2, (text, expression) => `regexp_matches(${text}, ${expression})`),
  regexp_extract: onPattern(2, 3, (text, expression, group) => `lithify_regexp_extract(${text}, ${expression}, ${group ?? '0'})`),
  regexp_extract_all: onPattern(2, 3, (text, expression, group) => `regexp_extract_all(${text}, ${expression}, ${group ?? '0'})`),
  regexp_count: onPattern(2, 2, (text, expression) => `CAST(len(regexp_extract_all(${text}, ${expression})) AS BIGINT)`),
  regexp_split: onPattern(2, 2, (text, expression) => `string_split_regex(${text}, ${expression})`),
  regexp_replace: {
    least: 2,
    most: 3,
    write: ([text, expression, by]) => {
      const written =
        by === undefined ? '' : engineReplacement(constant(by, 'The replacement of regexp_replace'), expression?.literal);
      return { sql: `regexp_replace(${text!.sql}, ${pattern(expression)}, ${quoteText(written)}, 'g')` };
    },
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
  sha512: write(1, 1, (bytes) => `unhex(lithify_sha512(${bytesHex(bytes)}))`),
  crc32: write(1, 1, (bytes) => `CAST(lithify_crc32(${bytesHex(bytes)}) AS BIGINT)`),
  // Time
  ...same('year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'),
  last_day_of_month: { name: 'last_day', least: 1, most: 1 },
  day_of_month: { name: 'day' },
  day_of_week: { name: 'isodow' },
  dow: { name: 'isodow' },
  day_of_year: { name: 'dayofyear' },
  doy: { name: 'dayofyear' },
  week_of_year: { name: 'week' },
  year_of_week: { name: 'isoyear' },
  millisecond: write(1, 1, (value) => `(millisecond(${value}) % 1000)`),
  date: write(1, 1, (value) => `lithify_date(${value})`),
  date_trunc: {
    least: 2,
    most: 2,
    write: ([name, value]) => kept(value!, `date_trunc(${quoteText(unit(name, 'date_trunc'))}, ${value!.sql})`),
  },
  // Whole units that have passed, not boundaries crossed.
  date_diff: {
    least: 3,
    most: 3,
    write: ([name, from, to]) => ({
      sql: `datesub(${quoteText(unit(name, 'date_diff'))}, ${instantOf(from!.sql)}, ${instantOf(to!.sql)})`,
    }),
  },
  date_add: {
    least: 3,
    most: 3,
    write: ([name, count, value]) => {
      const of = unit(name, 'date_add');
      if (of === 'millisecond') precise(value, 'date_add');
      const interval = INTERVALS[of]?.(count!.sql) ?? `to_${of}s(CAST(${count!.sql} AS INTEGER))`;
      return kept(value!, `(${value!.sql} + ${interval})`);
    },
  },
  from_unixtime: write(1, 1, (seconds) => `make_timestamptz(CAST(round(CAST(${seconds} AS DOUBLE) * 1000) AS BIGINT) * 1000)`),
  to_unixtime: write(1, 1, (value) => `CAST(epoch(${instantOf(value)}) AS DOUBLE)`),
  from_iso8601_timestamp: write(1, 1, (text) => `lithify_from_iso(${text})`),
  from_iso8601_date: write(1, 1, (text) => `lithify_date(${text})`),
  to_iso8601: {
    least: 1,
    most: 1,
    write: ([value]) => ({ sql: `lithify_iso(${precise(value, 'to_iso8601').sql})` }),
  },
  to_milliseconds: write(1, 1, (interval) => `CAST(epoch(${interval}) * 1000 AS BIGINT)`),
  date_format: formatted('date_format', mysqlFormat),
  format_datetime: formatted('format_datetime', jodaFormat),
  date_parse: parsed('date_parse', mysqlFormat, (text) => text),
  parse_datetime: parsed('parse_datetime', jodaFormat, (instant) => `CAST(${instant} AS TIMESTAMP WITH TIME ZONE)`),
  // Arrays and maps
  cardinality: { name: 'lithify_cardinality', least: 1, most: 1 },
  ...same('map_keys', 'map_values', 'map_from_entries', 'map_concat', 'flatten'),
  map: { name: 'map' },
  element_at: write(2, 2, (from, key) => `(${from})[${key}]`),
  map_entries: write(
    1,
    1,
    (map) => `list_transform(map_entries(${map}), lambda lithify_entry: row(lithify_entry.key, lithify_entry.value))`,
  ),
  map_filter: write(
    2,
    2,
    (map, test) => `map_from_entries(list_filter(map_entries(${map}), lambda lithify_entry: ${applied(test, ENTRY)}))`,
  ),
  transform_values: write(2, 2, (map, made) => entries(map, `row(lithify_entry.key, ${applied(made, ENTRY)})`)),
  transform_keys: write(2, 2, (map, made) => entries(map, `row(${applied(made, ENTRY)}, lithify_entry.value)`)),
  contains: write(2, 2, (list, value) => `lithify_contains(${list}, ${value})`),
  array_max: write(1, 1, (list) => `lithify_max(${list})`),
  array_min: write(1, 1, (list) => `lithify_min(${list})`),
  array_distinct: write(1, 1, (list) => `lithify_distinct(${list})`),
  array_union: write(2, 2, (one, other) => `lithify_distinct((${one}) || (${other}))`),
  array_except: write(
    2,
    2,
    (one, other) => `lithify_distinct(list_filter(${one}, lambda lithify_kept: list_position(${other}, lithify_kept) IS NULL))`,
  ),
  repeat: write(2, 2, (value, times) => `list_transform(generate_series(1, ${times}), lambda lithify_time: ${value})`),
  trim_array: write(2, 2, (list, count) => `(${list})[1:len(${list}) - (${count})]`),
  zip: write(2, 5, (...lists) => `list_zip(${lists.join(', ')})`),
  zip_with: write(
    3,
    3,
    (one, other, made) =>
      `list_transform(generate_series(1, greatest(len(${one}), len(${other}))), lambda lithify_place: ${applied(made, [`(${one})[lithify_place]`, `(${other})[lithify_place]`])})`,
  ),
  reduce: write(4, 4, (list, start, step, last) => applied(last, [`list_reduce(${list}, ${step}, ${start})`])),
  array_sort: write(1, 1, (list) => `list_sort(${list}, 'ASC', 'NULLS LAST')`),
  array_position: write(
    2,
    2,
    (list, value) =>
      `CASE WHEN (${list}) IS NULL OR (${value}) IS NULL THEN NULL ELSE CAST(coalesce(list_position(${list}, ${value}), 0) AS BIGINT) END`,
  ),
  array_remove: write(
    2,
    2,
    (list, value) => `list_filter(${list}, lambda lithify_item: lithify_item IS NULL OR lithify_item <> ${value})`,
  ),
  array_join: write(2, 3, (list, by, missing) =>
    missing === undefined
      ? `array_to_string(${list}, ${by})`
      : `array_to_string(list_transform(${list}, lambda lithify_item: coalesce(CAST(lithify_item AS VARCHAR), ${missing})), ${by})`,
  ),
  array_intersect: write(
    2,
    2,
    (one, other) =>
      `lithify_distinct(list_filter(${one}, lambda lithify_kept: list_position(${other}, lithify_kept) IS NOT NULL))`,
  ),
  arrays_overlap: { name: 'list_has_any', least: 2, most: 2 },
  slice: write(3, 3, (list, start, length) => `(${list})[${start}:(${start}) + (${length}) - 1]`),
  sequence: write(2, 3, (from, to, step) =>
    step === undefined ? `lithify_steps(${from}, ${from}, ${to})` : `lithify_steps_by(${from}, ${from}, ${to}, ${step})`,
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
    write: ([text, path]) => ({ sql: `CAST(lithify_json_extracted(CAST(${text!.sql} AS VARCHAR), ${path!.sql}) AS JSON)` }),
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
  url_extract_port: write(1, 1, (url) => `CAST(lithify_url_extract_port(CAST(${url} AS VARCHAR)) AS BIGINT)`),
  json_size: write(2, 2, (json, path) => `CAST(lithify_json_size(CAST(${json} AS VARCHAR), ${path}) AS BIGINT)`),
};

/** Special forms that look like functions and are the grammar's own. */
export const FORMS: ReadonlySet<string> = new Set(['cast', 'try_cast', 'extract', 'row', 'json_extract_scalar', 'now']);
