import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { UsageError } from '../../contracts/errors';
import { engineChoice } from '../../cli/engine';
import { tokensOf } from '../../local/stand-ins/athena/lexer';
import { parseJson } from '../../local/stand-ins/athena/trino/json';
import { trinoCreate, withTime } from '../../local/stand-ins/athena/trino/statements';
import { parseStatement } from '../../local/stand-ins/athena/statements';
import { athenaText, athenaType, trinoTypeOf } from '../../local/stand-ins/athena/trino/values';
import { Lake } from './athena-lake';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

type Play = (asked: Asked, url: string) => string | number | undefined;

/** Plays Trino's side of the protocol, as a script says it; undefined leaves a request without an answer. */
const playing = async (play: Play): Promise<{ readonly url: string; readonly asked: Asked[]; close(): Promise<void> }> => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { method: request.method ?? '', path: request.url ?? '', body, headers: request.headers };
      asked.push(one);
      const answer =
        one.path === '/v1/info'
          ? '{"nodeVersion":{"version":"476"},"starting":false}'
          : play(one, `http://${request.headers.host}`);
      if (typeof answer === 'number') response.writeHead(answer).end('busy');
      else if (answer !== undefined) response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const column = (name: string, rawType: string): string =>
  `{"name":"${name}","type":"${rawType}","typeSignature":{"rawType":"${rawType}","arguments":[]}}`;

describe('Trino’s protocol', () => {
  test('keeps the digits of numbers and the order of members', () => {
    const json = parseJson('{"z":9007199254740993,"10":[1.10,1.0E10,null,true],"2":"a\\u00e9\\n"}');
    expect([...(json as ReadonlyMap<string, unknown>).keys()]).toEqual(['z', '10', '2']);
    expect(json).toEqual(
      new Map<string, unknown>([
        ['z', { text: '9007199254740993' }],
        ['10', [{ text: '1.10' }, { text: '1.0E10' }, null, true]],
        ['2', 'aé\n'],
      ]),
    );
    for (const broken of ['', '{"a":1', '[1,]', '{"a" 1}', 'nul', '[1] 2', '"a'])
      expect(() => parseJson(broken)).toThrow(SyntaxError);
  });

  test('values are written as Athena writes them', () => {
    const type = trinoTypeOf(
      parseJson(`{"rawType":"row","arguments":[
        {"kind":"NAMED_TYPE","value":{"fieldName":{"name":"a"},"typeSignature":{"rawType":"array","arguments":[{"kind":"TYPE","value":{"rawType":"double","arguments":[]}}]}}},
        {"kind":"NAMED_TYPE","value":{"typeSignature":{"rawType":"map","arguments":[{"kind":"TYPE","value":{"rawType":"integer","arguments":[]}},{"kind":"TYPE","value":{"rawType":"varbinary","arguments":[]}}]}}}]}`),
    );
    expect(athenaText(parseJson('[[1.0,"NaN",null],{"10":"AP8=","2":null}]'), type)).toBe(
      '{a=[1.0, NaN, null], field1={10=00 ff, 2=null}}',
    );
    expect(athenaText(null, type)).toBeUndefined();
    const named = (rawType: string, numbers: readonly number[] = []): ReturnType<typeof athenaType> =>
      athenaType({ name: rawType, numbers, inner: [] });
    expect(named('decimal', [10, 2])).toEqual({ name: 'decimal', precision: 10, scale: 2 });
    expect(named('real')).toEqual({ name: 'float', precision: 17, scale: 0 });
    expect(named('bigint')).toEqual({ name: 'bigint', precision: 19, scale: 0 });
  });
});

