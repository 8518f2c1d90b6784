import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { resourcesOf } from '../../../local/graph';
import { appliesAt, Lifecycle } from '../../../local/stand-ins/s3/lifecycle';
import { lifecycleRules, type LifecycleRule } from '../../../local/stand-ins/s3/lifecycle-settings';
import { S3StandIn } from '../../../local/stand-ins/s3/s3';
import { programGraph } from '../../graphs';
import { fc } from '../../properties';
import { caller, Fixture, start, wireOf } from './fixture';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The midnight (UTC) before the fixture's first instant. */
const midnight = Math.floor(start / DAY) * DAY;

describe('when a rule applies', () => {
  it('is the midnight after the days have passed: created on the 15th at 10:30, three days, the 19th at 00:00', () => {
    const at = appliesAt(Date.parse('2014-01-15T10:30:00Z'), 3);
    expect(new Date(at).toISOString()).toBe('2014-01-19T00:00:00.000Z');
  });

  it('is a midnight, never before the days have passed and less than a day after', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 3_650 }), (since, days) => {
        const at = appliesAt(since, days);
        expect(at % DAY).toBe(0);
        expect(at - since - days * DAY).toBeGreaterThanOrEqual(0);
        expect(at - since - days * DAY).toBeLessThan(DAY);
      }),
    );
  });
});

it('is answered as it is declared', async () => {
  const fixture = new Fixture();
  const dataDir = join(fixture.dataDir, 'other');
  const rules: readonly LifecycleRule[] = [
    { id: 'raw', prefix: 'raw/', expirationDays: 3 },
    { id: 'old', prefix: '', noncurrentDays: 7, expiredMarkers: true },
    { id: 'uploads', prefix: '', abortUploadDays: 2 },
  ];
  const s3 = new S3StandIn({
    dataDir,
    buckets: ['lake', 'results'],
    lifecycle: new Map([['lake', rules]]),
    clock: fixture.clock,
    trace: fixture.log.record,
    region: 'eu-west-1',
  });
  const wire = await wireOf({ ...fixture, clock: fixture.clock, log: fixture.log, s3 } as unknown as Fixture);
  const { Rules } = await wire.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: 'lake' }));
  expect(Rules).toEqual([
    { ID: 'raw', Filter: { Prefix: 'raw/' }, Status: 'Enabled', Expiration: { Days: 3 } },
    {
      ID: 'old',
      Filter: { Prefix: '' },
      Status: 'Enabled',
      Expiration: { ExpiredObjectDeleteMarker: true },
      NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    },
    { ID: 'uploads', Filter: { Prefix: '' }, Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
  ]);
  await expect(wire.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: 'results' }))).rejects.toMatchObject({
    name: 'NoSuchLifecycleConfiguration',
  });
  await wire.end();
  s3.close();
  fixture.end();
});

