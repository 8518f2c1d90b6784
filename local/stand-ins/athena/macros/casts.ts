/** Casts. */
import { DATE, fails, refuses, TIMESTAMP, unlessRefused, where, ZONED } from './forms';

const INTEGERS: readonly (readonly [string, string])[] = [
  ['lithify_bigint', 'BIGINT'],
  ['lithify_integer', 'INTEGER'],
  ['lithify_smallint', 'SMALLINT'],
  ['lithify_tinyint', 'TINYINT'],
];

/** Whole numbers are cast from text only where the text is one (no `17.5`, no `1e3`), and doubles are rounded half up. */
const integerMacro = ([name, type]: readonly [string, string]): string => `
  CREATE MACRO ${name}(x) AS CASE
    WHEN typeof(x) = 'JSON' THEN CAST(lithify_json_scalar_as(CAST(x AS VARCHAR), '${type}') AS ${type})
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN regexp_full_match(CAST(x AS VARCHAR), '\\s*[+-]?[0-9]+\\s*')
      THEN CAST(CAST(x AS VARCHAR) AS ${type}) ELSE CAST('no number: ' || CAST(x AS VARCHAR) AS ${type}) END)
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(round(CAST(x AS DOUBLE)) AS ${type})
    ELSE CAST(x AS ${type}) END`;

const DAY = '[+-]?\\d{4,}-\\d{1,2}-\\d{1,2}';
const INSTANT = `${DAY}( \\d{1,2}:\\d{1,2}(:\\d{1,2}([.]\\d+)?)?)?`;
/** What the engine's own cast reads; other forms of ISO 8601 are read by iso-texts.ts. */
const ISO = '\\d{4}-\\d\\d-\\d\\d(T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d([.]\\d+)?)?';
const ZONE = '( ?(UTC|Z|[+-]\\d\\d?(:?\\d\\d)?|[A-Za-z]+(/[A-Za-z_]+)+))?';
const matches = (pattern: string): string => `regexp_full_match(CAST(x AS VARCHAR), '\\s*${pattern}\\s*')`;
/** A text of `INSTANT` without the zone behind it. */
const INSTANT_OF = `regexp_extract(CAST(x AS VARCHAR), '${INSTANT}')`;
/** Trino keeps milliseconds, and rounds to them. */
const millis = (instant: string): string => `date_trunc('millisecond', ${instant} + INTERVAL 500 MICROSECONDS)`;

const NO_INSTANT = fails("'invalid format: ' || CAST(x AS VARCHAR)", ZONED);
/** What has the form of an instant; the 30th of February is none. */
const instant = (): string =>
  `coalesce(date_trunc('millisecond', TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP WITH TIME ZONE)), ${NO_INSTANT})`;

/** Texts, dates and timestamps become dates and timestamps; nothing else does. */
const castable = (to: string, value: string): string =>
  where(
    `regexp_matches(typeof(x), '^(VARCHAR|"NULL"|DATE|TIMESTAMP.*)$')`,
    'TYPE_MISMATCH',
    `'Cannot cast ' || lower(typeof(x)) || ' to ${to}'`,
    value,
  );

