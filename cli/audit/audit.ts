import { GetTableCommand } from '@aws-sdk/client-glue';
import { dateColumn, feedNamed, type Feed } from '../../contracts/feeds';
import {
  lateTable,
  markerPrefix,
  partitionDate,
  partitionOfKey,
  partitionOfPath,
  partitionOfValues,
  partitionPath,
  partitionType,
  piecePrefix,
  rawPrefix,
  rawTable,
} from '../../contracts/lake';
import { collect } from '../../handlers/aws/concurrently';
import { judgeAcknowledged, type AcknowledgedCheck, type Accounts } from '../../workflows/acknowledged';
import type { SetAside } from '../../workflows/documents';
import {
  keyAuditStatement,
  linesStatement,
  partitionAuditStatement,
  rawLinesStatement,
  repeatedKeysStatement,
  typeConflictsStatement,
} from '../../workflows/audit-sql';
import { linesOf } from '../../workflows/novelty';
import { sameState } from '../../workflows/published';
import { DELIVERY_MILLIS } from '../../workflows/run-acknowledged';
import { namedRows, runQuery } from '../athena-query';
import type { Connection } from '../connection';
import { lakeCensus, type PartitionCensus } from '../lake-census';
import {
  curatedDifferences,
  expectedRawLines,
  projectedDays,
  rawDifferences,
  routedDifferences,
  type Difference,
  type FoundRows,
  type RawAccount,
} from './accounts';
import { acknowledgedOf, forgottenAfterDays, forgottenSince, readAccounts, recordSources } from './acknowledged';
import { errorLines, sourceAccounts, type SourceAccounts } from './sources';

export interface Audit {
  readonly feed: string;
  /** Nothing lost, doubled or misfiled: every number below is what it must be. Unreadable objects are counted, and are no difference. */
  readonly ok: boolean;
  readonly checks: {
    /** Each key once, over all partitions and all time. */
    readonly keys: {
      readonly rows: number;
      readonly distinct: number;
      readonly duplicates: number;
      /** The worst of the keys that are there more than once. */
      readonly examples: readonly Readonly<Record<string, string | null>>[];
    };
    readonly misfiled: { readonly rows: number; readonly partitions: readonly string[] };
    /** Lines in raw and pieces = sum(copies) + lines not yet compacted + unreadable objects. */
    readonly accounts: {
      readonly partitions: number;
      /** By the ledgers, which also remember raw that has expired, and by what is not yet compacted. */
      readonly lines: number;
      /** By SQL. */
      readonly copies: number;
      readonly notYetCompacted: { readonly objects: number; readonly lines: number };
      readonly unreadable: number;
      /** Copies that were merged: redelivered, or sent twice. */
      readonly redelivered: number;
      /** Times that copies of one key with different payloads met; the first to arrive was kept. */
      readonly conflicts: number;
      /** Sources of the published rows that have expired since: the ledgers remember their lines. */
      readonly expired: { readonly objects: number; readonly lines: number };
      readonly perPartition: readonly PartitionAccount[];
      readonly differences: readonly Difference[];
    };
    /** All that producers were told is kept = lines accepted into raw + errors + in flight. */
    readonly acknowledged: AcknowledgedCheck;
    /** Keys that stand under more than one type: both are kept. Reported, and no difference. Null for a feed whose key has no type in it. */
    readonly typeConflicts: {
      readonly keys: number;
      readonly examples: readonly Readonly<Record<string, string | null>>[];
    } | null;
    /** The raw zone by SQL against the same by ledgers, markers and by reading. */
    readonly raw: {
      readonly partitions: number;
      readonly lines: number;
      /** What could not be compared, and why. */
      readonly skipped: readonly { readonly partition: string; readonly reason: string }[];
      readonly differences: readonly Difference[];
    };
    /** Routed objects against their pieces and rejected lines. */
    readonly routed: {
      readonly sources: number;
      readonly lines: number;
      readonly rejected: number;
      readonly differences: readonly Difference[];
    };
  };
  readonly unreadable: readonly SetAside[];
  /** Partitions that a run published, or that received objects, while the audit was under way: not judged. */
  readonly changedMeanwhile: readonly string[];
}

/** Where the lines of one partition are. */
export interface PartitionAccount {
  readonly partition: string;
  /** By the ledger, what has expired included, and by reading what is not yet compacted. */
  readonly accepted: number;
  /** By SQL. */
  readonly copies: number;
  readonly notYetCompacted: number;
  readonly unreadable: number;
  readonly redelivered: number;
  readonly conflicts: number;
  readonly expired: { readonly objects: number; readonly lines: number };
}

const EXAMPLES = 10;
/** Each type is a part of one UNION: few enough for the planners of all engines, and for 262,144 bytes with years of dates. */
const TYPES_PER_STATEMENT = 20;

type Ask = (sql: string) => Promise<readonly Readonly<Record<string, string | null>>[]>;
const numberOf = (row: Readonly<Record<string, string | null>> | undefined, name: string): number => Number(row?.[name] ?? 0);
const pathOf = (feed: Feed, row: Readonly<Record<string, string | null>>): string =>
  partitionPath(
    partitionOfValues(
      feed,
      feed.partitionColumns.map(({ name }) => row[name] ?? ''),
    ),
  );

