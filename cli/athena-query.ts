import {
  GetQueryExecutionCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  type AthenaClient,
  type QueryExecution,
  type Row,
} from '@aws-sdk/client-athena';
import { LithifyError, UsageError } from '../contracts/errors';

export interface QueryColumn {
  readonly name: string;
  /** Athena's name of the type: `bigint`, `decimal`, `varchar`, `array`. */
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
}

/** A value as GetQueryResults spells it; null is SQL's NULL. */
export type Cell = string | null;

export interface QueryResult {
  readonly queryExecutionId: string;
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly bytesScanned: number;
  readonly millis: number;
}

export interface QueryRequest {
  readonly sql: string;
  readonly database: string;
  readonly workgroup: string;
  readonly onState?: (state: string) => void;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const start = async (client: Pick<AthenaClient, 'send'>, { sql, database, workgroup }: QueryRequest): Promise<string> => {
  try {
    const { QueryExecutionId } = await client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database, Catalog: 'AwsDataCatalog' },
      }),
    );
    return QueryExecutionId ?? '';
  } catch (thrown) {
    // What Athena refuses to start at all is a mistake in what was asked: no such workgroup, a statement too long.
    if (thrown instanceof InvalidRequestException) throw new UsageError(oneLine(thrown.message), { cause: thrown });
    throw thrown;
  }
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Athena's categories of failure: https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html */
const USER_ERROR = 2;

const failed = ({ Status, QueryExecutionId }: QueryExecution): Error => {
  const reason = oneLine(Status?.StateChangeReason ?? `query ${QueryExecutionId} ended as ${Status?.State}`);
  return Status?.AthenaError?.ErrorCategory === USER_ERROR ? new UsageError(reason) : new LithifyError('query', reason);
};

const ended = async (
  client: Pick<AthenaClient, 'send'>,
  id: string,
  onState: (state: string) => void,
): Promise<QueryExecution> => {
  for (let wait = 20; ; wait = Math.min(1_000, wait * 1.5)) {
    const { QueryExecution: execution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    const state = execution?.Status?.State;
    if (execution !== undefined && state === 'SUCCEEDED') return execution;
    if (execution !== undefined && (state === 'FAILED' || state === 'CANCELLED')) throw failed(execution);
    onState(state ?? 'QUEUED');
    await pause(wait);
  }
};

const cellsOf = ({ Data }: Row): readonly Cell[] => (Data ?? []).map(({ VarCharValue }) => VarCharValue ?? null);

/** Runs a statement to its end and reads all of its rows. Throws a UsageError with Athena's words where the statement is wrong. */
export const runQuery = async (client: AthenaClient, request: QueryRequest): Promise<QueryResult> => {
  const id = await start(client, request);
  const { Statistics, StatementType } = await ended(client, id, request.onState ?? (() => undefined));
  const columns: QueryColumn[] = [];
  const rows: (readonly Cell[])[] = [];
  let first = true;
  for await (const page of paginateGetQueryResults({ client, pageSize: 1_000 }, { QueryExecutionId: id })) {
    const cells = (page.ResultSet?.Rows ?? []).map(cellsOf);
    if (first) {
      for (const { Name, Type, Precision, Scale } of page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [])
        columns.push({ name: Name ?? '', type: Type ?? 'varchar', precision: Precision ?? 0, scale: Scale ?? 0 });
      // The first row of a SELECT repeats the names of the columns; SHOW and DESCRIBE have no such row.
      if (StatementType === 'DML') cells.shift();
    }
    first = false;
    for (const row of cells) rows.push(row);
  }
  return {
    queryExecutionId: id,
    columns,
    rows,
    bytesScanned: Statistics?.DataScannedInBytes ?? 0,
    millis: Statistics?.TotalExecutionTimeInMillis ?? Statistics?.EngineExecutionTimeInMillis ?? 0,
  };
};

/** The rows as objects of text, for statements of our own whose columns are known. */
export const namedRows = ({ columns, rows }: QueryResult): readonly Readonly<Record<string, Cell>>[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
