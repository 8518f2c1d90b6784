import { GetTableCommand } from '@aws-sdk/client-glue';
import { dateColumn, type Feed } from '../../contracts/feeds';
import { lateTable, partitionDate, partitionOfPath, partitionType, rawTable } from '../../contracts/lake';
import { linesStatement, rawLinesStatement } from '../../workflows/audit-sql';
import type { Connection } from '../connection';
import { expectedRawLines, projectedDays, rawDifferences, type RawAccount } from './accounts';
import { numberOf, pathOf, type Ask } from './asking';
import type { Audit } from './findings';
import type { SourceAccounts } from './sources';

/** Each type is a part of one UNION: few enough for the planners of all engines, and for 262,144 bytes with years of dates. */
const TYPES_PER_STATEMENT = 20;

/** Raw partitions that SQL can be asked about, and why the others cannot. */
const comparable = (accounts: readonly RawAccount[], days: { readonly from: string; readonly to: string } | undefined) => {
  const skipped: { partition: string; reason: string }[] = [];
  const compared = accounts.filter(({ partition, unreadable }) => {
    const date = partitionDate(partitionOfPath(partition));
    const reason =
      unreadable.length > 0
        ? 'it holds unreadable objects, which fail a query'
        : days === undefined
          ? "the raw table's range of days is not known"
          : date < days.from || date > days.to
            ? 'its day is outside what the raw table shows'
            : undefined;
    if (reason !== undefined) skipped.push({ partition, reason });
    return reason === undefined;
  });
  return { compared, skipped };
};

const rawLines = async (
  ask: Ask,
  feed: Feed,
  database: string,
  table: string,
  accounts: readonly RawAccount[],
): Promise<ReadonlyMap<string, number>> => {
  const lines = new Map<string, number>();
  const partitions = accounts.map(({ partition }) => partitionOfPath(partition));
  const types = [...new Set(partitions.map(partitionType))];
  const dates = [...new Set(partitions.map(partitionDate))].sort();
  for (let start = 0; start < types.length; start += TYPES_PER_STATEMENT) {
    for (const row of await ask(rawLinesStatement(feed, database, table, types.slice(start, start + TYPES_PER_STATEMENT), dates)))
      lines.set(pathOf(feed, row), numberOf(row, 'line_count'));
  }
  return lines;
};

/** The partitions of the same type and date range that cannot be read must not be in the statement: their types are asked for apart. */
const withoutSkippedTypes = (
  compared: readonly RawAccount[],
  skipped: readonly { readonly partition: string; readonly reason: string }[],
) => {
  const broken = new Set(skipped.filter(({ reason }) => reason.includes('unreadable')).map(({ partition }) => partition));
  const typeOf = (path: string): string | undefined => partitionType(partitionOfPath(path));
  const brokenTypes = new Set([...broken].map(typeOf));
  return {
    together: compared.filter(({ partition }) => !brokenTypes.has(typeOf(partition))),
    apart: compared.filter(({ partition }) => brokenTypes.has(typeOf(partition))),
  };
};

/** What SQL finds in the raw zone, against what reading found there. */
export const rawCheck = async (
  connection: Connection,
  ask: Ask,
  feed: Feed,
  sources: SourceAccounts,
): Promise<Audit['checks']['raw']> => {
  const { database } = connection.outputs;
  const table = rawTable(feed.name);
  const { Table } = await connection.glue.send(new GetTableCommand({ DatabaseName: database, Name: table }));
  const days = projectedDays(Table?.Parameters?.[`projection.${dateColumn(feed)}.range`], connection.now);
  const { compared, skipped } = comparable(sources.raw, days);
  const { together, apart } = withoutSkippedTypes(compared, skipped);
  const lines = new Map(await rawLines(ask, feed, database, table, together));
  for (const account of apart)
    for (const [path, count] of await rawLines(ask, feed, database, table, [account])) lines.set(path, count);
  const found = [...rawDifferences(compared, lines)];
  let all = compared.reduce((sum, account) => sum + expectedRawLines(account), 0);
  if (feed.rawLayout === 'arrival') return { partitions: compared.length, lines: all, skipped, differences: found };
  const mixedTable = feed.rawLayout === 'time' ? table : lateTable(feed.name);
  if (sources.late.unreadable.length > 0) {
    skipped.push({ partition: sources.late.partition, reason: 'it holds unreadable objects, which fail a query' });
  } else {
    const [row] = await ask(linesStatement(database, mixedTable));
    found.push(...rawDifferences([sources.late], new Map([[sources.late.partition, numberOf(row, 'line_count')]])));
    all += expectedRawLines(sources.late);
  }
  if (feed.transform !== undefined) return { partitions: compared.length, lines: all, skipped, differences: found };
  // Nobody saw to it that a record is one line: a carriage return within it ends one for a reader of text, and for nobody else.
  const cut = found.map((one) => ({
    partition: one.partition,
    reason: `its records lie as they were sent; readers of text find ${one.found} lines where there are ${one.expected}`,
  }));
  return { partitions: compared.length, lines: all, skipped: [...skipped, ...cut], differences: [] };
};
