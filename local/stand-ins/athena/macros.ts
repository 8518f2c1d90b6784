/**
 * Trino's semantics as macros of the embedded engine. Where the types of the arguments decide, a macro has overloads, and its caller
 * gives the deciding arguments twice: first to be told apart by (an overload casts those to its own types), then as they are. Macros
 * are expanded when a query is bound, so that neither predicates nor speed suffer. Of an aggregate, a window or a subquery the type is
 * not known by then: its operators are the `_late` ones, which go by `typeof`, and through texts where the type of the result depends.
 */
import { quoteText } from './lexer';
import type { Refusal } from './refusals';

/** Functions that no argument fits, for the overloads that must fail: the engine names them in its error. */
const MISMATCH = 'lithify_mismatch';
const NO_CONCAT = 'lithify_no_concat';
export const REFUSING: readonly string[] = [MISMATCH, NO_CONCAT];

/** A value of the type of `like` that fails the query where a row comes to it; `TRY` makes a NULL of it. `text` is an expression. */
const fails = (text: string, like = 'x'): string =>
  `cast_to_type(CAST(CAST('lithify ' || ${text} AS TINYINT) AS VARCHAR), ${like})`;
const refuses = (refusal: Refusal, like = 'x'): string => fails(quoteText(`refuses ${refusal}`), like);
const DATE = 'CAST(NULL AS DATE)';
const TIMESTAMP = 'CAST(NULL AS TIMESTAMP)';
const ZONED = 'CAST(NULL AS TIMESTAMP WITH TIME ZONE)';

type Overload = readonly [types: string, body: string];

/** `deciding` arguments come first, typed or not; then `args` as they are. */
const typed = (name: string, args: string, deciding: readonly string[], overloads: readonly Overload[]): string => {
  const signatures = overloads.map(([types, body]) => {
    const of = types.split(' ');
    const parameters = deciding.map((one, index) => {
      const type = of[index];
      return type === undefined || type === 'any' ? one : `${one} ${type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type}`;
    });
    return `(${[...parameters, args].join(', ')}) AS ${body}`;
  });
  return `CREATE MACRO ${name} ${signatures.join(', ')}`;
};
const unary = (name: string, ...overloads: readonly Overload[]): string => typed(name, 'x', ['t'], overloads);
const binary = (name: string, ...overloads: readonly Overload[]): string => typed(name, 'a, b', ['ta', 'tb'], overloads);

const INTEGERS: readonly (readonly [string, string])[] = [
  ['lithify_bigint', 'BIGINT'],
  ['lithify_integer', 'INTEGER'],
  ['lithify_smallint', 'SMALLINT'],
  ['lithify_tinyint', 'TINYINT'],
];

/** Whole numbers are cast from text only where the text is one (no `17.5`, no `1e3`), and doubles are rounded half up. */
const integerMacro = ([name, type]: readonly [string, string]): string => `
  CREATE MACRO ${name}(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN regexp_full_match(CAST(x AS VARCHAR), '\\s*[+-]?[0-9]+\\s*')
      THEN CAST(CAST(x AS VARCHAR) AS ${type}) ELSE CAST('no number: ' || CAST(x AS VARCHAR) AS ${type}) END)
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round(CAST(x AS DOUBLE)) AS ${type})
    ELSE CAST(x AS ${type}) END`;

const DAY = '[+-]?\\d{4,}-\\d{1,2}-\\d{1,2}';
const INSTANT = `${DAY}( \\d{1,2}:\\d{1,2}(:\\d{1,2}([.]\\d+)?)?)?`;
const ISO = '\\d{4}-\\d\\d-\\d\\d(T\\d\\d(:\\d\\d(:\\d\\d([.,]\\d+)?)?)?)?';
const ZONE = '( ?(UTC|Z|[+-]\\d\\d?(:?\\d\\d)?|[A-Za-z]+(/[A-Za-z_]+)+))?';
const matches = (pattern: string): string => `regexp_full_match(CAST(x AS VARCHAR), '\\s*${pattern}\\s*')`;
/** A text of `INSTANT` without the zone behind it. */
const INSTANT_OF = `regexp_extract(CAST(x AS VARCHAR), '${INSTANT}')`;
/** Trino keeps milliseconds, and rounds to them. */
const millis = (instant: string): string => `date_trunc('millisecond', ${instant} + INTERVAL 500 MICROSECONDS)`;

