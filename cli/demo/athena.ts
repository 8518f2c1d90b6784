import type { AthenaClient, QueryExecution } from '@aws-sdk/client-athena';
import { GetQueryExecutionCommand, ListQueryExecutionsCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { LithifyError } from '../../contracts/errors';
import type { QueryCost } from './result';

/** Runs a statement to its end. Throws with the engine's own sentence. */
export const runQuery = async (
  client: AthenaClient,
  sql: string,
  workgroup: string,
  database: string,
): Promise<QueryExecution> => {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({ QueryString: sql, WorkGroup: workgroup, QueryExecutionContext: { Database: database } }),
  );
  for (let wait = 5; ; wait = Math.min(200, wait * 1.5)) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const state = QueryExecution?.Status?.State;
    if (QueryExecution !== undefined && state === 'SUCCEEDED') return QueryExecution;
    if (state === 'FAILED' || state === 'CANCELLED')
      throw new LithifyError('query', `${QueryExecution?.Status?.StateChangeReason ?? state}`);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
};

export const costOf = (execution: QueryExecution, objects: number): QueryCost => ({
  objects,
  bytesScanned: execution.Statistics?.DataScannedInBytes ?? 0,
  millis: execution.Statistics?.TotalExecutionTimeInMillis ?? 0,
});

export const countQueries = async (client: AthenaClient, workgroup: string): Promise<number> => {
  let [count, token] = [0, undefined as string | undefined];
  do {
    const page = await client.send(
      new ListQueryExecutionsCommand({ WorkGroup: workgroup, ...(token === undefined ? {} : { NextToken: token }) }),
    );
    count += page.QueryExecutionIds?.length ?? 0;
    token = page.NextToken;
  } while (token !== undefined);
  return count;
};

/** The rows of a query's result object. For columns whose values hold neither quotes nor line breaks. */
export async function* plainRows(s3: S3Client, execution: QueryExecution): AsyncGenerator<readonly string[]> {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(execution.ResultConfiguration?.OutputLocation ?? '');
  if (match === null) throw new Error(`the query has no result object: ${execution.ResultConfiguration?.OutputLocation}`);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: match[1], Key: match[2] }));
  let [rest, header] = ['', true];
  const rowOf = (line: string): readonly string[] => line.slice(1, -1).split('","');
  for await (const chunk of Body as AsyncIterable<Buffer>) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (header) header = false;
      else if (line !== '') yield rowOf(line);
    }
  }
  if (rest !== '' && !header) yield rowOf(rest);
}
