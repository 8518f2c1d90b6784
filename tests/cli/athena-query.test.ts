import { AthenaClient, InvalidRequestException } from '@aws-sdk/client-athena';
import { namedRows, runQuery } from '../../cli/athena-query';
import { LithifyError, UsageError } from '../../contracts/errors';

/** An Athena that answers each operation as the test says; the pages of a result in order. */
const athena = (answers: {
  readonly status: object;
  readonly pages?: readonly (readonly (readonly (string | undefined)[])[])[];
  readonly statementType?: string;
}) => {
  const client = new AthenaClient({ region: 'eu-west-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
  const started: object[] = [];
  const answer = (command: { readonly input: object }): object => {
    switch (command.constructor.name) {
      case 'StartQueryExecutionCommand':
        started.push(command.input);
        return { QueryExecutionId: 'q1' };
      case 'GetQueryExecutionCommand':
        return {
          QueryExecution: {
            QueryExecutionId: 'q1',
            StatementType: answers.statementType ?? 'DML',
            Statistics: { DataScannedInBytes: 12, TotalExecutionTimeInMillis: 34 },
            Status: answers.status,
          },
        };
      case 'GetQueryResultsCommand': {
        const page = Number((command.input as { NextToken?: string }).NextToken ?? 0);
        const rows = answers.pages?.[page] ?? [];
        return {
          ResultSet: {
            ResultSetMetadata: {
              ColumnInfo: [
                { Name: 'a', Type: 'varchar' },
                { Name: 'b', Type: 'bigint' },
              ],
            },
            Rows: rows.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
          },
          ...(page + 1 < (answers.pages?.length ?? 0) && { NextToken: String(page + 1) }),
        };
      }
      default:
        throw new Error(`unexpected ${command.constructor.name}`);
    }
  };
  client.send = (command: { readonly input: object }) => Promise.resolve().then(() => answer(command));
  return { client, started };
};
const request = { sql: 'SELECT a, b FROM t', database: 'd', workgroup: 'w' };

describe('a query', () => {
  it('reads every page, drops the row of names once, and keeps NULL from an empty text', async () => {
    const { client, started } = athena({
      status: { State: 'SUCCEEDED' },
      pages: [
        [
          ['a', 'b'],
          ['', '1'],
        ],
        [
          ['a', 'b'],
          [undefined, '2'],
        ],
      ],
    });
    const result = await runQuery(client, request);
    expect(result).toMatchObject({ queryExecutionId: 'q1', bytesScanned: 12, millis: 34 });
    expect(namedRows(result)).toEqual([
      { a: '', b: '1' },
      { a: 'a', b: 'b' },
      { a: null, b: '2' },
    ]);
    expect(started).toEqual([
      { QueryString: request.sql, WorkGroup: 'w', QueryExecutionContext: { Database: 'd', Catalog: 'AwsDataCatalog' } },
    ]);
  });

  it('of another kind than SELECT has no row of names', async () => {
    const { client } = athena({ status: { State: 'SUCCEEDED' }, statementType: 'UTILITY', pages: [[['events', '1']]] });
    expect((await runQuery(client, request)).rows).toEqual([['events', '1']]);
  });

  it("that is wrong is wrong use, in one line of Athena's words; one that fails otherwise is a failed operation", async () => {
    const failed = (ErrorCategory: number) =>
      athena({
        status: {
          State: 'FAILED',
          StateChangeReason: 'SYNTAX_ERROR: line 1:1:\n mismatched input',
          AthenaError: { ErrorCategory },
        },
      }).client;
    const user: unknown = await runQuery(failed(2), request).catch((thrown: unknown) => thrown);
    expect(user).toBeInstanceOf(UsageError);
    expect(user).toMatchObject({ message: 'SYNTAX_ERROR: line 1:1: mismatched input' });
    const system: unknown = await runQuery(failed(1), request).catch((thrown: unknown) => thrown);
    expect(system).toBeInstanceOf(LithifyError);
    expect(system).not.toBeInstanceOf(UsageError);
  });

  it('that Athena does not start at all is wrong use', async () => {
    const { client } = athena({ status: {} });
    client.send = () => Promise.reject(new InvalidRequestException({ message: 'WorkGroup is not found.', $metadata: {} }));
    const thrown: unknown = await runQuery(client, request).catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ message: 'WorkGroup is not found.' });
  });
});
