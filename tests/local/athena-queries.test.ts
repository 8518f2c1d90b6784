import { BUCKET, Lake } from './athena-lake';

const TOKEN = 'a-token-of-at-least-32-characters-1';

describe('queries of the embedded Athena', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
  });
  afterEach(() => lake.close());

  test('one token starts one query, even one that failed; another query with it is refused', async () => {
    const first = await lake.query('SELECT nope()', { ClientRequestToken: TOKEN });

    expect([first.state, await lake.start('SELECT nope()', { ClientRequestToken: TOKEN })]).toEqual(['FAILED', first.id]);
    await expect(lake.start('SELECT 1', { ClientRequestToken: TOKEN })).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: 'Idempotent parameters do not match',
    });
  });

  test('refuses what cannot be started', async () => {
    const start = (sql: string, more: Readonly<Record<string, unknown>>): Promise<unknown> => lake.start(sql, more);
    const ctas = `CREATE TABLE t WITH (external_location = 's3://${BUCKET}/t/') AS SELECT 1 AS x`;

    await expect(start('SELECT 1', { WorkGroup: 'primary' })).rejects.toThrow('No output location provided.');
    await expect(start('SELECT 1', { WorkGroup: 'nope' })).rejects.toThrow('WorkGroup is not found.');
    await expect(start(ctas, { WorkGroup: 'strict' })).rejects.toThrow(
      "submitted with an 'external_location' property to an Athena Workgroup that enforces",
    );
    await expect(start(`SELECT '${'x'.repeat(262_144)}'`, {})).rejects.toThrow('less than or equal to 262144');
    await expect(start('SELECT ?', { ExecutionParameters: ['1'] })).rejects.toThrow('ExecutionParameters is not supported');
    await expect(lake.call('GetQueryExecution', { QueryExecutionId: 'nope' })).rejects.toThrow(
      'QueryExecution nope was not found',
    );
  });

  test('a query that would scan more than the workgroup allows is cancelled before it reads', async () => {
    lake.gathered('R', 'b1', 'more than ten bytes\n');

    const { state, reason } = await lake.query(`SELECT line FROM events_gathered WHERE run = 'R' AND batch = 'b1'`, {
      WorkGroup: 'strict',
    });

    expect([state, reason]).toEqual(['CANCELLED', 'Query cancelled! : Bytes scanned limit was exceeded']);
    expect(lake.store.keys('results')).toEqual([]);
  });

  test('pages results, the names of columns first, and writes them as CSV', async () => {
    const id = await lake.start(
      `SELECT x, if(x = 2, NULL, 'a "quoted", line' || chr(10)) AS text FROM UNNEST(sequence(1, 1500)) t(x) ORDER BY x`,
    );
    await expect(lake.call('GetQueryResults', { QueryExecutionId: id })).rejects.toThrow(
      'Query has not yet finished. Current state:',
    );
    await lake.clock.idle();
    const pages: number[] = [];
    const rows: unknown[] = [];
    for (let token: unknown; pages.length === 0 || token !== undefined;) {
      const page = await lake.call('GetQueryResults', {
        QueryExecutionId: id,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      const found = (
        page['ResultSet'] as { readonly Rows: readonly { readonly Data: readonly { readonly VarCharValue?: string }[] }[] }
      ).Rows;
      rows.push(...found.map(({ Data }) => Data));
      pages.push(found.length);
      token = page['NextToken'];
    }

    expect(pages).toEqual([1000, 501]);
    expect(rows.slice(0, 3)).toEqual([
      [{ VarCharValue: 'x' }, { VarCharValue: 'text' }],
      [{ VarCharValue: '1' }, { VarCharValue: 'a "quoted", line\n' }],
      [{ VarCharValue: '2' }, {}],
    ]);
    expect(lake.store.keys('results')).toEqual([`open/${id}.csv`]);
  });

  test('virtual time waits for a query; a waiting one can be stopped', async () => {
    const first = await lake.start('SELECT 1');
    const second = await lake.start('SELECT 2');
    await lake.call('StopQueryExecution', { QueryExecutionId: second });
    await lake.clock.advance(60_000);

    expect([lake.athena.statisticsOf(first)?.state, lake.athena.statisticsOf(second)?.state]).toEqual(['SUCCEEDED', 'CANCELLED']);
    const { QueryExecution } = (await lake.call('GetQueryExecution', { QueryExecutionId: first })) as {
      readonly QueryExecution: { readonly Status: object };
    };
    expect(QueryExecution.Status).toMatchObject({ SubmissionDateTime: 1_795_219_200, CompletionDateTime: 1_795_219_200 });
  });

  test('a running query can be stopped', async () => {
    const id = await lake.start(
      `WITH n AS (SELECT x FROM UNNEST(sequence(1, 10000)) AS t (x))
       SELECT count(*) FROM n a CROSS JOIN n b CROSS JOIN n c WHERE (a.x * b.x + c.x) % 7 = 3`,
    );
    for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    await lake.call('StopQueryExecution', { QueryExecutionId: id });
    await lake.clock.idle();

    expect(lake.athena.statisticsOf(id)?.state).toBe('CANCELLED');
  });

  test('remembers its queries and their results over a restart', async () => {
    const { id } = await lake.query("SELECT 'x' AS y");
    await lake.stop();
    const again = await Lake.open({}, lake.folder);
    try {
      const { ResultSet } = (await again.call('GetQueryResults', { QueryExecutionId: id })) as {
        readonly ResultSet: { readonly Rows: unknown };
      };

      expect(ResultSet.Rows).toEqual([{ Data: [{ VarCharValue: 'y' }] }, { Data: [{ VarCharValue: 'x' }] }]);
      expect(await again.call('ListQueryExecutions', { WorkGroup: 'open' })).toEqual({ QueryExecutionIds: [id] });
    } finally {
      await again.stop();
      lake = await Lake.open({}, lake.folder);
    }
  });
});
