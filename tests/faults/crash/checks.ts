import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { reportSchema } from '../../../workflows/documents';
import type { Lake } from '../../flow/lake';
import { ask, registeredPartitions, temporaryTables } from './asking';
import { type Model, UNREADABLE } from './scenario';

const HOUR = 3_600_000;
const GRACE_HOURS = 20;
/** What an orphan may be old when the day ends: the grace period, and the night and day until the next sweep. */
const ORPHAN_HOURS = GRACE_HOURS + 24;
const NOTICES = 'ledger/events/_unnamed.json';

export const rowsOf = async (lake: Lake): Promise<readonly string[]> =>
  (await ask(lake, 'SELECT event_type, created_date, event_uuid, copies FROM events')).map((row) => row.join(' ')).sort();

const difference = (left: readonly string[], right: readonly string[]): readonly string[] => {
  const other = new Set(right);
  return left.filter((row) => !other.has(row));
};

interface Entry {
  readonly key: string;
  readonly lines: number;
}

const entriesOf = (lake: Lake, ledger: string): readonly Entry[] =>
  gunzipSync(readFileSync(lake.fileOf(ledger)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);

/** Rows, keys, copies: against the events that were put. */
const contentProblems = async (lake: Lake, model: Model): Promise<readonly string[]> => {
  const rows = await rowsOf(lake);
  const repeated = rows.filter((row, index) => rows.indexOf(row) !== index);
  return [
    ...difference(model.rows(), rows).map((row) => `missing from events: ${row}`),
    ...difference(rows, model.rows()).map((row) => `not to be in events: ${row}`),
    ...repeated.map((row) => `twice in events: ${row}`),
  ];
};

/** Catalog, ledgers, sources and files: against each other. */
const accountProblems = async (lake: Lake, model: Model, keys: readonly string[]): Promise<readonly string[]> => {
  const problems: string[] = [];
  const consumed = new Map<string, number>();
  let lines = 0;
  for (const { path, folder, ledger, copies } of (await registeredPartitions(lake)).values()) {
    if (!keys.some((key) => key.startsWith(folder))) problems.push(`${path}: no file at ${folder}`);
    if (!existsSync(lake.fileOf(ledger))) {
      problems.push(`${path}: no ledger at ${ledger}`);
      continue;
    }
    const entries = entriesOf(lake, ledger);
    const own = entries.reduce((sum, entry) => sum + entry.lines, 0);
    if (own !== copies) problems.push(`${path}: ${own} lines in its ledger, ${copies} copies published`);
    lines += own;
    for (const { key } of entries) consumed.set(key, (consumed.get(key) ?? 0) + 1);
  }
  if (lines !== model.lines()) problems.push(`${lines} lines in all ledgers, ${model.lines()} accepted`);
  const sources = keys.filter((key) => /^(raw|late)\/events\/event_type=/.test(key) && key !== UNREADABLE);
  for (const key of sources) {
    const routed = keys.some((one) => one.startsWith(`late/events/_routed/${key}/`));
    const times = (consumed.get(key) ?? 0) + Number(routed);
    if (times !== 1) problems.push(`${key} is in ${consumed.get(key) ?? 0} ledgers and ${routed ? 'routed' : 'not routed'}`);
  }
  const known = new Set(keys);
  for (const key of consumed.keys()) if (!known.has(key)) problems.push(`a ledger names ${key}, which is gone`);
  if (consumed.has(UNREADABLE)) problems.push(`a ledger names ${UNREADABLE}, which nobody can read`);
  return problems;
};

const noticesOf = (lake: Lake): Partial<Record<string, Record<string, string>>> =>
  (existsSync(lake.fileOf(NOTICES)) ? JSON.parse(readFileSync(lake.fileOf(NOTICES), 'utf8')) : {}) as Partial<
    Record<string, Record<string, string>>
  >;

/** Those of the keys that no sweep has noticed a grace period ago: nothing may delete them yet. The lock is none of the sweep's. */
export const tooYoung = (lake: Lake, keys: readonly string[]): readonly string[] => {
  const since = new Map(Object.values(noticesOf(lake)).flatMap((noticed) => Object.entries(noticed ?? {})));
  return keys.filter((key) => {
    if (key.startsWith('locks/')) return false;
    const noticed = since.get(key) ?? since.get(key.slice(0, key.lastIndexOf('/') + 1));
    return noticed === undefined || lake.host.now() - Date.parse(noticed) < GRACE_HOURS * HOUR;
  });
};

/** What no partition names: noticed by a sweep, and not long ago. */
export const orphans = async (
  lake: Lake,
  keys: readonly string[],
): Promise<readonly { readonly thing: string; readonly since?: string }[]> => {
  const partitions = [...(await registeredPartitions(lake)).values()];
  const folders = new Set(partitions.map(({ folder }) => folder));
  const ledgers = new Set(partitions.map(({ ledger }) => ledger));
  const notices = noticesOf(lake);
  const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
  const unnamed = (kind: string, things: readonly string[]) =>
    [...new Set(things)].map((thing) => {
      const since = notices[kind]?.[thing];
      return { thing, ...(since === undefined ? {} : { since }) };
    });
  return [
    ...unnamed(
      'files',
      keys
        .filter((key) => key.startsWith('curated/'))
        .map(folderOf)
        .filter((folder) => !folders.has(folder)),
    ),
    ...unnamed(
      'ledgers',
      keys.filter((key) => key.startsWith('ledger/') && !key.startsWith('ledger/events/_') && !ledgers.has(key)),
    ),
    ...unnamed('gathered', keys.filter((key) => /^runs\/events\/[^/]+\/gathered\//.test(key)).map(folderOf)),
    ...unnamed('tables', await temporaryTables(lake)),
  ];
};

const orphanProblems = async (lake: Lake, keys: readonly string[]): Promise<readonly string[]> =>
  (await orphans(lake, keys)).flatMap(({ thing, since }) => {
    if (since === undefined) return [`no sweep noticed ${thing}`];
    const hours = (lake.host.now() - Date.parse(since)) / HOUR;
    return hours > ORPHAN_HOURS ? [`${thing} is unnamed since ${since}, ${hours} hours`] : [];
  });

/** What the last report says of the records that were acknowledged; a run that died before its report says nothing. */
const acknowledgedProblems = async (lake: Lake, keys: readonly string[]): Promise<readonly string[]> => {
  const [last] = keys
    .filter((key) => /^runs\/events\/[^/]+\/report\.json$/.test(key))
    .toSorted()
    .slice(-1);
  if (last === undefined) return [];
  const { acknowledged, accountFailure } = reportSchema.parse(await lake.json(last));
  return [
    ...(accountFailure === undefined ? [] : ['what was acknowledged is not counted']),
    ...(acknowledged === undefined || acknowledged.ok ? [] : [`${acknowledged.missing} acknowledged records are missing`]),
  ];
};

/** All that is not as it must be once the lake has settled; empty when it has. */
export const problemsOf = async (lake: Lake, model: Model): Promise<readonly string[]> => {
  const keys = await lake.keys('');
  const locks = keys.filter((key) => key.startsWith('locks/'));
  const tables = await temporaryTables(lake);
  return [
    ...(await contentProblems(lake, model)),
    ...(await accountProblems(lake, model, keys)),
    ...(await acknowledgedProblems(lake, keys)),
    ...locks.map((key) => `left behind: ${key}`),
    ...tables.map((table) => `left behind: table ${table}`),
    ...(await orphanProblems(lake, keys)),
  ];
};