/** From text, what Trino's casts take and no more: the engine's own read many a form besides. */
const TEXT_CASTS: readonly string[] = [
  `CREATE MACRO lithify_boolean(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN lower(CAST(x AS VARCHAR)) IN ('true', 't', '1') THEN true
      WHEN lower(CAST(x AS VARCHAR)) IN ('false', 'f', '0') THEN false ELSE CAST('no number: ' || CAST(x AS VARCHAR) AS BOOLEAN) END)
    ELSE CAST(x AS BOOLEAN) END`,
  `CREATE MACRO lithify_date(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN x IS NULL THEN NULL WHEN ${matches(DAY)} THEN CAST(CAST(x AS VARCHAR) AS DATE)
      ELSE ${fails("'cannot cast to date: ' || CAST(x AS VARCHAR)", DATE)} END)
    ELSE CAST(x AS DATE) END`,
  `CREATE MACRO lithify_timestamp(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN x IS NULL THEN NULL
      WHEN ${matches(`${INSTANT}${ZONE}`)} THEN ${millis(`CAST(${INSTANT_OF} AS TIMESTAMP)`)}
      ELSE ${fails("'cannot cast to timestamp: ' || CAST(x AS VARCHAR)", TIMESTAMP)} END)
    ELSE CAST(x AS TIMESTAMP) END`,
  `CREATE MACRO lithify_zoned(x) AS CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN x IS NULL THEN NULL
      WHEN ${matches(`${INSTANT} ?(UTC|Z)?`)} THEN CAST(${millis(`CAST(${INSTANT_OF} AS TIMESTAMP)`)} AS TIMESTAMP WITH TIME ZONE)
      WHEN ${matches(`${INSTANT}${ZONE}`)} THEN ${refuses('zone', ZONED)}
      ELSE ${fails("'cannot cast to timestamp with time zone: ' || CAST(x AS VARCHAR)", ZONED)} END)
    ELSE CAST(x AS TIMESTAMP WITH TIME ZONE) END`,
  `CREATE MACRO lithify_from_iso(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN ${matches(`${ISO}(Z|[+]00:?00)?`)} THEN date_trunc('millisecond', CAST(CAST(x AS VARCHAR) AS TIMESTAMP WITH TIME ZONE))
    WHEN ${matches(`${ISO}[+-]\\d\\d(:?\\d\\d)?`)} THEN ${refuses('zone', ZONED)}
    ELSE ${fails("'invalid format: ' || CAST(x AS VARCHAR)", ZONED)} END`,
  // Where only the instant counts, the zone of the text may be any.
  `CREATE MACRO lithify_instant(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN ${matches(`${ISO}(Z|[+-]\\d\\d(:?\\d\\d)?)?`)} THEN date_trunc('millisecond', CAST(CAST(x AS VARCHAR) AS TIMESTAMP WITH TIME ZONE))
    ELSE ${fails("'invalid format: ' || CAST(x AS VARCHAR)", ZONED)} END`,
  `CREATE MACRO lithify_varchar(x) AS CASE
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN lithify_sql_double_text(CAST(x AS VARCHAR))
    WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g UTC')
    WHEN typeof(x) = 'JSON' THEN TRY(json_extract_string(CAST(x AS VARCHAR), '$'))
    WHEN typeof(x) LIKE '%[]' OR typeof(x) LIKE 'MAP(%' OR typeof(x) LIKE 'STRUCT(%' THEN ${fails("'type mismatch: Cannot cast ' || typeof(x) || ' to varchar'", 'CAST(NULL AS VARCHAR)')}
    ELSE CAST(x AS VARCHAR) END`,
  `CREATE MACRO lithify_iso(x) AS CASE
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')
    WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')
    ELSE CAST(x AS VARCHAR) END`,
  'CREATE MACRO lithify_json(x) AS CAST(lithify_json_document(CAST(to_json(x) AS VARCHAR)) AS JSON)',
];

const NUMBERS = ['DECIMAL', 'BIGINT', 'DOUBLE', 'FLOAT', 'HUGEINT'];
const TIMES = ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'];

