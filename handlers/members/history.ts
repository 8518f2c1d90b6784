import {
  AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import * as z from 'zod';
import type { HistoryAnswer, HistoryEntry, HistoryStarted } from '../../contracts/console-api';
import { MEMBER_CHANGES, MEMBER_ROLES } from '../../contracts/member';
import { memberHistoryStatement } from '../../workflows/member-history-sql';
import { Refusal } from './core';

const eventSchema = z.object({
  event_uuid: z.string(),
  event_name: z.enum(MEMBER_CHANGES.map((change) => `member:${change}` as const)),
  member: z.object({
    id: z.string(),
    version: z.int(),
    name: z.string(),
    email: z.string(),
    role: z.enum(MEMBER_ROLES),
    created_at: z.int(),
    updated_at: z.int(),
  }),
});

/** Reads a member's history back from the lake: started by one request, asked for by others, as a query may take longer than the API waits. */
export class MemberHistory {
  constructor(
    private readonly place: { readonly database: string; readonly workgroup: string },
    private readonly client: AthenaClient = new AthenaClient({}),
  ) {}

  async start(memberId: string): Promise<HistoryStarted> {
    const { database, workgroup } = this.place;
    const { QueryExecutionId } = await this.client.send(
      new StartQueryExecutionCommand({
        QueryString: memberHistoryStatement(database, memberId),
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database, Catalog: 'AwsDataCatalog' },
      }),
    );
    if (QueryExecutionId === undefined) throw new Error('Athena answered without a query id.');
    return { query_id: QueryExecutionId };
  }

  /** Only the query of this very member is answered: an id alone opens no other query of the workgroup. */
  async result(memberId: string, queryId: string): Promise<HistoryAnswer> {
    const sql = memberHistoryStatement(this.place.database, memberId);
    const execution = await this.#execution(queryId);
    if (execution?.Query !== sql) throw new Refusal(404, 'There is no such query of this member.');
    switch (execution.Status?.State) {
      case 'QUEUED':
      case 'RUNNING':
        return { state: 'running' };
      case 'SUCCEEDED':
        return { state: 'done', sql, entries: await this.#entries(queryId) };
      default:
        throw new Refusal(502, `Athena could not answer: ${execution.Status?.StateChangeReason ?? 'no reason was given'}`);
    }
  }

  async #execution(queryId: string) {
    try {
      return (await this.client.send(new GetQueryExecutionCommand({ QueryExecutionId: queryId }))).QueryExecution;
    } catch (thrown) {
      if (thrown instanceof InvalidRequestException) return undefined;
      throw thrown;
    }
  }

  async #entries(queryId: string): Promise<readonly HistoryEntry[]> {
    const rows: (readonly string[])[] = [];
    for await (const { ResultSet } of paginateGetQueryResults(
      { client: this.client, pageSize: 1_000 },
      { QueryExecutionId: queryId },
    ))
      rows.push(...(ResultSet?.Rows ?? []).map(({ Data }) => (Data ?? []).map(({ VarCharValue }) => VarCharValue ?? '')));
    // The first row repeats the names of the columns.
    return rows.slice(1).map(([created = '', ingested = '', copies = '', payload = '']) => {
      const { event_uuid, event_name, member } = eventSchema.parse(JSON.parse(payload));
      return { event_uuid, event_name, created_datetime: created, ingested_at: ingested, copies: Number(copies), member };
    });
  }
}