describe('statements for Trino', () => {
  const NOW = Date.UTC(2026, 10, 21, 10, 20, 30, 4);
  const timed = (sql: string): string => {
    const tokens = tokensOf(sql);
    return withTime(sql, tokens, 0, tokens.length, NOW);
  };

  test('ask the host’s clock for the time, and stay the same otherwise', () => {
    expect(timed('SELECT  now( ), current_date, x.now, "now", now(1) -- current_date\nFROM t')).toBe(
      "SELECT  TIMESTAMP '2026-11-21 10:20:30.004 UTC', DATE '2026-11-21', x.now, \"now\", now(1) -- current_date\nFROM t",
    );
    expect(timed("SELECT 'now()', localtimestamp")).toBe("SELECT 'now()', TIMESTAMP '2026-11-21 10:20:30.004'");
  });

  test('take Athena’s own properties of CTAS', () => {
    const sql = `CREATE TABLE t WITH (format = 'PARQUET', write_compression = 'ZSTD', partitioned_by = ARRAY['d'], bucketed_by = ARRAY['a'],
      bucket_count = 3) AS SELECT 1 AS a, 'x' AS d WITH NO DATA`;
    const statement = parseStatement(sql, 'db');
    if (statement.kind !== 'ctas') throw new Error(statement.kind);
    const { sql: sent, session } = trinoCreate(statement, sql, "s3://b/it's/", NOW);
    expect(sent).toBe(
      `CREATE TABLE "awsdatacatalog"."db"."t" WITH (format = 'PARQUET', external_location = 's3://b/it''s/', partitioned_by = ARRAY['d'], bucketed_by = ARRAY['a'], bucket_count = 3) AS SELECT 1 AS a, 'x' AS d WITH NO DATA`,
    );
    expect(session['awsdatacatalog.compression_codec']).toBe('ZSTD');
    const lz4 = parseStatement("CREATE TABLE t WITH (write_compression = 'LZ4') AS SELECT 1 AS a", 'db');
    if (lz4.kind !== 'ctas') throw new Error(lz4.kind);
    expect(() => trinoCreate(lz4, '', 's3://b/a/', NOW)).toThrow('LZ4');
  });
});