const QUOTIENT = 'cast_to_type(lithify_decimal_quotient(CAST(a AS VARCHAR), CAST(b AS VARCHAR)), a + b)';
/** A whole number divided by zero fails in Trino, where the engine says NULL. */
const whole = (sign: string): string => `CASE WHEN b = 0 THEN CAST('Division by zero' AS TINYINT) ELSE a ${sign} b END`;
/** A double does not, and the engine says NULL here too. */
const DOUBLES =
  "CASE WHEN b = 0 AND a IS NOT NULL THEN CAST((CASE WHEN isnan(a) OR a = 0 THEN 'NaN' WHEN a > 0 THEN 'Infinity' ELSE '-Infinity' END) AS DOUBLE) ELSE a / b END";
const TYPED_AS_TEXT = [...NUMBERS, ...TIMES, 'BOOLEAN'];
const isNoText = (x: string): string =>
  `regexp_matches(typeof(${x}), '^(DECIMAL|TIMESTAMP|.*INT$|DOUBLE$|FLOAT$|DATE$|BOOLEAN$)')`;
const IS_DECIMAL = "starts_with(typeof(x), 'DECIMAL')";

const ARITHMETIC: readonly string[] = [
  binary(
    'lithify_quotient',
    ['BIGINT BIGINT', whole('/')],
    ['DECIMAL DECIMAL', QUOTIENT],
    ['DECIMAL BIGINT', QUOTIENT],
    ['BIGINT DECIMAL', QUOTIENT],
    ['DOUBLE DOUBLE', DOUBLES],
    ['FLOAT FLOAT', 'a / b'],
    ['any any', 'a / b'],
  ),
  `CREATE MACRO lithify_quotient_late(a, b) AS cast_to_type(CASE
    WHEN starts_with(typeof(a + b), 'DECIMAL') THEN lithify_decimal_quotient(CAST(a AS VARCHAR), CAST(b AS VARCHAR))
    WHEN typeof(a + b) IN ('DOUBLE', 'FLOAT') THEN CAST((CASE WHEN b = 0 AND a IS NOT NULL
      THEN CAST((CASE WHEN CAST(a AS DOUBLE) > 0 THEN 'Infinity' WHEN CAST(a AS DOUBLE) < 0 THEN '-Infinity' ELSE 'NaN' END) AS DOUBLE)
      ELSE CAST(a AS DOUBLE) / CAST(b AS DOUBLE) END) AS VARCHAR)
    ELSE CAST((CASE WHEN b = 0 THEN CAST('Division by zero' AS TINYINT) ELSE CAST(a AS HUGEINT) // CAST(b AS HUGEINT) END) AS VARCHAR) END, a + b)`,
  binary(
    'lithify_remainder',
    ['BIGINT BIGINT', whole('%')],
    ['DECIMAL DECIMAL', whole('%')],
    ['DOUBLE DOUBLE', 'a % b'],
    ['FLOAT FLOAT', 'a % b'],
    ['any any', 'a % b'],
  ),
  `CREATE MACRO lithify_remainder_late(a, b) AS ${whole('%')}`,
  // A date stays one where an interval is added, and two of them are an interval apart rather than a number of days.
  binary('lithify_minus', ['DATE DATE', 'CAST(a AS TIMESTAMP) - CAST(b AS TIMESTAMP)'], ['any any', 'a - b']),
  `CREATE MACRO lithify_minus_late(a, b) AS CASE WHEN typeof(a) = 'DATE' AND typeof(b) = 'DATE' THEN ${refuses('overload', 'a - b')} ELSE a - b END`,
  binary(
    'lithify_concat',
    ...TYPED_AS_TEXT.flatMap((type): readonly Overload[] => [
      [`VARCHAR ${type}`, `${NO_CONCAT}(a)`],
      [`${type} VARCHAR`, `${NO_CONCAT}(a)`],
    ]),
    ['VARCHAR VARCHAR', 'CAST(a || b AS VARCHAR)'],
    ['any any', 'a || b'],
  ),
  `CREATE MACRO lithify_concat_late(a, b) AS CASE WHEN (typeof(a) = 'VARCHAR' AND ${isNoText('b')}) OR (typeof(b) = 'VARCHAR' AND ${isNoText('a')})
    THEN ${fails("'no concat'", 'a || b')} ELSE a || b END`,
  // What is compared with a text: the engine would cast the text.
  unary('lithify_as_text', ...TYPED_AS_TEXT.map((type): Overload => [type, `${MISMATCH}(x)`]), ['any', 'x']),
  `CREATE MACRO lithify_as_text_late(x) AS CASE WHEN ${isNoText('x')} THEN ${fails("'type mismatch: Cannot apply operator: ' || typeof(x) || ' and varchar'")} ELSE x END`,
  `CREATE MACRO lithify_joined(x) AS CASE WHEN typeof(x) LIKE '%[]' THEN ${refuses('overload')} ELSE x END`,
  `CREATE MACRO lithify_averaged(x) AS CASE WHEN ${IS_DECIMAL} THEN ${refuses('decimalAverage')} ELSE x END`,
  `CREATE MACRO lithify_measured(x) AS CASE WHEN typeof(x) <> 'DOUBLE' THEN ${refuses('realStatistics')} ELSE x END`,
  ...(['ceil', 'floor', 'trunc', 'round'] as const).flatMap((name) => [
    unary(
      `lithify_${name}`,
      ['BIGINT', 'x'],
      ['DECIMAL', `${name}(x)`],
      ['DOUBLE', `${name}(x)`],
      ['FLOAT', `${name}(x)`],
      ['any', `${name}(x)`],
    ),
    `CREATE MACRO lithify_${name}_late(x) AS ${name}(x)`,
  ]),
  unary(
    'lithify_sign',
    ['BIGINT', 'cast_to_type(sign(x), x)'],
    ['DECIMAL', 'CAST(sign(x) AS DECIMAL(1, 0))'],
    ['DOUBLE', 'CAST(sign(x) AS DOUBLE)'],
  ),
  'CREATE MACRO lithify_sign_late(x) AS cast_to_type(sign(x), x)',
  'CREATE MACRO lithify_rounded(x, n) AS cast_to_type(round(x, n), x)',
  'CREATE MACRO lithify_cbrt(x) AS CASE WHEN round(cbrt(x)) ** 3 = x THEN round(cbrt(x)) ELSE cbrt(x) END',
  // Trino's is exact while it holds every value; it is not for doubles, whose sketch interpolates.
  `CREATE MACRO lithify_percentile(x, p) AS CASE WHEN NOT regexp_matches(typeof(min(x)), 'INT') THEN ${refuses('percentile', 'CAST(NULL AS BIGINT)')}
    ELSE CAST(list_sort(list(x) FILTER (WHERE x IS NOT NULL))[least(count(x), CAST(floor(p * count(x)) AS BIGINT) + 1)] AS BIGINT) END`,
];

