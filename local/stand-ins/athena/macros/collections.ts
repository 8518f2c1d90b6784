/** Arrays, maps, rows and JSON. */
import { fails, typed, unlessRefused } from './forms';

/** https://github.com/trinodb/trino/blob/476/core/trino-main/src/main/java/io/trino/operator/scalar/SequenceFunction.java */
const MOST_STEPS = 10_000;
const TOO_MANY = `'argument: result of sequence function must not have more than ${MOST_STEPS} entries'`;
const NUMBERS = 'generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(CASE WHEN a <= b THEN 1 ELSE -1 END AS BIGINT))';
const NUMBERS_BY = 'generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT))';
/** Counted before they are made where that can be told: `distance` is one less than how many they are. */
const bounded = (distance: string, steps: string): string =>
  `CASE WHEN abs(${distance}) >= ${MOST_STEPS} THEN ${fails(TOO_MANY, steps)} ELSE ${steps} END`;
/** `next` is where the step leads from `from`. */
const stepped = (next: string, from: string, steps: string): string => `CASE
  WHEN ${next} = ${from} THEN ${fails("'argument: step must not be zero'", steps)}
  WHEN (${next} > ${from} AND b < a) OR (${next} < ${from} AND b > a) THEN ${fails("'argument: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start'", steps)}
  WHEN len(${steps}) > ${MOST_STEPS} THEN ${fails(TOO_MANY, steps)} ELSE ${steps} END`;

export const COLLECTIONS: readonly string[] = [
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
  // element_at answers NULL beyond the end, but nothing is at 0.
  `CREATE MACRO lithify_element(x, k) AS CASE WHEN NOT starts_with(typeof(x), 'MAP') AND TRY_CAST(CAST(k AS VARCHAR) AS BIGINT) = 0
    THEN ${fails("'subscript: SQL array indices start at 1'", 'x[k]')} ELSE x[k] END`,
  `CREATE MACRO lithify_overlap(a, b) AS CASE WHEN list_has_any(a, b) THEN true
    WHEN len(a) > 0 AND len(b) > 0 AND (list_position(a, NULL) IS NOT NULL OR list_position(b, NULL) IS NOT NULL) THEN NULL
    ELSE list_has_any(a, b) END`,
  // How many items a test holds for, and of how many it is not known: `yes` and `unknown` are lists of them.
  'CREATE MACRO lithify_any(yes, unknown) AS CASE WHEN len(yes) > 0 THEN true WHEN len(unknown) > 0 THEN NULL ELSE len(yes) > 0 END',
  typed(
    'lithify_steps',
    'a, b',
    ['t'],
    [
      [
        'DATE',
        bounded(
          'b - a',
          'CAST(generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), CASE WHEN a <= b THEN to_days(1) ELSE to_days(-1) END) AS DATE[])',
        ),
      ],
      ['BIGINT', bounded('b - a', NUMBERS)],
    ],
  ),
  `CREATE MACRO lithify_steps_late(a, b) AS ${unlessRefused("typeof(a) LIKE '%INT%'", 'overload', NUMBERS)}`,
  typed(
    'lithify_steps_by',
    'a, b, s',
    ['t'],
    [
      ['DATE', stepped('a + s', 'a', 'CAST(generate_series(CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP), s) AS DATE[])')],
      ['TIMESTAMP', stepped('a + s', 'a', 'generate_series(a, b, s)')],
      ['BIGINT', stepped('s', '0', NUMBERS_BY)],
    ],
  ),
  `CREATE MACRO lithify_steps_by_late(a, b, s) AS ${unlessRefused("typeof(a) LIKE '%INT%'", 'overload', NUMBERS_BY)}`,
  // `v` is what the engine's json_extract found (it writes numbers anew, and refuses broken text where Trino reads up to the break):
  // strings, booleans and whole numbers are exact; the exact reader is asked for the rest.
  `CREATE MACRO lithify_json_text(v, text, path) AS coalesce(
    list_transform([CAST(v AS VARCHAR)], lambda t: CASE
      WHEN starts_with(t, '"') THEN (CASE WHEN contains(t, '\\') THEN json_extract_string(t, '$') ELSE t[2:-2] END)
      WHEN regexp_full_match(t, '-?[1-9][0-9]*|true|false') THEN t END)[1],
    CASE WHEN (CASE WHEN v IS NULL THEN text IS NOT NULL AND NOT json_valid(text) ELSE regexp_matches(CAST(v AS VARCHAR), '^-?(0|[0-9]+[.eE])') END)
      THEN lithify_json_scalar(CAST(text AS VARCHAR), path) END)`,
];
