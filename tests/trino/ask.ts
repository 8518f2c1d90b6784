import { corpusTables, DATABASE } from './tables';

/** A host, as far as the corpus needs it. */
export interface Target {
  readonly bucket: string;
  readonly workgroup: string;
  /** An operation of a JSON service. */
  call(service: 'athena' | 'glue', operation: string, input: Readonly<Record<string, unknown>>): Promise<object>;
  put(key: string, body: string | Buffer): Promise<void>;
}

export interface AnsweredColumn {
  readonly name: string;
  readonly type: string;
}

/** What became of a statement: its rows, null for NULL, or the engine's error. */
export type Answered =
  | { readonly columns: readonly AnsweredColumn[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly error: string };

interface Execution {
  readonly StatementType: string;
  readonly Status: { readonly State: string; readonly StateChangeReason?: string };
  readonly Statistics: { readonly EngineExecutionTimeInMillis: number };
}

interface Results {
  readonly NextToken?: string;
  readonly ResultSet: {
    readonly Rows: readonly { readonly Data: readonly { readonly VarCharValue?: string }[] }[];
    readonly ResultSetMetadata: {
      readonly ColumnInfo: readonly { readonly Name: string; readonly Type: string; readonly Scale: number }[];
    };
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Makes the database of the corpus, and the tables that no statement makes. */
export const prepare = async (target: Target): Promise<void> => {
  await target.call('glue', 'CreateDatabase', { DatabaseInput: { Name: DATABASE } });
  for (const { table, objects } of corpusTables(target.bucket)) {
    await target.call('glue', 'CreateTable', { DatabaseName: DATABASE, TableInput: table });
    for (const [key, body] of Object.entries(objects)) await target.put(key, body);
  }
};

/** Runs a statement of the corpus, in which `{bucket}` stands for the bucket. */
export const ask = async (
  target: Target,
  sql: string,
  database = DATABASE,
): Promise<{ readonly answered: Answered; readonly millis: number }> => {
  const { QueryExecutionId } = (await target.call('athena', 'StartQueryExecution', {
    QueryString: sql.replaceAll('{bucket}', target.bucket),
    WorkGroup: target.workgroup,
    QueryExecutionContext: { Database: database },
  })) as { readonly QueryExecutionId: string };
  for (;;) {
    const { QueryExecution } = (await target.call('athena', 'GetQueryExecution', { QueryExecutionId })) as {
      readonly QueryExecution: Execution;
    };
    const { State, StateChangeReason = '' } = QueryExecution.Status;
    const millis = QueryExecution.Statistics.EngineExecutionTimeInMillis;
    if (State === 'SUCCEEDED') {
      return { answered: await resultsOf(target, QueryExecutionId, QueryExecution.StatementType === 'DML'), millis };
    }
    if (State !== 'QUEUED' && State !== 'RUNNING') {
      const error = StateChangeReason.replaceAll(target.bucket, '{bucket}').replaceAll(QueryExecutionId, '{query}');
      return { answered: { error }, millis };
    }
    await pause();
  }
};

const resultsOf = async (target: Target, id: string, header: boolean): Promise<Answered> => {
  const rows: (readonly (string | null)[])[] = [];
  let token: string | undefined;
  let columns: readonly AnsweredColumn[] = [];
  do {
    const { ResultSet, NextToken } = (await target.call('athena', 'GetQueryResults', {
      QueryExecutionId: id,
      ...(token === undefined ? {} : { NextToken: token }),
    })) as Results;
    columns = ResultSet.ResultSetMetadata.ColumnInfo.map(({ Name, Type, Scale }) => ({
      name: Name,
      type: Type === 'decimal' ? `decimal of scale ${Scale}` : Type,
    }));
    rows.push(
      ...ResultSet.Rows.map(({ Data }) =>
        Data.map(({ VarCharValue }) => VarCharValue?.replaceAll(target.bucket, '{bucket}') ?? null),
      ),
    );
    token = NextToken;
  } while (token !== undefined);
  return { columns, rows: header ? rows.slice(1) : rows };
};