describe('a lifecycle on virtual time', () => {
  let fixture: Fixture;
  let lifecycle: Lifecycle;
  const open = (rules: readonly LifecycleRule[]): Lifecycle =>
    new Lifecycle({
      s3: fixture.s3,
      clock: fixture.clock,
      trace: fixture.log.record,
      dataDir: fixture.dataDir,
      rules: new Map([['lake', rules]]),
    });
  beforeEach(() => {
    fixture = new Fixture();
  });
  afterEach(() => {
    lifecycle.close();
    fixture.end();
  });
  const keys = async (): Promise<readonly string[]> =>
    (await fixture.s3.list(caller, { bucket: 'lake' })).objects.map(({ key }) => key);
  const until = (millis: number): Promise<void> => fixture.clock.advanceTo(millis);

  it('lets objects go at the midnight of their rule, by prefix, and traces each', async () => {
    lifecycle = open([
      { id: 'raw', prefix: 'raw/', expirationDays: 3 },
      { id: 'runs', prefix: 'runs/', expirationDays: 5 },
    ]);
    await fixture.put('raw/a/1');
    await fixture.put('raw/b');
    await fixture.put('runs/x');
    await fixture.put('curated/y');
    await until(start + DAY);
    await fixture.put('raw/a/2');
    await until(midnight + 4 * DAY - 1);
    expect(await keys()).toEqual(['curated/y', 'raw/a/1', 'raw/a/2', 'raw/b', 'runs/x']);
    await until(midnight + 4 * DAY);
    expect(await keys()).toEqual(['curated/y', 'raw/a/2', 'runs/x']);
    await until(midnight + 60 * DAY);
    expect(await keys()).toEqual(['curated/y']);
    expect(
      fixture.log
        .recent()
        .filter(({ operation }) => operation === 'LifecycleExpiration')
        .map(({ resource, at }) => [resource, (at - midnight) / DAY]),
    ).toEqual([
      ['s3://lake/raw/a/1', 4],
      ['s3://lake/raw/b', 4],
      ['s3://lake/raw/a/2', 5],
      ['s3://lake/runs/x', 6],
    ]);
  });

  it('counts from the last modification: what is overwritten starts anew', async () => {
    lifecycle = open([{ id: 'raw', prefix: 'raw/', expirationDays: 3 }]);
    await fixture.put('raw/a', 'first');
    await until(start + 3 * DAY);
    await fixture.put('raw/a', 'second');
    await until(midnight + 6 * DAY);
    expect(await keys()).toEqual(['raw/a']);
    await until(midnight + 7 * DAY);
    expect(await keys()).toEqual([]);
  });

  it('takes no file for older than the lake, whatever its own time says', async () => {
    lifecycle = open([{ id: 'raw', prefix: 'raw/', expirationDays: 3 }]);
    await fixture.put('raw/by-hand');
    writeFileSync(fixture.file('raw/by-hand'), 'other content');
    utimesSync(fixture.file('raw/by-hand'), new Date(0), new Date(0));
    await until(midnight + 3 * DAY);
    expect(await keys()).toEqual(['raw/by-hand']);
    await until(midnight + 4 * DAY);
    expect(await keys()).toEqual([]);
  });

  it('catches up with what came due while the host was closed', async () => {
    lifecycle = open([]);
    await fixture.put('raw/a');
    lifecycle.close();
    await until(midnight + 10 * DAY + HOUR);
    lifecycle = open([{ id: 'raw', prefix: 'raw/', expirationDays: 3 }]);
    await fixture.clock.advance(0);
    expect(await keys()).toEqual([]);
  });

  it('gives up uploads that never ended, and leaves others', async () => {
    lifecycle = open([{ id: 'uploads', prefix: 'curated/', abortUploadDays: 2 }]);
    const details = { headers: {}, metadata: {} };
    fixture.s3.uploads.create('lake', 'curated/a', { details });
    fixture.s3.uploads.create('lake', 'raw/b', { details });
    await until(midnight + 3 * DAY);
    expect(fixture.s3.uploads.list('lake').map(({ key }) => key)).toEqual(['raw/b']);
  });

  it('passes over a folder that goes while it looks', async () => {
    lifecycle = open([{ id: 'raw', prefix: 'raw/', expirationDays: 1 }]);
    await fixture.put('raw/a/1');
    await fixture.put('raw/b/1');
    rmSync(fixture.file('raw/b'), { recursive: true });
    await until(midnight + 2 * DAY);
    expect(await keys()).toEqual([]);
  });
});

it("takes the program's own rules: what the lake lets go, and nothing of curated, ledger and locks", async () => {
  const graph = await programGraph('dev');
  const rules = lifecycleRules(resourcesOf(graph, 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration'));
  const lake = rules.get(String(graph.outputs['bucket'])) ?? [];
  expect(lake.find(({ prefix }) => prefix === 'raw/events/')).toMatchObject({ expirationDays: 30 });
  expect(lake.some(({ abortUploadDays }) => abortUploadDays !== undefined)).toBe(true);
  for (const key of ['curated/events/x', 'ledger/events/x', 'locks/events.json'])
    expect(lake.filter(({ prefix, expirationDays }) => expirationDays !== undefined && key.startsWith(prefix))).toEqual([]);
});