/** From text, what Trino's casts take and no more: the engine's own read many a form besides. */
export const CASTS: readonly string[] = [
  ...INTEGERS.map(integerMacro),
  `CREATE MACRO lithify_boolean(x) AS CASE
    WHEN typeof(x) = 'JSON' THEN CAST(lithify_json_scalar_as(CAST(x AS VARCHAR), 'BOOLEAN') AS BOOLEAN)
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN lower(CAST(x AS VARCHAR)) IN ('true', 't', '1') THEN true
      WHEN lower(CAST(x AS VARCHAR)) IN ('false', 'f', '0') THEN false ELSE CAST('no number: ' || CAST(x AS VARCHAR) AS BOOLEAN) END)
    ELSE CAST(x AS BOOLEAN) END`,
  `CREATE MACRO lithify_date(x) AS ${castable(
    'date',
    `CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN x IS NULL THEN NULL WHEN ${matches(DAY)} THEN CAST(CAST(x AS VARCHAR) AS DATE)
      ELSE ${fails("'cannot cast to date: ' || CAST(x AS VARCHAR)", DATE)} END)
    ELSE CAST(x AS DATE) END`,
  )}`,
  `CREATE MACRO lithify_timestamp(x) AS ${castable(
    'timestamp',
    `CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN x IS NULL THEN NULL
      WHEN ${matches(`${INSTANT}${ZONE}`)} THEN ${millis(`CAST(${INSTANT_OF} AS TIMESTAMP)`)}
      ELSE ${fails("'cannot cast to timestamp: ' || CAST(x AS VARCHAR)", TIMESTAMP)} END)
    ELSE CAST(x AS TIMESTAMP) END`,
  )}`,
  `CREATE MACRO lithify_zoned(x) AS ${castable(
    'timestamp with time zone',
    `CASE
    WHEN typeof(x) = 'VARCHAR' THEN (CASE WHEN x IS NULL THEN NULL
      WHEN ${matches(`${INSTANT} ?(UTC|Z)?`)} THEN CAST(${millis(`CAST(${INSTANT_OF} AS TIMESTAMP)`)} AS TIMESTAMP WITH TIME ZONE)
      WHEN ${matches(`${INSTANT}${ZONE}`)} THEN ${refuses('zone', ZONED)}
      ELSE ${fails("'cannot cast to timestamp with time zone: ' || CAST(x AS VARCHAR)", ZONED)} END)
    ELSE CAST(x AS TIMESTAMP WITH TIME ZONE) END`,
  )}`,
  `CREATE MACRO lithify_from_iso(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN ${matches(`${ISO}(Z|[+]00:?00)?`)} THEN ${instant()}
    WHEN lithify_iso_instant(CAST(x AS VARCHAR)) IS NULL THEN ${NO_INSTANT}
    WHEN ${matches('.*T.*[+-]\\d\\d(:?\\d\\d)?')} AND NOT ${matches('.*[+-]00(:?00)?')} THEN ${refuses('zone', ZONED)}
    ELSE CAST(lithify_iso_instant(CAST(x AS VARCHAR)) AS TIMESTAMP WITH TIME ZONE) END`,
  // Where only the instant counts, the zone of the text may be any.
  `CREATE MACRO lithify_instant(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN ${matches(`${ISO}(Z|[+-]\\d\\d(:?\\d\\d)?)?`)} THEN ${instant()}
    WHEN lithify_iso_instant(CAST(x AS VARCHAR)) IS NULL THEN ${NO_INSTANT}
    ELSE CAST(lithify_iso_instant(CAST(x AS VARCHAR)) AS TIMESTAMP WITH TIME ZONE) END`,
  `CREATE MACRO lithify_from_iso_date(x) AS CASE
    WHEN x IS NULL THEN NULL
    WHEN ${matches('\\d{4}-\\d\\d-\\d\\d')} AND TRY_CAST(CAST(x AS VARCHAR) AS DATE) IS NOT NULL THEN TRY_CAST(CAST(x AS VARCHAR) AS DATE)
    WHEN lithify_iso_date(CAST(x AS VARCHAR)) IS NOT NULL THEN CAST(lithify_iso_date(CAST(x AS VARCHAR)) AS DATE)
    ELSE ${fails("'invalid format: ' || CAST(x AS VARCHAR)", DATE)} END`,
  `CREATE MACRO lithify_varchar(x) AS ${unlessRefused(
    "typeof(x) <> 'INTERVAL'",
    'overload',
    where(
      `NOT regexp_matches(typeof(x), '^(.*\\[\\]|MAP\\(.*|STRUCT\\(.*)$')`,
      'TYPE_MISMATCH',
      "'Cannot cast ' || lower(typeof(x)) || ' to varchar'",
      `CASE
        WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN lithify_sql_double_text(CAST(x AS VARCHAR))
        WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')
        WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g UTC')
        WHEN typeof(x) = 'JSON' THEN lithify_json_scalar_as(CAST(x AS VARCHAR), 'VARCHAR')
        ELSE CAST(x AS VARCHAR) END`,
    ),
  )}`,
  `CREATE MACRO lithify_iso(x) AS CASE
    WHEN typeof(x) = 'TIMESTAMP WITH TIME ZONE' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')
    WHEN typeof(x) = 'TIMESTAMP' THEN strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%g')
    ELSE CAST(x AS VARCHAR) END`,
  // Decimals and timestamps keep their digits; within an array or a row they would not.
  `CREATE MACRO lithify_json(x) AS ${unlessRefused(
    `NOT regexp_matches(typeof(x), 'DECIMAL|TIMESTAMP') OR regexp_matches(typeof(x), '^(DECIMAL\\([0-9,]*\\)|TIMESTAMP[^\\]]*)$')`,
    'overload',
    `CASE WHEN starts_with(typeof(x), 'DECIMAL') THEN CAST(CAST(x AS VARCHAR) AS JSON)
      WHEN typeof(x) = 'TIMESTAMP' THEN to_json(strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g'))
      WHEN starts_with(typeof(x), 'TIMESTAMP') THEN to_json(strftime(TRY_CAST(CAST(x AS VARCHAR) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g UTC'))
      ELSE CAST(lithify_json_document(CAST(to_json(x) AS VARCHAR)) AS JSON) END`,
  )}`,
  // `like` is a NULL of the type, `t` its name.
  `CREATE MACRO lithify_cast_nested(x, "like", t) AS CASE
    WHEN typeof(x) = 'JSON' THEN cast_to_type(CAST(lithify_json_as(CAST(x AS VARCHAR), t) AS JSON), "like") ELSE cast_to_type(x, "like") END`,
  `CREATE MACRO lithify_cast_number(x, "like", t) AS CASE
    WHEN typeof(x) = 'JSON' THEN cast_to_type(lithify_json_scalar_as(CAST(x AS VARCHAR), t), "like") ELSE cast_to_type(x, "like") END`,
];
