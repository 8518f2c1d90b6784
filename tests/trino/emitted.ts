import { FEEDS, typeColumn } from '../../contracts/feeds';
import type { Host } from '../../local/host-types';
import {
  keyAuditStatement,
  linesStatement,
  partitionAuditStatement,
  rawLinesStatement,
  repeatedKeysStatement,
} from '../../workflows/audit-sql';

interface Named {
  readonly name: string;
  readonly sql: string;
}

/**
 * The statements that a host has run, those that an analyst finds in its console, and the audit's: all of which an engine can answer
 * again. A CTAS stands for its query; what asks a temporary table was answered while that was there.
 */
export const emitted = async (host: Host): Promise<readonly Named[]> => {
  const found = new Map<string, Named>();
  const add = (name: string, sql: string): void => {
    const query = /^CREATE TABLE [\s\S]*?\n\) AS\n([\s\S]*)$/.exec(sql)?.[1] ?? sql;
    if (!/"tmp_\w+"/.test(query)) found.set(query, { name, sql: query });
  };
  const ask = (operation: string, input: Readonly<Record<string, unknown>>): Promise<object> =>
    host.call('athena', operation, input);
  for (const workgroup of [...new Set([host.outputs['workgroup'], host.outputs['compactionWorkgroup']].map(String))]) {
    const { QueryExecutionIds } = (await ask('ListQueryExecutions', { WorkGroup: workgroup })) as {
      readonly QueryExecutionIds: readonly string[];
    };
    for (const QueryExecutionId of QueryExecutionIds) {
      const { QueryExecution } = (await ask('GetQueryExecution', { QueryExecutionId })) as {
        readonly QueryExecution: { readonly Query: string };
      };
      add(
        `a statement of workgroup ${workgroup}: ${QueryExecution.Query.slice(0, 60).replaceAll('\n', ' ')}`,
        QueryExecution.Query,
      );
    }
    const { NamedQueryIds } = (await ask('ListNamedQueries', { WorkGroup: workgroup })) as {
      readonly NamedQueryIds: readonly string[];
    };
    for (const NamedQueryId of NamedQueryIds) {
      const { NamedQuery } = (await ask('GetNamedQuery', { NamedQueryId })) as {
        readonly NamedQuery: { readonly Name: string; readonly QueryString: string };
      };
      add(`named query ${NamedQuery.Name}`, NamedQuery.QueryString);
    }
  }
  const database = String(host.outputs['database']);
  for (const feed of Object.values(FEEDS)) {
    add(`partitions of ${feed.name}`, partitionAuditStatement(feed, database, feed.name));
    add(`keys of ${feed.name}`, keyAuditStatement(feed, database, feed.name));
    // The audit asks the rest of feeds that have types alone: others have no late table, and may have no key or other raw partitions.
    if (typeColumn(feed) === undefined) continue;
    add(`repeated keys of ${feed.name}`, repeatedKeysStatement(feed, database, feed.name, 20));
    const dates = ['2026-11-01', '2026-11-02'];
    add(`raw lines of ${feed.name}`, rawLinesStatement(feed, database, `${feed.name}_raw`, ['payment', 'push', 'member'], dates));
    add(`late lines of ${feed.name}`, linesStatement(database, `${feed.name}_late`));
  }
  return [...found.values()];
};