const TEXTS: readonly string[] = [
  `CREATE MACRO lithify_upper(x) AS CASE WHEN contains(x, 'ß') THEN replace(upper(replace(x, 'ß', chr(57344))), chr(57344), 'ß') ELSE upper(x) END`,
  `CREATE MACRO lithify_substr(x, s) AS CASE WHEN s = 0 OR (s < 0 AND s < -length(x)) THEN '' ELSE substr(x, s) END`,
  `CREATE MACRO lithify_substr_of(x, s, n) AS CASE WHEN s = 0 OR n <= 0 OR (s < 0 AND s < -length(x)) THEN '' ELSE substr(x, s, n) END`,
  `CREATE MACRO lithify_part(x, d, n) AS CASE WHEN len(string_split(x, d)) >= n THEN split_part(x, d, n) END`,
  unary('lithify_length', ['BLOB', 'octet_length(x)'], ['VARCHAR', 'length(x)']),
  'CREATE MACRO lithify_length_late(x) AS length(CAST(x AS VARCHAR))',
  unary('lithify_reverse', ['VARCHAR', 'reverse(x)'], ['any', 'list_reverse(x)']),
  'CREATE MACRO lithify_reverse_late(x) AS reverse(x)',
  // '' is what the engine says of a group that took no part, too.
  `CREATE MACRO lithify_regexp_extract(x, p, g) AS CASE WHEN regexp_matches(x, p) THEN
    (CASE WHEN g > 0 AND regexp_extract(x, p, g) = '' THEN lithify_regexp_group(x, p, CAST(g AS VARCHAR)) ELSE regexp_extract(x, p, g) END) END`,
];