const curatedRows = async (ask: Ask, feed: Feed, database: string, table: string): Promise<ReadonlyMap<string, FoundRows>> =>
  new Map(
    (await ask(partitionAuditStatement(feed, database, table))).map((row) => [
      pathOf(feed, row),
      {
        rows: numberOf(row, 'row_count'),
        keys: numberOf(row, 'key_count'),
        copies: numberOf(row, 'copy_count'),
        misfiled: numberOf(row, 'misfiled_count'),
      },
    ]),
  );

const keysCheck = async (ask: Ask, feed: Feed, database: string, table: string): Promise<Audit['checks']['keys']> => {
  const [totals] = await ask(keyAuditStatement(feed, database, table));
  const [rows, distinct] = [numberOf(totals, 'row_count'), numberOf(totals, 'key_count')];
  const duplicates = rows - distinct;
  return {
    rows,
    distinct,
    duplicates,
    examples: duplicates === 0 || feed.key === 'none' ? [] : await ask(repeatedKeysStatement(feed, database, table, EXAMPLES)),
  };
};

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

const rawCheck = async (
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

const recordedOf = (census: PartitionCensus, feed: Feed) => {
  const entries = census.ledger ?? undefined;
  const own = (key: string): boolean =>
    [rawPrefix(feed), piecePrefix(feed.name)].some((root) => {
      const partition = partitionOfKey(feed, root, key);
      return partition !== undefined && partitionPath(partition) === census.path;
    });
  return {
    published: census.registered?.published,
    ledger:
      entries === undefined
        ? undefined
        : { lines: linesOf(entries), foreign: entries.filter(({ key }) => !own(key)).map(({ key }) => key) },
  };
};

const accountOf = (
  { path, ledger, listed, fresh, registered }: PartitionCensus,
  found: FoundRows | undefined,
  sources: SourceAccounts,
): PartitionAccount => {
  const there = new Set(listed.map(({ key, etag }) => `${key}\n${etag}`));
  const gone = (ledger ?? []).filter(({ key, etag }) => !there.has(`${key}\n${etag}`));
  const [rows, copies] = [found?.rows ?? 0, found?.copies ?? 0];
  const notYetCompacted = sources.freshByPartition.get(path) ?? 0;
  const keys = new Set(fresh.map(({ key }) => key));
  return {
    partition: path,
    accepted: linesOf(ledger ?? []) + notYetCompacted,
    copies,
    notYetCompacted,
    unreadable: sources.unreadable.filter(({ key }) => keys.has(key)).length,
    redelivered: copies - rows,
    conflicts: registered?.published?.conflicts ?? 0,
    expired: { objects: gone.length, lines: linesOf(gone) },
  };
};

const total = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((sum, item) => sum + of(item), 0);

/** What has moved so far: records acknowledged, and of them those that are not delivered. */
const movement = async (connection: Connection, feed: string, accounts: Accounts | undefined) => {
  const sources = recordSources(connection.place.outputs, feed);
  const deliveries = await connection.controls?.deliveries();
  const own = [...new Set(sources.map(({ delivery }) => delivery))].map((name) => deliveries?.[name]);
  const acknowledged = await acknowledgedOf(connection.cloudWatch, sources, accounts, connection.now, DELIVERY_MILLIS);
  // AWS does not tell what is on its way.
  const inFlight = deliveries === undefined ? undefined : total(own, (stats) => (stats?.unread ?? 0) + (stats?.inFlight ?? 0));
  return { ...acknowledged, inFlight };
};

const typeConflictsCheck = async (
  ask: Ask,
  feed: Feed,
  database: string,
  table: string,
): Promise<Audit['checks']['typeConflicts']> => {
  const statement = typeConflictsStatement(feed, database, table, EXAMPLES);
  if (statement === undefined) return null;
  const rows = await ask(statement);
  return { keys: numberOf(rows[0], 'key_count'), examples: rows.map(({ key_count: _count, ...example }) => example) };
};

/** Audits one feed: what SQL says of the tables against the ledgers, the markers and the objects themselves. Changes nothing. */
export const audit = async (connection: Connection, name: string, onProgress: (line: string) => void): Promise<Audit> => {
  const feed = feedNamed(name);
  const { objects, outputs, athena } = connection;
  const ask: Ask = async (sql) =>
    namedRows(await runQuery(athena, { sql, database: outputs.database, workgroup: outputs.workgroup }));
  // As it was when the audit began: a run that brings it up to date meanwhile has moved things.
  const accounts = await readAccounts(objects, name);
  const atFirst = await movement(connection, name, accounts);
  const catalog = await collect(connection.partitions(feed.name).all());
  // Before the pieces: a marker is written after the pieces that it names.
  const markerKeys = (await collect(objects.list(markerPrefix(feed.name)))).map(({ key }) => key);
  const census = await lakeCensus(objects, feed, catalog, (count) => onProgress(`verify: ${count} partitions listed`));
  const sources = await sourceAccounts(objects, feed, census, markerKeys, (read) =>
    onProgress(`verify: ${read} small files read`),
  );

  onProgress('verify: asking the raw tables');
  const raw = await rawCheck(connection, ask, feed, sources);
  onProgress('verify: asking the curated table');
  const found = await curatedRows(ask, feed, outputs.database, feed.name);
  const keys = await keysCheck(ask, feed, outputs.database, feed.name);

  const typeConflicts = await typeConflictsCheck(ask, feed, outputs.database, outputs.curatedTable);
  onProgress('verify: counting what was acknowledged');
  const errors = await errorLines(objects, feed, accounts, (read) => onProgress(`verify: ${read} error objects read`));
  const atLast = await movement(connection, name, accounts);
  const accepted = total(census.partitions, ({ ledger }) => linesOf(ledger ?? [])) + sources.freshLines - sources.twiceLines;
  const acknowledged = judgeAcknowledged({
    acknowledged: atLast.records,
    accepted,
    errors: errors.all,
    inFlight: atLast.inFlight,
    recent: atLast.recent,
    recentBecause: 'acknowledged within the time that a delivery may take; CloudWatch does not tell what is in flight',
    unreadableObjects: sources.unreadable.length + errors.unreadable,
    unusableLines: feed.transform === undefined ? sources.rejectedLines + sources.unusableLines : undefined,
    excuse:
      atFirst.records !== atLast.records || atFirst.inFlight !== atLast.inFlight
        ? 'records arrived or were delivered meanwhile'
        : forgottenSince(atLast.firstMillis, await forgottenAfterDays(connection.s3, outputs.bucket, name), connection.now),
  });

  const changed = await changedSince(connection, feed, census.partitions, raw.differences);
  const judged = (difference: Difference): boolean => !changed.has(difference.partition);
  const registered = census.partitions.filter(({ registered: entry }) => entry !== undefined);
  const curated = registered.flatMap((partition) =>
    curatedDifferences(partition.path, found.get(partition.path), recordedOf(partition, feed)),
  );
  const perPartition = census.partitions.map((partition) => accountOf(partition, found.get(partition.path), sources));
  const ledgerLines = registered.reduce((sum, { ledger }) => sum + linesOf(ledger ?? []), 0);
  const misfiled = [...found].filter(([, rows]) => rows.misfiled > 0);
  const routedFound = routedDifferences(sources.routed);

  const checks: Audit['checks'] = {
    keys,
    misfiled: { rows: misfiled.reduce((sum, [, rows]) => sum + rows.misfiled, 0), partitions: misfiled.map(([path]) => path) },
    accounts: {
      partitions: registered.length,
      lines: ledgerLines + sources.freshLines,
      copies: [...found.values()].reduce((sum, { copies }) => sum + copies, 0),
      notYetCompacted: { objects: sources.freshObjects - sources.unreadable.length, lines: sources.freshLines },
      unreadable: sources.unreadable.length,
      redelivered: total(perPartition, (partition) => partition.redelivered),
      conflicts: total(perPartition, (partition) => partition.conflicts),
      expired: {
        objects: total(perPartition, ({ expired }) => expired.objects),
        lines: total(perPartition, ({ expired }) => expired.lines),
      },
      perPartition,
      differences: curated.filter(judged),
    },
    acknowledged,
    typeConflicts,
    raw: { ...raw, differences: raw.differences.filter(judged) },
    routed: {
      sources: sources.routed.length,
      lines: sources.routed.reduce((sum, { lines }) => sum + lines, 0),
      rejected: sources.routed.reduce((sum, { rejected }) => sum + rejected, 0),
      differences: routedFound,
    },
  };
  const differences = [checks.accounts, checks.raw, checks.routed].flatMap((check) => check.differences);
  return {
    feed: name,
    ok: keys.duplicates === 0 && checks.misfiled.rows === 0 && differences.length === 0 && acknowledged.ok,
    checks,
    unreadable: sources.unreadable,
    changedMeanwhile: [...changed].sort(),
  };
};

/** Partitions whose records are other ones by now, and raw partitions of a difference that have received objects since. */
const changedSince = async (
  connection: Connection,
  feed: Feed,
  before: readonly PartitionCensus[],
  differences: readonly Difference[],
): Promise<ReadonlySet<string>> => {
  const changed = new Set<string>();
  const now = new Map(
    (await collect(connection.partitions(feed.name).all())).map((entry) => [partitionPath(entry.partition), entry]),
  );
  for (const { path, registered } of before) if (!sameState(registered?.published, now.get(path)?.published)) changed.add(path);
  for (const { partition } of differences) {
    const listed = before.find(({ path }) => path === partition)?.listed.filter(({ key }) => key.startsWith(rawPrefix(feed)));
    if (listed === undefined) continue;
    const listedNow = await collect(connection.objects.list(`${rawPrefix(feed)}${partition}/`));
    if (listedNow.map(({ key, etag }) => key + etag).join() !== listed.map(({ key, etag }) => key + etag).join())
      changed.add(partition);
  }
  return changed;
};
