import { FEED_NAMES, FEEDS, typeColumn, type Feed } from '../../contracts/feeds';
import { partitionOfValues, type Partition } from '../../contracts/lake';
import type { Host } from '../../local/host-types';
import {
  keyAuditStatement,
  linesStatement,
  partitionAuditStatement,
  rawLinesStatement,
  repeatedKeysStatement,
  typeConflictsStatement,
} from '../../workflows/audit-sql';
import { compareStatement } from '../../workflows/comparison';
import { memberHistoryStatement } from '../../workflows/member-history-sql';
import { literal, partitionPredicate, qualified } from '../../workflows/sql';
import { ask } from './ask';
import { targetOf } from './host-target';

export interface Named {
  readonly name: string;
  readonly sql: string;
  /** Without a row it would compare nothing. */
  readonly answers?: true;
}

/** Statements that are asked one after another: some make or drop the table that others read. */
export type Sequence = readonly Named[];

/** What must be among them when all days are over. */
export const KINDS: readonly RegExp[] = [
  /^the query of tmp_/,
  /^the table tmp_/,
  /^of tmp_\w+: SELECT/,
  /^of tmp_\w+: WITH\s+rebuilt/,
  /^named query /,
  /^conflicts of types of /,
  /^raw lines of /,
  /^the history of member /,
  ...FEED_NAMES.flatMap((name) => [new RegExp(`^partitions of ${name}$`), new RegExp(`^the comparison with other_${name}$`)]),
];

/** Of a CTAS the table that it makes, its place, and its query. */
const CTAS = /^CREATE TABLE ("\w+"\."(tmp_\w+)")\n[\s\S]*?external_location = 's3:\/\/([^']+?)\/?'[\s\S]*?\n\) AS\n([\s\S]*)$/;

/** The texts of all statements that were run, the oldest first. */
const ran = async (host: Host): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (const WorkGroup of new Set([host.outputs['workgroup'], host.outputs['compactionWorkgroup']].map(String))) {
    let token: string | undefined;
    const ofGroup: string[] = [];
    do {
      const { QueryExecutionIds, NextToken } = (await host.call('athena', 'ListQueryExecutions', {
        WorkGroup,
        ...(token === undefined ? {} : { NextToken: token }),
      })) as { readonly QueryExecutionIds: readonly string[]; readonly NextToken?: string };
      for (const QueryExecutionId of QueryExecutionIds) {
        const { QueryExecution } = (await host.call('athena', 'GetQueryExecution', { QueryExecutionId })) as {
          readonly QueryExecution: { readonly Query: string };
        };
        ofGroup.push(QueryExecution.Query);
      }
      token = NextToken;
    } while (token !== undefined);
    texts.push(...ofGroup.reverse());
  }
  return [...new Set(texts)];
};

const titled = (sql: string): string => `what was run: ${sql.slice(0, 60).replaceAll('\n', ' ')}`;

/**
 * What was run, again: of a CTAS its query, value by value, and the table itself, at another place, with all that the run asked of it.
 */
const repeated = (texts: readonly string[]): readonly Sequence[] =>
  texts.flatMap((sql, index) => {
    const [, table, name, place, query] = CTAS.exec(sql) ?? [];
    if (table === undefined) return /"tmp_\w+"/.test(sql) ? [] : [[{ name: titled(sql), sql }]];
    const asked = texts.filter((other) => other !== sql && other.includes(`"${name}"`));
    return [
      [{ name: `the query of ${name}`, sql: query! }],
      [
        { name: `the table ${name}`, sql: sql.replace(`s3://${place}`, `s3://${place}/again-${index}`) },
        ...asked.map((other) => ({ name: `of ${name}: ${other.slice(0, 60).replaceAll('\n', ' ')}`, sql: other })),
        { name: `the end of ${name}`, sql: `DROP TABLE ${name}` },
      ],
    ];
  });

const named = async (host: Host): Promise<readonly Named[]> => {
  const found: Named[] = [];
  for (const WorkGroup of new Set([host.outputs['workgroup'], host.outputs['compactionWorkgroup']].map(String))) {
    const { NamedQueryIds } = (await host.call('athena', 'ListNamedQueries', { WorkGroup })) as {
      readonly NamedQueryIds: readonly string[];
    };
    for (const NamedQueryId of NamedQueryIds) {
      const { NamedQuery } = (await host.call('athena', 'GetNamedQuery', { NamedQueryId })) as {
        readonly NamedQuery: { readonly Name: string; readonly QueryString: string };
      };
      found.push({ name: `named query ${NamedQuery.Name}`, sql: NamedQuery.QueryString });
    }
  }
  return found;
};

