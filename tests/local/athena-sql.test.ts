import { Lake } from './athena-lake';

/** Expressions with the texts that Athena answers for them; undefined is NULL. */
const VALUES: Readonly<Record<string, readonly (readonly [string, string | undefined])[]>> = {
  'texts of values': [
    ['1e0', '1.0'],
    ['1e10', '1.0E10'],
    ['1.5e-5', '1.5E-5'],
    ["REAL '1.1'", '1.1'],
    ['CAST(1e10 AS varchar)', '1.0E10'],
    ['infinity()', 'Infinity'],
    ['1.10', '1.10'],
    ['true', 'true'],
    ['NULL', undefined],
    ["bigint '9007199254740993'", '9007199254740993'],
    ['ARRAY[1, NULL, 3]', '[1, null, 3]'],
    ["MAP(ARRAY['a'], ARRAY[1])", '{a=1}'],
    ["ROW(1, 'x')", '{field0=1, field1=x}'],
    ["CAST(ROW(1, 'x') AS ROW(a int, b varchar))", '{a=1, b=x}'],
    ["X'00ff'", '00 ff'],
    ["timestamp '2020-01-01 00:00:00'", '2020-01-01 00:00:00.000'],
    ["timestamp '2020-01-01 00:00:00.123 UTC'", '2020-01-01 00:00:00.123 UTC'],
    ["interval '1' day", '1 00:00:00.000'],
  ],
  numbers: [
    ['5 / 2', '2'],
    ['-5 / 2', '-2'],
    ['5e0 / 2', '2.5'],
    ['2 * 6 / 4 - 1', '2'],
    ['try(1 / 0)', undefined],
    ["try_cast('17.5' AS bigint)", undefined],
    ["try_cast('1e3' AS bigint)", undefined],
    ['CAST(2.5e0 AS bigint)', '3'],
    ['CAST(true AS bigint)', '1'],
    ['greatest(1, NULL)', undefined],
    ['sum(x) FROM (VALUES 1, 2) t(x)', '3'],
  ],
  time: [
    ['current_timestamp', '2026-11-21 00:00:00.000 UTC'],
    ["CAST(current_date - interval '1' day AS varchar)", '2026-11-20'],
    ["date '2020-01-31' + interval '1' month", '2020-02-29'],
    ['from_unixtime(1760000000.123)', '2025-10-09 08:53:20.123 UTC'],
    ['to_iso8601(from_unixtime(1760000000.123))', '2025-10-09T08:53:20.123Z'],
    ["date_diff('day', timestamp '2020-01-01 23:00', timestamp '2020-01-02 01:00')", '0'],
    ["date_diff('millisecond', from_unixtime(0), from_iso8601_timestamp('2026-11-20T10:00:00.123Z'))", '1795168800123'],
    ["date_trunc('month', date '2020-01-15')", '2020-01-01'],
    ["date_format(timestamp '2020-01-15 10:30:00', '%Y/%m/%d %H:%i:%s')", '2020/01/15 10:30:00'],
    ["day_of_week(date '2020-01-05')", '7'],
  ],
  text: [
    ["concat('a', CAST(NULL AS varchar))", undefined],
    ["substr('abc', -2)", 'bc'],
    ["strpos('abc', 'c')", '3'],
    ["regexp_extract('abc', '(b)(c)', 2)", 'c'],
    ["regexp_extract('abc', 'x')", undefined],
    ["regexp_replace('abc', '(b)', '[$1]')", 'a[b]c'],
    ["to_hex(md5(to_utf8('a')))", '0CC175B9C0F1B6A831C399E269772661'],
    ["url_extract_parameter('https://e.com/?x=1&y=%20z', 'y')", ' z'],
    ["url_encode('a b&c')", 'a+b%26c'],
  ],
  JSON: [
    [`json_extract_scalar('{"a":1.10,"a":2}', '$.a')`, '1.10'],
    [`json_extract_scalar('{"a":1e3}', '$.a')`, '1e3'],
    [`json_extract_scalar('{"a":-0}', '$.a')`, '-0'],
    [`json_extract_scalar('{"a":9007199254740993123}', '$.a')`, '9007199254740993123'],
    [`json_extract_scalar('{"a":{}}', '$.a')`, undefined],
    [`json_extract_scalar('{"a":null}', '$.a')`, undefined],
    [`json_extract_scalar('{"a":1} and more', '$.a')`, '1'],
    [`json_extract_scalar('{"a":1, broken', '$.a')`, '1'],
    [`json_extract_scalar('broken', '$.a')`, undefined],
    [`json_extract_scalar('{"a":"\\ud800"}', '$.a')`, '?'],
    [`json_extract_scalar('{"a b":"\\u00e9\\n"}', '$["a b"]')`, 'é\n'],
    [`json_extract_scalar('[1,[2,3]]', '$[1][0]')`, '2'],
    [`json_extract('{"a":{"b": 1.10 }}', '$.a')`, '{"b":1.1}'],
    [`CAST(json_extract('{"a":[1,2]}', '$.a') AS array(bigint))`, '[1, 2]'],
    [`json_format(CAST('x' AS json))`, '"x"'],
  ],
  'arrays, maps and rows': [
    ['element_at(ARRAY[1, 2], 5)', undefined],
    ["element_at(MAP(ARRAY['a'], ARRAY[1]), 'a')", '1'],
    ["cardinality(MAP(ARRAY['a'], ARRAY[1]))", '1'],
    ['transform(ARRAY[1, 2], x -> x + 1)', '[2, 3]'],
    ["array_join(ARRAY['a', NULL], '-', '?')", 'a-?'],
    ['array_sort(ARRAY[3, NULL, 1])', '[1, 3, null]'],
    ["first[1] || first.b FROM (SELECT CAST(ROW('x', 'y') AS ROW(a varchar, b varchar)) AS first)", 'xy'],
    ["a || b FROM UNNEST(ARRAY['x'], ARRAY['y']) AS t(a, b)", 'xy'],
    ["n FROM UNNEST(ARRAY['x', 'y']) WITH ORDINALITY AS t(a, n) WHERE a = 'y'", '2'],
  ],
  queries: [
    ["min_by(x, y) FROM (VALUES (NULL, 1), ('b', 2)) t(x, y)", undefined],
    ['count(DISTINCT x) FILTER (WHERE x > 1) FROM (VALUES 1, 2, 2) t(x)', '1'],
    ['array_agg(x ORDER BY x DESC) FROM (VALUES 1, 2) t(x)', '[2, 1]'],
    ['sum(x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM (VALUES 7) t(x)', '7'],
    ['x FROM (VALUES 1, 2) t(x) ORDER BY x DESC NULLS LAST OFFSET 1 LIMIT 1', '1'],
    ['offset FROM (VALUES 1) t(offset)', '1'],
    ['(WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT max(x) FROM b)', '2'],
  ],
};

