import { gzipSync } from 'node:zlib';
import { BUCKET, Lake, PARQUET_STORAGE } from './athena-lake';

const GATHERED = `events_gathered WHERE run = 'R' AND batch = 'b1'`;

describe('tables of the embedded Athena', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
  });
  afterEach(() => lake.close());

  const lines = async (): Promise<readonly (string | undefined)[]> =>
    (await lake.query(`SELECT line FROM ${GATHERED}`)).rows.map(([line]) => line);
  const raw = (type: string, date: string, name: string, body: string): void =>
    lake.store.write(BUCKET, `raw/events/event_type=${type}/created_date=${date}/${name}`, gzipSync(body));

  test('a text table gives lines as they are, of concatenated gzip members too', async () => {
    const odd = ['{"a":"\\"q\\", x"}', '', '  spaces  ', 'it\'s, "a"\tb', '\\', '# no comment', 'é𝄞', 'last without a newline'];
    const members = odd.map((line, index) => gzipSync(index === odd.length - 1 ? line : `${line}\n`));
    lake.store.write(BUCKET, 'runs/events/R/gathered/b1/g.gz', Buffer.concat(members));

    expect(await lines()).toEqual(odd);
  });

  test('a text table reads carriage returns as line ends and lines of more than two million bytes', async () => {
    const long = `{"x":"${'y'.repeat(3_000_000)}"}`;
    lake.gathered('R', 'b1', `one\r\ntwo\r\n${long}\n`);

    const [one, two, three, ...rest] = [...(await lines())].sort((left, right) => left!.length - right!.length);

    expect([one, two, three?.length, rest]).toEqual(['one', 'two', long.length, []]);
  });

  test('an object that is cut off fails the query, naming it', async () => {
    const whole = gzipSync('{"a":1}\n'.repeat(1000));
    lake.store.write(BUCKET, 'runs/events/R/gathered/b1/cut.gz', whole.subarray(0, whole.length - 12));

    const { state, reason } = await lake.query(`SELECT count(*) FROM ${GATHERED}`);

    expect([state, reason]).toEqual([
      'FAILED',
      `HIVE_CURSOR_ERROR: Failed to read file at s3://${BUCKET}/runs/events/R/gathered/b1/cut.gz: Unexpected end of ZLIB input stream`,
    ]);
  });

  test('injected columns need one value each; an unknown one has no rows', async () => {
    lake.gathered('R', 'b1', 'x\n');
    lake.gathered('R', 'b2', 'y\n');

    const [whole, unknown, half, two] = await Promise.all(
      [`run = 'R' AND batch = 'b1'`, `run = 'R' AND batch = 'nope'`, `run = 'R'`, `run = 'R' AND batch IN ('b1', 'b2')`].map(
        (where) => lake.query(`WITH g AS (SELECT * FROM events_gathered) SELECT count(*) FROM g WHERE ${where}`),
      ),
    );

    expect([whole!.rows, unknown!.rows]).toEqual([[['1']], [['0']]]);
    expect(half!.reason).toContain("Column projection for column 'batch' failed. Injected projection requires single predicate");
    expect(two!.state).toBe('FAILED');
  });

  test('a projected JSON table gives rows of NULLs for bad lines, and keeps the text of numbers and objects', async () => {
    raw(
      'a',
      '2026-11-20',
      'deep/er/1.gz',
      '{"event_uuid":"1","created_at":9007199254740993,"amount":1.10,"customer":{"id":"x","tags":["p"]}}\nbad\n',
    );
    raw('a', '2026-11-20', '2.gz', '{"EVENT_UUID":"2","created_at":"7","amount":{"b":1.0}}\n');
    raw('a', '2026-11-20', '_hidden.gz', '{"event_uuid":"hidden"}\n');

    const { rows } = await lake.query('SELECT event_uuid, created_at, amount, customer, customer.id FROM events_raw ORDER BY 1');

    expect(rows).toEqual([
      ['1', '9007199254740993', '1.10', '{id=x, tags=[p]}', 'x'],
      ['2', '7', '{"b":1.0}', undefined, undefined],
      [undefined, undefined, undefined, undefined, undefined],
    ]);
  });

  test('without ignore.malformed.json a bad line fails the query, naming the object', async () => {
    lake.store.write(BUCKET, 'strict/1.gz', gzipSync('{"a":"x"}\n{"a":\n'));

    expect((await lake.query('SELECT a FROM strict')).reason).toContain(
      `HIVE_CURSOR_ERROR: Row is not a valid JSON Object in s3://${BUCKET}/strict/1.gz`,
    );
  });

  test('projection gives values of the enumeration, the range and the format alone', async () => {
    for (const [type, date] of [
      ['a', '2026-11-20'],
      ['a', '2026-11-22'],
      ['a', '2026-11-23'],
      ['a', '2026-10-31'],
      ['zz', '2026-11-20'],
      ['b', '2026-11-1'],
    ] as const) {
      raw(type, date, '1.gz', '{"event_uuid":"1"}\n');
    }

    expect((await lake.query('SELECT event_type, created_date FROM events_raw ORDER BY 2')).rows).toEqual([
      ['a', '2026-11-20'],
      ['a', '2026-11-22'],
    ]);
  });

  test('opens and counts the objects of the partitions that the predicates leave', async () => {
    for (const type of ['a', 'b'])
      for (const day of ['18', '19', '20']) raw(type, `2026-11-${day}`, '1.gz', `{"event_uuid":"${type}${day}"}\n`);
    const size = (await lake.query('SELECT count(*) FROM events_raw')).bytes / 6;
    const objects = async (where: string): Promise<readonly number[]> => {
      const { objects: opened, bytes, rows } = await lake.query(`SELECT count(event_uuid) FROM events_raw WHERE ${where}`);
      return [opened, Math.round(bytes / size), Number(rows[0]![0])];
    };

    expect(await objects(`event_type = 'a'`)).toEqual([3, 3, 3]);
    expect(await objects(`event_type = 'a' AND created_date >= '2026-11-19'`)).toEqual([2, 2, 2]);
    expect(
      await objects(
        `(event_type = 'a' AND created_date = '2026-11-18') OR (event_type = 'b' AND created_date IN ('2026-11-19', '2026-11-20'))`,
      ),
    ).toEqual([3, 3, 3]);
    expect(await objects(`created_date LIKE '%-18'`)).toEqual([2, 2, 2]);
    expect(await objects(`substr(created_date, 9) = '18' AND event_uuid <> 'x'`)).toEqual([2, 2, 2]);
    expect(await objects(`event_type = 'a' OR event_uuid = 'b20'`)).toEqual([6, 6, 4]);
    expect(await objects(`event_type = 'x''y'`)).toEqual([0, 0, 0]);
  });

  test('"$path" is hidden from *, and names the object', async () => {
    raw('a', '2026-11-20', '1.gz', '{"event_uuid":"1"}\n');

    const { columns } = await lake.query(`SELECT * FROM events_raw WHERE "$path" LIKE '%/1.gz'`);
    const { rows } = await lake.query('SELECT "$path" FROM events_raw');

    expect(columns.map(({ name }) => name)).toEqual([
      'event_uuid',
      'created_at',
      'amount',
      'customer',
      'event_type',
      'created_date',
    ]);
    expect(rows).toEqual([[`s3://${BUCKET}/raw/events/event_type=a/created_date=2026-11-20/1.gz`]]);
  });

  test('Parquet partitions are those of the catalog, their columns found by name, and their needed columns counted', async () => {
    await lake.query(
      `CREATE TABLE one WITH (external_location = 's3://${BUCKET}/one/') AS SELECT 'p' AS payload, 'u1' AS event_uuid, bigint '2' AS copies`,
    );
    await lake.query(
      `CREATE TABLE two WITH (external_location = 's3://${BUCKET}/two/') AS SELECT 'u2' AS event_uuid, bigint '7' AS created_at, 'q' AS payload`,
    );
    const table = lake.catalog.table('db', 'events')!;
    const none = await lake.query('SELECT count(*) FROM events');
    await lake.catalog.service.operations['BatchCreatePartition']!(
      {
        DatabaseName: 'db',
        TableName: 'events',
        PartitionInputList: [
          { Values: ['a', '2026-11-20'], StorageDescriptor: { ...PARQUET_STORAGE, Location: `s3://${BUCKET}/one` } },
          { Values: ['b', '2026-11-20'], StorageDescriptor: { ...PARQUET_STORAGE, Location: `s3://${BUCKET}/two/` } },
        ],
      },
      { arn: 'x', accessKeyId: 'x' },
    );

    const all = await lake.query('SELECT * FROM events ORDER BY event_uuid');
    const [count, one, payload] = await Promise.all([
      lake.query('SELECT count(*) FROM events'),
      lake.query(`SELECT event_uuid FROM events WHERE event_type = 'a'`),
      lake.query('SELECT event_uuid, payload FROM events'),
    ]);

    expect(table.PartitionKeys).toHaveLength(2);
    expect(none.rows).toEqual([['0']]);
    expect(all.rows).toEqual([
      ['u1', undefined, '2', 'p', 'a', '2026-11-20'],
      ['u2', '7', undefined, 'q', 'b', '2026-11-20'],
    ]);
    expect([count.rows, count.bytes, one.rows, one.objects]).toEqual([[['2']], 0, [['u1']], 1]);
    expect(payload.bytes).toBeGreaterThan(one.bytes * 2);
  });
});