/** What the audit asks of a feed. */
const audited = (feed: Feed, database: string): readonly Named[] => {
  const { name } = feed;
  const conflicts = typeConflictsStatement(feed, database, name, 3);
  const found = [
    { name: `partitions of ${name}`, sql: partitionAuditStatement(feed, database, name) },
    { name: `keys of ${name}`, sql: keyAuditStatement(feed, database, name) },
    ...(feed.key === 'none' ? [] : [{ name: `repeated keys of ${name}`, sql: repeatedKeysStatement(feed, database, name, 20) }]),
    ...(conflicts === undefined ? [] : [{ name: `conflicts of types of ${name}`, sql: conflicts }]),
  ];
  // The audit asks the rest of feeds that have types alone: others have no late table, and may have other raw partitions.
  if (typeColumn(feed) === undefined) return found;
  const dates = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'];
  const types = ['payment', 'push', 'member'];
  return [
    ...found,
    { name: `raw lines of ${name}`, sql: rawLinesStatement(feed, database, `${name}_raw`, types, dates) },
    { name: `late lines of ${name}`, sql: linesStatement(database, `${name}_late`) },
  ];
};

/** Partitions that one CTAS may write. */
const MOST_PARTITIONS = 50;

/** The comparison of a rebuild, with a table that is not as what is published: some keys are missing, and some copies too many. */
const comparedWithOther = async (host: Host, feed: Feed, database: string): Promise<Sequence> => {
  const { Partitions } = (await host.call('glue', 'GetPartitions', { DatabaseName: database, TableName: feed.name })) as {
    readonly Partitions: readonly { readonly Values: readonly string[] }[];
  };
  const partitions: readonly Partition[] = Partitions.slice(0, MOST_PARTITIONS).map(({ Values }) =>
    partitionOfValues(feed, Values),
  );
  if (partitions.length === 0) return [];
  const table = `other_${feed.name}`;
  const columns = feed.curatedColumns.map(({ name }) => (name === 'copies' ? 'copies + length(payload) % 3 AS copies' : name));
  const partitioned = feed.partitionColumns.map(({ name }) => name);
  const place = `s3://${String(host.outputs['bucket'])}/curated/${feed.name}/other/`;
  return [
    {
      name: `the table ${table}`,
      sql: `CREATE TABLE ${qualified(database, table)} WITH (format = 'PARQUET', external_location = ${literal(place)}, partitioned_by = ARRAY[${partitioned.map(literal).join(', ')}]) AS
SELECT ${[...columns, ...partitioned].join(', ')} FROM ${qualified(database, feed.name)}
WHERE (${partitionPredicate(feed, partitions)}) AND length(payload) % 5 <> 0`,
    },
    { name: `the comparison with ${table}`, sql: compareStatement(feed, database, table, partitions), answers: true },
    { name: `the end of ${table}`, sql: `DROP TABLE ${table}` },
  ];
};

/** What the members page asks of a member. */
const history = async (host: Host, database: string): Promise<readonly Named[]> => {
  const { answered } = await ask(targetOf(host), 'SELECT max(member_id) FROM members', database);
  const member = 'rows' in answered ? answered.rows[0]?.[0] : undefined;
  return member === undefined || member === null
    ? []
    : [{ name: `the history of member ${member}`, sql: memberHistoryStatement(database, member), answers: true }];
};

/**
 * Every statement of the project that can be asked of a lake: those that its host has run, those that an analyst finds in its console, the
 * audit's, the page's, and the comparison of a rebuild.
 */
export const emitted = async (host: Host): Promise<readonly Sequence[]> => {
  const database = String(host.outputs['database']);
  const feeds: readonly Feed[] = Object.values(FEEDS);
  const compared = await Promise.all(feeds.map((feed) => comparedWithOther(host, feed, database)));
  const single = [
    ...(await named(host)),
    ...feeds.flatMap((feed) => audited(feed, database)),
    ...(await history(host, database)),
  ];
  return [...repeated(await ran(host)), ...single.map((one) => [one]), ...compared];
};
