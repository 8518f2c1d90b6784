import type { Lake } from '../../flow/lake';

/** One registered partition as the catalog has it. */
export interface Registered {
  readonly path: string;
  /** Below the bucket, with a slash at its end. */
  readonly folder: string;
  readonly ledger: string;
  readonly rows: number;
  readonly copies: number;
}

interface GluePartition {
  readonly Values: readonly string[];
  readonly StorageDescriptor: { readonly Location: string };
  readonly Parameters: Readonly<Record<string, string>>;
}

const databaseOf = (lake: Lake): string => String(lake.host.outputs['database']);

/** All partitions of `events`, by path; asked inside the process, past every interceptor. */
export const registeredPartitions = async (lake: Lake): Promise<ReadonlyMap<string, Registered>> => {
  const input = { DatabaseName: databaseOf(lake), TableName: 'events' };
  const { Partitions } = (await lake.host.call('glue', 'GetPartitions', input)) as { Partitions: readonly GluePartition[] };
  return new Map(
    Partitions.map(({ Values, StorageDescriptor: { Location }, Parameters }) => {
      const path = Values.join(' ');
      const folder = Location.slice(`s3://${lake.bucket}/`.length).replace(/\/?$/, '/');
      const { ledger = '', rows, copies } = Parameters;
      return [path, { path, folder, ledger, rows: Number(rows), copies: Number(copies) }];
    }),
  );
};

export const temporaryTables = async (lake: Lake): Promise<readonly string[]> => {
  const { TableList } = (await lake.host.call('glue', 'GetTables', { DatabaseName: databaseOf(lake) })) as {
    TableList: readonly { readonly Name: string }[];
  };
  return TableList.map(({ Name }) => Name).filter((name) => name.startsWith('tmp_'));
};

/** Rows of a query as texts; asked inside the process. Throws with Athena's reason where it fails. */
export const ask = async (lake: Lake, QueryString: string): Promise<readonly (readonly string[])[]> => {
  const { QueryExecutionId } = (await lake.host.call('athena', 'StartQueryExecution', {
    QueryString,
    WorkGroup: String(lake.host.outputs['workgroup']),
    QueryExecutionContext: { Database: databaseOf(lake) },
  })) as { QueryExecutionId: string };
  for (;;) {
    const { QueryExecution } = (await lake.host.call('athena', 'GetQueryExecution', { QueryExecutionId })) as {
      QueryExecution: { Status: { State: string; StateChangeReason?: string } };
    };
    const { State, StateChangeReason } = QueryExecution.Status;
    if (State === 'FAILED' || State === 'CANCELLED') throw new Error(`the query ${State}: ${StateChangeReason ?? 'no reason'}`);
    if (State === 'SUCCEEDED') break;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { ResultSet } = (await lake.host.call('athena', 'GetQueryResults', { QueryExecutionId })) as {
    ResultSet: { Rows: readonly { Data: readonly { VarCharValue?: string }[] }[] };
  };
  return ResultSet.Rows.slice(1).map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue ?? ''));
};