describe('a query on Trino', () => {
  const opened = async (play: Play): Promise<{ lake: Lake; asked: Asked[]; close(): Promise<void> }> => {
    const server = await playing(play);
    const lake = await Lake.open({ engine: { kind: 'trino', url: server.url } });
    return {
      lake,
      asked: server.asked,
      close: async () => {
        await lake.close();
        await server.close();
      },
    };
  };

  test('is posted with its place, its pages are followed, also when told to come again, and its rows become the result', async () => {
    let busy = 2;
    const { lake, asked, close } = await opened(({ method, path }, url) => {
      if (method === 'POST') return `{"id":"q","nextUri":"${url}/v1/statement/q/1","stats":{}}`;
      if (path === '/v1/statement/q/1' && busy-- > 0) return 503;
      if (path === '/v1/statement/q/1')
        return `{"id":"q","columns":[${column('n', 'bigint')},${column('t', 'varchar')}],"data":[[9007199254740993,"a\\"b"]],"nextUri":"${url}/v1/statement/q/2","stats":{"physicalInputBytes":10}}`;
      if (path === '/v1/statement/q/2')
        return `{"id":"q","columns":[${column('n', 'bigint')},${column('t', 'varchar')}],"data":[[null,""]],"stats":{"physicalInputBytes":12}}`;
      return '{"queryStats":{"operatorSummaries":[{"operatorType":"TableScanOperator","totalDrivers":3},{"operatorType":"OutputOperator","totalDrivers":9}]}}';
    });
    try {
      const answer = await lake.query('SELECT n, t FROM x');
      expect(answer).toMatchObject({
        state: 'SUCCEEDED',
        rows: [
          ['9007199254740993', 'a"b'],
          [undefined, ''],
        ],
        bytes: 12,
        objects: 3,
      });
      expect(answer.columns).toEqual([
        { name: 'n', type: 'bigint' },
        { name: 't', type: 'varchar' },
      ]);
      const posted = asked.find(({ method }) => method === 'POST');
      expect(posted?.body).toBe('SELECT n, t FROM x');
      expect(posted?.headers).toMatchObject({
        'x-trino-catalog': 'awsdatacatalog',
        'x-trino-schema': 'db',
        'x-trino-time-zone': 'UTC',
      });
    } finally {
      await close();
    }
  });

  test('fails with Trino’s error in Athena’s words, and with the system’s category where Trino itself is at fault', async () => {
    let error = '';
    const { lake, close } = await opened(() => `{"id":"q","error":${error},"stats":{}}`);
    const ended = async (name: string, type: string, message: string): Promise<string | undefined> => {
      error = JSON.stringify({ errorName: name, errorType: type, message });
      return (await lake.query('SELECT 1')).reason;
    };
    try {
      expect(await ended('COLUMN_NOT_FOUND', 'USER_ERROR', "line 1:8: Column 'a' cannot be resolved")).toBe(
        "COLUMN_NOT_FOUND: line 1:8: Column 'a' cannot be resolved or requester is not authorized to access requested resources",
      );
      expect(await ended('SYNTAX_ERROR', 'USER_ERROR', "line 1:1: mismatched input 'x'. Expecting: 'ALTER', <query>")).toBe(
        "SYNTAX_ERROR: line 1:1: mismatched input 'x'",
      );
      expect(await ended('GENERIC_INTERNAL_ERROR', 'INTERNAL_ERROR', 'oops')).toBe('GENERIC_INTERNAL_ERROR: oops');
      const { id } = await lake.query('SELECT 1');
      const execution = (await lake.call('GetQueryExecution', { QueryExecutionId: id }))['QueryExecution'];
      expect(execution).toMatchObject({ Status: { AthenaError: { ErrorCategory: 1 } } });
    } finally {
      await close();
    }
  });

  test('that is stopped is cancelled on Trino, and so is one that scans more than its workgroup allows', async () => {
    let scanned = 0;
    const { lake, asked, close } = await opened(({ method, path }, url) => {
      if (method === 'DELETE') return '';
      return `{"id":"q","nextUri":"${url}${path}/1","stats":{"physicalInputBytes":${scanned}}}`;
    });
    try {
      const id = await lake.start('SELECT 1');
      await new Promise<void>((resolve) => {
        const look = (): void => (asked.length > 3 ? resolve() : void setImmediate(look));
        look();
      });
      await lake.call('StopQueryExecution', { QueryExecutionId: id });
      await lake.clock.idle();
      expect(lake.athena.statisticsOf(id)?.state).toBe('CANCELLED');
      expect(asked.some(({ method, path }) => method === 'DELETE' && path === '/v1/query/q')).toBe(true);
      scanned = 11;
      const above = await lake.query('SELECT 1', { WorkGroup: 'strict' });
      expect(above).toMatchObject({ state: 'CANCELLED', reason: 'Query cancelled! : Bytes scanned limit was exceeded' });
    } finally {
      await close();
    }
  });

  test('cannot be asked where no Trino answers, or one that reads another host: wrong use', async () => {
    const server = await playing(() => `{"id":"q","columns":[${column('Schema', 'varchar')}],"data":[["other"]],"stats":{}}`);
    const lake = await Lake.open({ engine: { kind: 'trino', url: server.url } });
    try {
      await expect(lake.athena.checkEngine('http://127.0.0.1:4566')).rejects.toThrow(/reads another host: .* has no database db/);
      await expect(lake.athena.checkEngine('http://127.0.0.1:4566')).rejects.toBeInstanceOf(UsageError);
    } finally {
      await lake.close();
      await server.close();
    }
    await expect(Lake.open({ engine: { kind: 'trino', url: server.url } })).rejects.toThrow(
      /no Trino can be used at http:\S+ \(.+\); start one/,
    );
    expect(() => engineChoice({ engine: 'trino', trino: undefined })).toThrow(UsageError);
    expect(() => engineChoice({ engine: 'embedded', trino: 'http://x' })).toThrow('--engine trino');
  });
});
