import { DeleteTableCommand, EntityNotFoundException, GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import { environment } from '../../contracts/environments';
import { feedNamed, type Feed } from '../../contracts/feeds';
import {
  curatedPrefix,
  gatheredRoot,
  keyOfUri,
  ledgerKey,
  ledgerPrefix,
  partitionOfPath,
  planKey,
  runsPrefix,
  sweepNoticesKey,
  temporaryTablePrefix,
} from '../../contracts/lake';
import { expectationSchema, noticesSchema, planSchema, type Notices } from '../../workflows/documents';
import { compactTime, type Run } from '../../workflows/run';
import { sweepRequest, type SweepResult } from '../../workflows/steps';
import { collect, concurrently } from '../aws/concurrently';
import { ownsLock } from '../aws/lock';
import { LakeObjects } from '../aws/objects';
import { CuratedPartitions } from '../aws/partitions';
import { step } from '../aws/shell';
import { folderOf, noNotices, review, without, type Kind, type LastNamed } from './core';

const settings = environment('sweep', process.env);
const objects = new LakeObjects(settings.LAKE_BUCKET);
const glue = new GlueClient({});

type Sets = Record<Kind, Set<string>>;
const empty = (): Sets => ({ files: new Set(), ledgers: new Set(), gathered: new Set(), tables: new Set() });

/** What a complete listing of the catalog's partitions names. */
const namedByCatalog = async (feed: Feed): Promise<Sets> => {
  const named = empty();
  for await (const { location, published } of new CuratedPartitions(settings.DATABASE, feed).all()) {
    named.files.add(keyOfUri(settings.LAKE_BUCKET, location.endsWith('/') ? location : `${location}/`) ?? location);
    if (published !== undefined) named.ledgers.add(published.ledger);
  }
  return named;
};

const temporaryTables = async (table: string): Promise<readonly string[]> => {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await glue.send(
      new GetTablesCommand({
        DatabaseName: settings.DATABASE,
        Expression: `${temporaryTablePrefix(table)}.*`,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const { Name } of page.TableList ?? []) if (Name !== undefined) names.push(Name);
    token = page.NextToken;
  } while (token !== undefined);
  return names;
};

/**
 * Where unnamed things may lie: all folders after a full listing, else those of the runs since the last one. With it, what the attempts
 * that began since the last sweep found published.
 */
const candidates = async (run: Run, sweptMillis: number): Promise<{ readonly found: Sets; readonly lastNamed: LastNamed }> => {
  const found = empty();
  const lastNamed = { files: new Map<string, number>(), ledgers: new Map<string, number>() };
  const plan = await objects.readJson(planKey(run.table, run.run), planSchema);
  const since =
    plan === undefined || plan.full ? '' : compactTime(new Date(Date.parse(plan.lastFullAt) - 86_400_000).toISOString());
  const after = (root: string) => (since === '' ? {} : { startAfter: `${root}${since}` });

  const curated = curatedPrefix(run.table);
  for await (const { key } of objects.list(curated, after(curated))) found.files.add(folderOf(key));
  if (since === '') {
    for await (const { key } of objects.list(ledgerPrefix(run.table)))
      // What belongs to the whole table begins with an underscore, as what is hidden from engines does.
      if (!key.startsWith(`${ledgerPrefix(run.table)}_`)) found.ledgers.add(key);
  }
  const runs = runsPrefix(run.table);
  for await (const folder of objects.folders(runs, after(runs))) {
    const id = folder.slice(runs.length, -1);
    const root = gatheredRoot(run.table, id);
    for await (const gathered of objects.folders(root)) found.gathered.add(gathered);
    // The ledgers that a run wrote or replaced: from what its attempts expected, so that a run which died is covered as well.
    for await (const { key, lastModified } of objects.list(`${folder}attempts/`)) {
      const writtenMillis = Date.parse(lastModified);
      if (!key.endsWith('/expectation.json') || (since === '' && writtenMillis < sweptMillis)) continue;
      const name = key.slice(`${folder}attempts/`.length, -'/expectation.json'.length);
      const [batch = '', attempt = ''] = name.split('-');
      for (const expected of (await objects.requireJson(key, expectationSchema)).partitions) {
        found.ledgers.add(ledgerKey(run.table, partitionOfPath(expected.partition), id, batch, attempt));
        if (expected.published === undefined) continue;
        const { ledger, location } = expected.published;
        found.ledgers.add(ledger);
        lastNamed.ledgers.set(ledger, Math.max(writtenMillis, lastNamed.ledgers.get(ledger) ?? 0));
        const replaced = keyOfUri(settings.LAKE_BUCKET, location);
        if (replaced === undefined) continue;
        found.files.add(replaced);
        lastNamed.files.set(replaced, Math.max(writtenMillis, lastNamed.files.get(replaced) ?? 0));
      }
    }
  }
  for (const table of await temporaryTables(run.table)) found.tables.add(table);
  return { found, lastNamed };
};

/**
 * Writes the notices over exactly those that were read; answers their ETag, or undefined where another sweep was faster. A sweep that
 * stalled must not bring back what a later one has cleared.
 */
const writeNotices = async (key: string, etag: string | undefined, notices: Notices): Promise<string | undefined> => {
  const body = JSON.stringify(notices);
  await (etag === undefined ? objects.create(key, body) : objects.replace(key, etag, body));
  // What is there tells more than the answer, which may belong to the second try of a write that took place.
  const there = await objects.read(key);
  return there?.body.toString('utf8') === body ? there.etag : undefined;
};

const dropTable = async (name: string): Promise<void> => {
  try {
    await glue.send(new DeleteTableCommand({ DatabaseName: settings.DATABASE, Name: name }));
  } catch (thrown) {
    if (!(thrown instanceof EntityNotFoundException)) throw thrown;
  }
};

/** The objects that lie right in the folders. */
const objectsIn = async (folders: readonly string[]): Promise<readonly string[]> =>
  (
    await concurrently(folders, 4, async (folder) =>
      (await collect(objects.list(folder))).map(({ key }) => key).filter((key) => folderOf(key) === folder),
    )
  ).flat();

/**
 * Those of the ledgers that are there. Attempts name ledgers that they never wrote, and that an earlier sweep has deleted: in a versioned bucket
 * each further deletion would leave a further marker.
 */
const ledgersThere = async (ledgers: ReadonlySet<string>): Promise<readonly string[]> =>
  (await objectsIn([...new Set([...ledgers].map(folderOf))])).filter((key) => ledgers.has(key));

/** Notes what no partition names and deletes what stayed unnamed for the grace period: ledgers first, then files. Never raw. */
export const handler = step('sweep', async (event): Promise<SweepResult> => {
  const { run, now } = sweepRequest.parse(event);
  const superseded = { deletedObjects: 0, notices: 0, status: 'superseded' } as const;
  if (!(await ownsLock(objects, run))) return superseded;
  const key = sweepNoticesKey(run.table);
  const seen = await objects.read(key);
  const before = seen === undefined ? noNotices : noticesSchema.parse(JSON.parse(seen.body.toString('utf8')));
  // An hour of overlap: the attempts of a run are older than its sweep.
  const { found, lastNamed } = await candidates(run, seen === undefined ? 0 : Date.parse(seen.lastModified) - 3_600_000);
  const named = await namedByCatalog(feedNamed(run.feed));
  const { notices, due } = review(before, found, named, lastNamed, now, settings.POLICY.graceHours);
  const noted = await writeNotices(key, seen?.etag, notices);
  if (noted === undefined) return superseded;

  if (!(await ownsLock(objects, run))) return superseded;
  const ledgers = await ledgersThere(due.ledgers);
  await objects.removeAll(ledgers);
  const files = await objectsIn([...due.files, ...due.gathered]);
  await objects.removeAll(files);
  await concurrently([...due.tables], 4, dropTable);
  const left = without(notices, due);
  // Where a later sweep wrote meanwhile, its notices stand: what they still name of the deleted is deleted again, for nothing.
  await objects.replace(key, noted, JSON.stringify(left));
  return {
    deletedObjects: ledgers.length + files.length,
    notices: Object.values(left).reduce((sum, things) => sum + Object.keys(things).length, 0),
    status: 'swept',
  };
});
