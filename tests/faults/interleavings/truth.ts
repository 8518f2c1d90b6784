import { gunzipSync } from 'node:zlib';
import { EVENTS } from '../../../contracts/feeds';
import {
  keyOfUri,
  markedSource,
  markerPrefix,
  partitionOfValues,
  partitionPath,
  piecePrefix,
  type Partition,
} from '../../../contracts/lake';
import type { LedgerEntry } from '../../../workflows/documents';
import { DAY, pathOfValues, type World } from './world';

const SECOND = 1_000;

export const dateOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10);

/** What the lake accepted, as plain counts: the truth that every state of the table is held against. */
export class Truth {
  /** Copies by `<partition path> <uuid>`. */
  readonly copies = new Map<string, number>();
  #objects = 0;

  constructor(private readonly world: World) {}

  /** One more raw object with events of the given numbers, created at `at`, in the partition they belong to. */
  async deliver(eventType: string, at: number, numbers: readonly number[], late = false): Promise<void> {
    const partition = partitionOfValues(EVENTS, [eventType, dateOf(at)]);
    const lines = numbers.map((number) => this.#line(partition, at, number));
    const name = `object-${String(++this.#objects).padStart(3, '0')}`;
    await (late ? this.world.deliverLate(name, lines) : this.world.deliver(partition, name, lines));
  }

  #line(partition: Partition, at: number, number: number): string {
    const uuid = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    const created = at - (at % DAY) + number * SECOND;
    const key = `${partitionPath(partition)} ${uuid}`;
    this.copies.set(key, (this.copies.get(key) ?? 0) + 1);
    return (
      `{"created_datetime":"${new Date(created).toISOString()}","event_type":"${partition['event_type']}","event_subtype":"x",` +
      `"ingested_at":"${new Date(this.world.clock.now()).toISOString()}","event_uuid":"${uuid}",` +
      `"event_name":"${partition['event_type']}:x","created_at":${created / SECOND}}`
    );
  }
}

const ledgerOf = (world: World, key: string): readonly LedgerEntry[] =>
  gunzipSync(world.bytesOf(key))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerEntry);

/** That no partition names what is not there: no live file is ever swept. Cheap, so that it may be asked after every step. */
export const missingFiles = async (world: World): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const { Values, StorageDescriptor, Parameters } of await world.partitions()) {
    const path = pathOfValues(Values);
    const files = await world.keys(keyOfUri(world.bucket, StorageDescriptor.Location) ?? StorageDescriptor.Location);
    if (files.length !== Number(Parameters['files']))
      problems.push(`${path}: ${files.length} of ${Parameters['files']} files at ${StorageDescriptor.Location}`);
    const ledger = Parameters['ledger'] ?? 'no ledger';
    if ((await world.keys(ledger)).length !== 1) problems.push(`${path}: its ledger ${ledger} is not there`);
  }
  return problems;
};

/**
 * What must hold at any quiet moment, whoever was undone by whom: each key once and in its place, copies as the partition's ledger has
 * them, every source in at most one ledger, nothing that was never accepted.
 */
export const inconsistencies = async (world: World, truth: Truth): Promise<readonly string[]> => {
  const problems = [...(await missingFiles(world))];
  if (problems.length > 0) return problems;
  const copies = new Map<string, number>();
  for (const [type, date, created, uuid, count] of await world.rows(
    'SELECT event_type, created_date, substr(created_datetime, 1, 10), event_uuid, copies FROM events',
  )) {
    const path = pathOfValues([type ?? '', date ?? '']);
    const key = `${path} ${uuid}`;
    if (copies.has(key)) problems.push(`${key} stands twice`);
    if (!truth.copies.has(key)) problems.push(`${key} was never accepted`);
    if (created !== date) problems.push(`${key} is misfiled`);
    copies.set(key, Number(count));
  }
  const seen = new Map<string, string>();
  for (const { Values, Parameters } of await world.partitions()) {
    const path = pathOfValues(Values);
    const entries = ledgerOf(world, Parameters['ledger'] ?? '');
    const lines = entries.reduce((sum, entry) => sum + entry.lines, 0);
    const rows = [...copies].filter(([key]) => key.startsWith(`${path} `));
    const sum = rows.reduce((total, [, count]) => total + count, 0);
    if (sum !== lines) problems.push(`${path}: copies add up to ${sum}, its ledger has ${lines} lines`);
    if (rows.length !== Number(Parameters['rows']))
      problems.push(`${path}: ${rows.length} rows, ${Parameters['rows']} published`);
    for (const { key, etag } of entries) {
      const before = seen.get(`${key} ${etag}`);
      if (before !== undefined) problems.push(`${key} is in the ledgers of ${before} and ${path}`);
      seen.set(`${key} ${etag}`, path);
    }
  }
  return problems;
};

/** What must hold after the next run: everything accepted is in the table once, with all its copies, and nothing is locked. */
export const differences = async (world: World, truth: Truth): Promise<readonly string[]> => {
  const problems = [...(await inconsistencies(world, truth))];
  if (problems.length > 0) return problems;
  const found = new Map(
    (await world.rows('SELECT event_type, created_date, event_uuid, copies FROM events')).map(
      ([type, date, uuid, copies]): [string, number] => [`${pathOfValues([type ?? '', date ?? ''])} ${uuid}`, Number(copies)],
    ),
  );
  for (const [key, copies] of truth.copies)
    if (found.get(key) !== copies) problems.push(`${key}: ${found.get(key) ?? 'no'} copies in the table, ${copies} accepted`);
  for (const lock of await world.keys('locks/')) problems.push(`${lock} is left behind`);
  const routed = new Set((await world.keys(markerPrefix('events'))).flatMap((key) => markedSource('events', key)?.key ?? []));
  const listed = [...(await world.keys(EVENTS.rawPrefix)), ...(await world.keys(piecePrefix('events')))].filter(
    (key) => !routed.has(key) && !key.startsWith(markerPrefix('events')),
  );
  const known = new Set<string>();
  for (const { Parameters } of await world.partitions())
    for (const { key } of ledgerOf(world, Parameters['ledger'] ?? '')) known.add(key);
  for (const key of listed) if (!known.has(key)) problems.push(`${key} is in no published ledger`);
  return problems;
};

/** What must be gone once the grace period has passed: nothing lies about that no partition names. */
export const leftovers = async (world: World): Promise<readonly string[]> => {
  const partitions = await world.partitions();
  const named = new Set(
    partitions.flatMap(({ StorageDescriptor, Parameters }) => [
      keyOfUri(world.bucket, StorageDescriptor.Location) ?? '',
      Parameters['ledger'] ?? '',
    ]),
  );
  const folder = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
  return [
    ...(await world.keys('curated/')).filter((key) => !named.has(folder(key))),
    ...(await world.keys('ledger/')).filter((key) => !named.has(key) && !key.startsWith('ledger/events/_')),
    ...(await world.keys('runs/')).filter((key) => key.includes('/gathered/')),
    ...(await world.tables()).map(({ Name }) => Name).filter((name) => name.startsWith('tmp_')),
  ];
};
