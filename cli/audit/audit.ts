import { feedNamed, type Feed } from '../../contracts/feeds';
import { markerPrefix, partitionOfKey, partitionPath, piecePrefix, rawPrefix } from '../../contracts/lake';
import { collect } from '../../handlers/aws/concurrently';
import { judgeAcknowledged, type Accounts } from '../../workflows/acknowledged';
import {
  keyAuditStatement,
  partitionAuditStatement,
  repeatedKeysStatement,
  typeConflictsStatement,
} from '../../workflows/audit-sql';
import { linesOf } from '../../workflows/novelty';
import { DELIVERY_MILLIS } from '../../workflows/run-acknowledged';
import { isPiece, UNREADABLE_PIECES } from '../../workflows/unreadable';
import { namedRows, runQuery } from '../athena-query';
import type { Connection } from '../connection';
import { lakeCensus, type PartitionCensus } from '../lake-census';
import { curatedDifferences, routedDifferences, type Difference, type FoundRows } from './accounts';
import {
  acknowledgedOf,
  forgottenAfterDays,
  forgottenSince,
  heldByUnreadable,
  readAccounts,
  recordSources,
} from './acknowledged';
import { numberOf, pathOf, type Ask } from './asking';
import { changedSince, routedSince } from './changed';
import type { Audit, PartitionAccount } from './findings';
import { rawCheck } from './raw-lines';
import { errorLines, sourceAccounts, type SourceAccounts } from './sources';

const EXAMPLES = 10;

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
  const routedMeanwhile = await routedSince(objects, feed, markerKeys);
  const atLast = await movement(connection, name, accounts);
  const accepted = total(census.partitions, ({ ledger }) => linesOf(ledger ?? [])) + sources.freshLines - sources.twiceLines;
  const setAside = new Set(sources.unreadable.map(({ key }) => key));
  const fresh = [...census.partitions.flatMap((partition) => partition.fresh), ...census.late.fresh];
  const unreadable = [...fresh.filter(({ key }) => setAside.has(key)), ...errors.unreadable];
  const acknowledged = judgeAcknowledged({
    acknowledged: atLast.records,
    accepted,
    errors: errors.all,
    inFlight: atLast.inFlight,
    recent: atLast.recent,
    recentBecause: 'acknowledged within the time that a delivery may take; CloudWatch does not tell what is in flight',
    unreadable: {
      objects: (accounts?.unreadable ?? 0) + unreadable.length,
      records: await heldByUnreadable(
        connection.cloudWatch,
        recordSources(outputs, name),
        name,
        accounts,
        unreadable,
        connection.now,
      ),
    },
    unusableLines: feed.transform === undefined ? sources.rejectedLines + sources.unusableLines : undefined,
    excuse:
      atFirst.records !== atLast.records || atFirst.inFlight !== atLast.inFlight
        ? 'records arrived or were delivered meanwhile'
        : routedMeanwhile.size > 0
          ? 'late objects were routed meanwhile'
          : unreadable.some(({ key }) => isPiece(name, key))
            ? UNREADABLE_PIECES
            : forgottenSince(
                accounts,
                atLast.firstMillis,
                await forgottenAfterDays(connection.s3, outputs.bucket, name),
                connection.now,
              ),
  });

  const changed = new Set([...routedMeanwhile, ...(await changedSince(connection, feed, census.partitions, raw.differences))]);
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
      differences: routedFound.filter(judged),
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
