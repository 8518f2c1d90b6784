import { BUCKET, Lake } from './athena-lake';

const ctas = (name: string, properties: string, query: string): string =>
  `CREATE TABLE "db"."${name}" WITH (format = 'PARQUET', ${properties}) AS ${query}`;
const BY = `partitioned_by = ARRAY['p'], bucketed_by = ARRAY['k'], bucket_count = 1`;

describe('CREATE TABLE AS in the embedded Athena', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
  });
  afterEach(() => lake.close());

  test('writes one object per partition and bucket, and registers table and partitions', async () => {
    const { state, id } = await lake.query(
      ctas(
        't',
        `write_compression = 'ZSTD', external_location = 's3://${BUCKET}/t/', ${BY}`,
        `SELECT k, v, p FROM (VALUES ('k1', 1, 'a b/c:d'), ('k2', 2, 'x'), ('k3', 3, NULL)) t(k, v, p)`,
      ),
    );
    const { rows } = await lake.query('SELECT k, v, p FROM t ORDER BY k');
    const table = lake.catalog.table('db', 't')!;

    expect(state).toBe('SUCCEEDED');
    expect(lake.store.keys(BUCKET, 't/')).toEqual([
      `t/p=__HIVE_DEFAULT_PARTITION__/000000_0_${id}_0.parquet`,
      `t/p=a b%2Fc%3Ad/000000_0_${id}_0.parquet`,
      `t/p=x/000000_0_${id}_0.parquet`,
    ]);
    expect(rows).toEqual([
      ['k1', '1', 'a b/c:d'],
      ['k2', '2', 'x'],
      ['k3', '3', undefined],
    ]);
    expect([table.TableType, table.PartitionKeys, table.StorageDescriptor?.Columns]).toEqual([
      'EXTERNAL_TABLE',
      [{ Name: 'p', Type: 'string' }],
      [
        { Name: 'k', Type: 'string' },
        { Name: 'v', Type: 'int' },
      ],
    ]);
    expect((await lake.query('SHOW PARTITIONS t')).rows).toEqual([['p=__HIVE_DEFAULT_PARTITION__'], ['p=a b%2Fc%3Ad'], ['p=x']]);
  });

  test('puts all rows of a bucket key into one file of at most bucket_count', async () => {
    await lake.query(
      ctas(
        't',
        `external_location = 's3://${BUCKET}/t/', partitioned_by = ARRAY['p'], bucketed_by = ARRAY['k'], bucket_count = 3`,
        `SELECT k % 7 AS k, 'a' AS p FROM UNNEST(sequence(1, 1000)) t(k)`,
      ),
    );

    const files = lake.store.keys(BUCKET, 't/').map((key) => key.slice(0, 13));
    const { rows } = await lake.query('SELECT k, count(DISTINCT "$path"), count(*) > 100 FROM t GROUP BY k');

    expect(files.every((file) => /^t\/p=a\/00000[012]_$/.test(file)) && new Set(files).size === files.length).toBe(true);
    expect(rows.map(([, paths, many]) => [paths, many])).toEqual(Array.from({ length: 7 }, () => ['1', 'true']));
  });

  test('refuses what Athena refuses, and leaves nothing behind', async () => {
    lake.store.write(BUCKET, 'full/x', 'x');
    const rows = (count: number): string => `SELECT x AS k, CAST(x AS varchar) AS p FROM UNNEST(sequence(1, ${count})) t(x)`;
    const at = (place: string): string => `external_location = 's3://${BUCKET}/${place}/'`;
    const refused = [
      [
        ctas('t', `${at('t')}, partitioned_by = ARRAY['p']`, `SELECT 'a' AS p, 1 AS k`),
        'HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and in the same order as the table properties: [p]',
      ],
      [
        ctas('t', `${at('t')}, ${BY}`, rows(101)),
        'HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets',
      ],
      [
        ctas('t', at('full'), 'SELECT 1 AS x'),
        `HIVE_PATH_ALREADY_EXISTS: Target directory for table 'db.t' already exists: s3://${BUCKET}/full/`,
      ],
      [
        ctas('events', at('t'), 'SELECT 1 AS x'),
        "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.db.events' already exists",
      ],
      [ctas('t', at('t'), 'SELECT 1'), 'MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1'],
      [
        ctas('t', `${at('t')}, colour = 'red'`, 'SELECT 1 AS x'),
        "INVALID_TABLE_PROPERTY: Catalog 'awsdatacatalog' table property 'colour' does not exist",
      ],
      [ctas('t', at('t'), 'SELECT current_timestamp AS x'), 'NOT_SUPPORTED: Unsupported Hive type: timestamp(3) with time zone'],
    ] as const;

    const found: (string | undefined)[] = [];
    for (const [sql, reason] of refused) found.push((await lake.query(sql)).reason?.slice(0, reason.length));

    expect(found).toEqual(refused.map(([, reason]) => reason));
    expect([lake.store.keys(BUCKET), lake.catalog.table('db', 't')]).toEqual([['full/x'], undefined]);
    expect((await lake.query(ctas('t', `${at('t')}, ${BY}`, rows(100)))).state).toBe('SUCCEEDED');
  });

  test('without rows there is a table and no object; dropping a table leaves its objects', async () => {
    await lake.query(
      ctas('empty', `external_location = 's3://${BUCKET}/empty/', ${BY}`, `SELECT 'k' AS k, 'p' AS p WHERE false`),
    );
    await lake.query(ctas('t', `external_location = 's3://${BUCKET}/t/'`, 'SELECT 1 AS x'));
    const before = lake.store.keys(BUCKET);

    const dropped = await Promise.all(
      ['DROP TABLE `db`.`t`', 'DROP TABLE IF EXISTS t', 'DROP TABLE t'].map((sql) => lake.query(sql)),
    );

    expect(lake.catalog.table('db', 'empty')?.Name).toBe('empty');
    expect(before.map((key) => key.slice(0, 2))).toEqual(['t/']);
    expect([lake.store.keys(BUCKET), lake.catalog.table('db', 't')]).toEqual([before, undefined]);
    expect(dropped.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'FAILED']);
  });

  test('compacts gathered lines and curated rows: window and grouped form agree', async () => {
    const line = (uuid: string, name: string, ingested: string, amount: string): string =>
      `{"created_datetime":"2026-11-20T10:00:00.123Z","event_type":"a","event_subtype":null,"ingested_at":"2026-11-20T${ingested}.000Z","event_uuid":"${uuid}","event_name":"${name}","amount":${amount}}`;
    lake.gathered(
      'R',
      'b1',
      [
        line('U1', 'a:x', '10:00:02', '2.10'),
        line('u1', 'a:x', '10:00:01', '1.10'),
        line('u2', 'a:y', '10:00:03', '9007199254740993'),
      ].join('\n'),
    );
    const incoming = `SELECT lower(json_extract_scalar(line, '$.event_uuid')) AS event_uuid, json_extract_scalar(line,'$.event_name') AS event_name, json_extract_scalar(line,'$.created_datetime') AS created_datetime, json_extract_scalar(line,'$.event_subtype') AS event_subtype, json_extract_scalar(line,'$.ingested_at') AS ingested_at, bigint '1' AS copies, '{' || substr(line, strpos(line, '"ingested_at":"') + 41) AS payload, json_extract_scalar(line,'$.event_type') AS event_type, substr(json_extract_scalar(line,'$.created_datetime'), 1, 10) AS created_date FROM "db"."events_gathered" WHERE run = 'R' AND batch = 'b1'`;
    const place = (name: string): string =>
      `external_location = 's3://${BUCKET}/${name}/', partitioned_by = ARRAY['event_type', 'created_date'], bucketed_by = ARRAY['event_uuid'], bucket_count = 1`;
    const window = (name: string, before: string): string =>
      ctas(
        name,
        place(name),
        `WITH incoming AS (${incoming}), everything AS (SELECT event_uuid, event_name, created_datetime, ingested_at, copies, payload, event_type, created_date FROM incoming${before}), ranked AS (SELECT *, row_number() OVER (PARTITION BY event_type, event_uuid, created_datetime ORDER BY ingested_at, payload) AS rank, sum(copies) OVER (PARTITION BY event_type, event_uuid, created_datetime) AS total FROM everything) SELECT event_uuid, event_name, date_diff('millisecond', from_unixtime(0), from_iso8601_timestamp(created_datetime)) AS created_at, created_datetime, ingested_at, CAST(total AS bigint) AS copies, payload, event_type, created_date FROM ranked WHERE rank = 1`,
      );
    const grouped = ctas(
      'grouped',
      place('grouped'),
      `WITH incoming AS (${incoming}), g AS (SELECT event_uuid, created_datetime, min_by(CAST(ROW(event_name, ingested_at, payload) AS ROW(event_name varchar, ingested_at varchar, payload varchar)), ROW(ingested_at, payload)) AS first, sum(copies) AS copies, event_type, created_date FROM incoming GROUP BY event_type, created_date, event_uuid, created_datetime) SELECT event_uuid, first.event_name, date_diff('millisecond', from_unixtime(0), from_iso8601_timestamp(created_datetime)) AS created_at, created_datetime, first[2] AS ingested_at, CAST(copies AS bigint) AS copies, first[3] AS payload, event_type, created_date FROM g`,
    );

    const states = [];
    for (const sql of [
      window('once', ''),
      grouped,
      window(
        'twice',
        ` UNION ALL SELECT event_uuid, event_name, created_datetime, ingested_at, copies, payload, event_type, created_date FROM once WHERE (event_type = 'a' AND created_date = '2026-11-20')`,
      ),
    ]) {
      states.push((await lake.query(sql)).state);
    }
    const read = async (table: string): Promise<unknown> => (await lake.query(`SELECT * FROM ${table} ORDER BY event_uuid`)).rows;
    const rows = (copies: readonly string[]): unknown => [
      [
        'u1',
        'a:x',
        '1795168800123',
        '2026-11-20T10:00:00.123Z',
        '2026-11-20T10:00:01.000Z',
        copies[0],
        '{"event_uuid":"u1","event_name":"a:x","amount":1.10}',
        'a',
        '2026-11-20',
      ],
      [
        'u2',
        'a:y',
        '1795168800123',
        '2026-11-20T10:00:00.123Z',
        '2026-11-20T10:00:03.000Z',
        copies[1],
        '{"event_uuid":"u2","event_name":"a:y","amount":9007199254740993}',
        'a',
        '2026-11-20',
      ],
    ];

    expect(states).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(await read('once')).toEqual(rows(['2', '1']));
    expect(await read('grouped')).toEqual(rows(['2', '1']));
    expect(await read('twice')).toEqual(rows(['4', '2']));
  });
});
