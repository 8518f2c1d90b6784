/** Operators of numbers and dates, and the functions of numbers. */
import { binary, fails, unary, unlessRefused, where } from './forms';

const QUOTIENT = 'cast_to_type(lithify_decimal_quotient(CAST(a AS VARCHAR), CAST(b AS VARCHAR)), a + b)';
/** A whole number divided by zero fails in Trino, where the engine says NULL. */
const whole = (sign: string): string => `CASE WHEN b = 0 THEN CAST('Division by zero' AS TINYINT) ELSE a ${sign} b END`;
/** A double does not, and the engine says NULL here too. */
const DOUBLES =
  "CASE WHEN b = 0 AND a IS NOT NULL THEN CAST((CASE WHEN isnan(a) OR a = 0 THEN 'NaN' WHEN a > 0 THEN 'Infinity' ELSE '-Infinity' END) AS DOUBLE) ELSE a / b END";
const IS_DECIMAL = "starts_with(typeof(x), 'DECIMAL')";

export const ARITHMETIC: readonly string[] = [
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
  binary(
    'lithify_minus',
    ['DATE DATE', 'CAST(a AS TIMESTAMP) - CAST(b AS TIMESTAMP)'],
    ['any any', 'lithify_subtractable(a, b) - b'],
  ),
  `CREATE MACRO lithify_minus_late(a, b) AS ${unlessRefused("NOT (typeof(a) = 'DATE' AND typeof(b) = 'DATE')", 'overload', 'a - b')}`,
  `CREATE MACRO lithify_averaged(x) AS ${unlessRefused(`NOT ${IS_DECIMAL}`, 'decimalAverage')}`,
  `CREATE MACRO lithify_measured(x) AS ${unlessRefused("typeof(x) = 'DOUBLE'", 'realStatistics')}`,
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
  `CREATE MACRO lithify_percentile(x, p) AS ${unlessRefused(
    "NOT regexp_matches(typeof(min(x)), '^(DECIMAL.*|DOUBLE|FLOAT)$')",
    'percentile',
    where(
      `regexp_matches(typeof(min(x)), 'INT|"NULL"')`,
      'FUNCTION_NOT_FOUND',
      "'Unexpected parameters (' || lower(typeof(min(x))) || ', double) for function approx_percentile'",
      `CASE WHEN p < 0 OR p > 1 THEN ${fails("'argument: Percentile must be between 0 and 1'", 'CAST(NULL AS BIGINT)')}
        ELSE CAST(list_sort(list(x) FILTER (WHERE x IS NOT NULL))[least(count(x), CAST(floor(p * count(x)) AS BIGINT) + 1)] AS BIGINT) END`,
    ),
  )}`,
  `CREATE MACRO lithify_truncated(x, n) AS ${where(
    `regexp_matches(typeof(x), 'DECIMAL|"NULL"')`,
    'FUNCTION_NOT_FOUND',
    "'Unexpected parameters (' || lower(typeof(x)) || ', integer) for function truncate'",
    'cast_to_type(trunc(x * CAST(10 AS DECIMAL(38, 0)) ** n) / CAST(10 AS DECIMAL(38, 0)) ** n, x)',
  )}`,
];