/** Statements with the beginnings of the reasons for which they fail. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['SELECT foo(1)', "FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered"],
  ["SELECT read_csv('/etc/passwd')", "FUNCTION_NOT_FOUND: line 1:8: Function 'read_csv' not registered"],
  ["SELECT * FROM read_csv('/etc/passwd')", 'NOT_SUPPORTED: line 1:15: Table function read_csv'],
  ["SELECT * FROM '/etc/passwd'", "SYNTAX_ERROR: line 1:15: mismatched input ''/etc/passwd''"],
  ['SELECT * FROM nope', "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.nope' does not exist"],
  ['SELECT 1,\n nope FROM strict', "COLUMN_NOT_FOUND: line 2:2: Column 'nope' cannot be resolved"],
  ['SELECT 1::int', "SYNTAX_ERROR: line 1:9: mismatched input ':'"],
  ['SELECT x FROM (VALUES 1) t(x) QUALIFY true', "SYNTAX_ERROR: line 1:31: mismatched input 'QUALIFY'"],
  ['SELECT * EXCLUDE (x) FROM (VALUES 1) t(x)', 'SYNTAX_ERROR'],
  ["SELECT 'a' ILIKE 'A'", "SYNTAX_ERROR: line 1:12: mismatched input 'ILIKE'"],
  ['SELECT [1, 2]', "SYNTAX_ERROR: line 1:8: mismatched input '['"],
  ['SELECT x, FROM (VALUES 1) t(x)', 'SYNTAX_ERROR'],
  ['SELECT x FROM (VALUES 1) t(x) GROUP BY ALL', 'SYNTAX_ERROR'],
  ['FROM (VALUES 1) t(x)', "SYNTAX_ERROR: line 1:1: mismatched input 'FROM'"],
  ['SELECT 1; SELECT 2', 'SYNTAX_ERROR: Only one sql statement is allowed'],
  ["SELECT 'a", 'SYNTAX_ERROR'],
  ["SELECT CAST('x' AS bigint)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to BIGINT"],
  ['SELECT 1 / 0', 'DIVISION_BY_ZERO: Division by zero'],
  ["SELECT json_extract_scalar('{}', 'a')", "INVALID_FUNCTION_ARGUMENT: Invalid JSON path: 'a'"],
  ['MSCK REPAIR TABLE events', 'NOT_SUPPORTED: MSCK REPAIR'],
  ['ALTER TABLE events ADD PARTITION (x = 1)', 'NOT_SUPPORTED: ALTER TABLE'],
  ['EXPLAIN SELECT 1', 'NOT_SUPPORTED: EXPLAIN'],
];

describe('Trino SQL in the embedded Athena', () => {
  let lake: Lake;
  beforeAll(async () => {
    lake = await Lake.open();
  });
  afterAll(() => lake.close());

  for (const [subject, values] of Object.entries(VALUES)) {
    test(`answers ${subject} as Athena does`, async () => {
      const found: (readonly [string, string | undefined])[] = [];
      for (const [expression] of values) found.push([expression, await lake.value(expression)]);

      expect(found).toEqual(values);
    });
  }

  test('refuses what Trino does not have, in its words', async () => {
    const found = await Promise.all(
      REFUSED.map(async ([sql, reason]) => [sql, (await lake.query(sql)).reason?.slice(0, reason.length)]),
    );

    expect(found).toEqual(REFUSED);
  });

  test('names columns without a name by their position, and types them', async () => {
    const { columns } = await lake.query(`SELECT 1, sum(x), x AS "Y", t.x, 'a' || 'b' FROM (VALUES 1) t(x) GROUP BY x`);

    expect(columns).toEqual([
      { name: '_col0', type: 'integer' },
      { name: '_col1', type: 'bigint' },
      { name: 'Y', type: 'integer' },
      { name: 'x', type: 'integer' },
      { name: '_col4', type: 'varchar' },
    ]);
  });
});