const NESTED: readonly string[] = [
  `CREATE MACRO lithify_cardinality(x) AS CASE
    WHEN starts_with(typeof(x), 'MAP') THEN CAST(len(json_keys(to_json(x))) AS BIGINT) ELSE CAST(json_array_length(to_json(x)) AS BIGINT) END`,
  // Trino's subscripts fail where there is nothing; element_at does not.
  `CREATE MACRO lithify_subscript(x, k) AS CASE
    WHEN x[k] IS NULL AND starts_with(typeof(x), 'MAP') AND NOT list_contains(json_keys(to_json(x)), CAST(k AS VARCHAR))
      THEN ${fails("'subscript: Key not present in map: ' || CAST(k AS VARCHAR)", 'x[k]')}
    WHEN x[k] IS NULL AND NOT starts_with(typeof(x), 'MAP') AND TRY_CAST(CAST(k AS VARCHAR) AS BIGINT) > json_array_length(to_json(x))
      THEN ${fails("'subscript: Array subscript must be less than or equal to array length: ' || CAST(k AS VARCHAR)", 'x[k]')}
    WHEN NOT starts_with(typeof(x), 'MAP') AND TRY_CAST(CAST(k AS VARCHAR) AS BIGINT) < 1
      THEN ${fails("'subscript: SQL array indices start at 1'", 'x[k]')}
    ELSE x[k] END`,
  // A row of several fields is as many columns.
  `CREATE MACRO lithify_items(x) AS CASE WHEN starts_with(typeof(x), 'STRUCT(') THEN ${fails("'aliases'")} ELSE x END`,
  `CREATE MACRO lithify_contains(l, v) AS CASE WHEN list_contains(l, v) THEN true WHEN list_position(l, NULL) IS NOT NULL THEN NULL ELSE list_contains(l, v) END`,
  'CREATE MACRO lithify_max(l) AS CASE WHEN list_position(l, NULL) IS NULL THEN list_max(l) END',
  'CREATE MACRO lithify_min(l) AS CASE WHEN list_position(l, NULL) IS NULL THEN list_min(l) END',
  'CREATE MACRO lithify_distinct(l) AS list_filter(l, lambda lithify_item, lithify_place: list_position(l, lithify_item) = lithify_place)',
  typed(
    'lithify_steps',
    'a, b',
    ['t'],
    [
      [
        'DATE',
        'CAST(generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), CASE WHEN a <= b THEN to_days(1) ELSE to_days(-1) END) AS DATE[])',
      ],
      ['BIGINT', 'generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(CASE WHEN a <= b THEN 1 ELSE -1 END AS BIGINT))'],
    ],
  ),
  typed(
    'lithify_steps_by',
    'a, b, s',
    ['t'],
    [
      ['DATE', 'CAST(generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), s) AS DATE[])'],
      ['TIMESTAMP', 'generate_series(a, b, s)'],
      ['BIGINT', 'generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), s)'],
    ],
  ),
  // `v` is what the engine's json_extract found (it writes numbers anew, and refuses broken text where Trino reads up to the break):
  // strings, booleans and whole numbers are exact; the exact reader is asked for the rest.
  `CREATE MACRO lithify_json_text(v, text, path) AS coalesce(
    list_transform([CAST(v AS VARCHAR)], lambda t: CASE
      WHEN starts_with(t, '"') THEN (CASE WHEN contains(t, '\\') THEN json_extract_string(t, '$') ELSE t[2:-2] END)
      WHEN regexp_full_match(t, '-?[1-9][0-9]*|true|false') THEN t END)[1],
    CASE WHEN (CASE WHEN v IS NULL THEN text IS NOT NULL AND NOT json_valid(text) ELSE regexp_matches(CAST(v AS VARCHAR), '^-?(0|[0-9]+[.eE])') END)
      THEN lithify_json_scalar(CAST(text AS VARCHAR), path) END)`,
];

export const MACROS: readonly string[] = [...INTEGERS.map(integerMacro), ...TEXT_CASTS, ...ARITHMETIC, ...TEXTS, ...NESTED];
