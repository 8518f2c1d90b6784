import { rmSync } from 'node:fs';
import { runsCommand } from '../../cli/commands/runs';
import { verifyCommand } from '../../cli/commands/verify';
import { runOn } from './command';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const A = 'event_type=a/created_date=2026-11-02';
const B = 'event_type=b/created_date=2026-11-02';
const ALL = 'SELECT event_uuid, event_type, event_name, ingested_at, copies, payload FROM events ORDER BY event_type, event_uuid';

describe('a rebuild', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
    await lake.put(event(1, 'a:x', SECOND), event(1, 'a:x', SECOND), event(2, 'a:x', SECOND, { n: 1 }), event(3, 'b:x', SECOND));
    await lake.night();
    await lake.put(event(2, 'a:x', SECOND, { n: 2 }), event(4, 'a:x', SECOND));
    await lake.night();
  });
  afterEach(() => lake.remove());

  it('takes a partition that was never published along with those that were', async () => {
    await lake.put(event(7, 'c:x', SECOND), event(2, 'a:x', SECOND, { n: 3 }));
    await lake.deliver();
    await lake.compact({ rebuild: true, full: true });
    expect(await lake.report()).toMatchObject({
      status: 'succeeded',
      partitions: 3,
      compared: [
        { partition: A, equal: false, differences: [{ what: 'copies', rows: 1 }] },
        { partition: B, equal: true },
      ],
    });
    expect(await lake.rows('SELECT event_type, sum(copies) FROM events GROUP BY 1 ORDER BY 1')).toEqual([
      ['a', '6'],
      ['b', '1'],
      ['c', '1'],
    ]);
  });

  it('reads routed events again from their pieces, and leaves their partition out where a piece is gone', async () => {
    const late = 'event_type=a/created_date=2026-10-26';
    // Nine days old when they arrive, in an object each.
    for (const uuid of [8, 9]) {
      await lake.put(event(uuid, 'a:x', SECOND - 7 * 86_400));
      await lake.deliver();
    }
    await lake.night();
    const before = await lake.rows(ALL);
    await lake.compact({ rebuild: true, full: true });
    expect(await lake.report()).toMatchObject({
      status: 'succeeded',
      compared: [late, A, B].map((partition) => ({ partition, equal: true, differences: [] })),
      leftOut: [],
    });
    expect(await lake.rows(ALL)).toEqual(before);

    const pieces = await lake.keys(`late/events/${late}/`);
    expect(pieces).toHaveLength(2);
    rmSync(lake.fileOf(pieces[0] ?? ''));
    await lake.compact({ rebuild: true, full: true });
    expect(await lake.report()).toMatchObject({
      compared: [A, B].map((partition) => ({ partition, equal: true })),
      leftOut: [
        {
          partition: late,
          reason: `cannot be rebuilt: 1 of 2 published sources cannot be read again, the first is ${pieces[0]}`,
        },
      ],
    });
    rmSync(lake.fileOf(pieces[1] ?? ''));
    await lake.compact({ rebuild: true, full: true });
    expect((await lake.report()).leftOut).toEqual([{ partition: late, reason: 'no raw object or piece left to rebuild from' }]);
    expect(await lake.rows(ALL)).toEqual(before);
  });

  it('proves that it equals what is published, or names the difference, and publishes only what it could read again', async () => {
    const before = await lake.rows(ALL);
    await lake.compact({ rebuild: true, full: true });
    const equal = await lake.report();
    expect(equal).toMatchObject({ status: 'succeeded', partitions: 2, queries: 3, leftOut: [] });
    expect(equal.compared).toEqual([
      { partition: A, equal: true, differences: [] },
      { partition: B, equal: true, differences: [] },
    ]);
    expect(await lake.rows(ALL)).toEqual(before);

    // What is not in any object: rows of the curated files alone. Here other files stand in their place.
    const { Partition } = (await lake.host.call('glue', 'GetPartition', {
      DatabaseName: String(lake.host.outputs['database']),
      TableName: 'events',
      PartitionValues: ['b', '2026-11-02'],
    })) as { Partition: { StorageDescriptor: { Location: string }; Parameters: Record<string, string> } };
    const elsewhere = 'curated/events/elsewhere/';
    await lake.rows(
      `CREATE TABLE tmp_wrong WITH (format = 'PARQUET', external_location = 's3://${lake.bucket}/${elsewhere}') AS
       SELECT event_uuid, event_name, created_at, created_datetime, event_subtype, ingested_at, copies + 1 AS copies, payload FROM events WHERE event_type = 'b'
       UNION ALL SELECT 'ffffffff-0000-4000-8000-000000000000', event_name, created_at, created_datetime, event_subtype, ingested_at, copies, payload FROM events WHERE event_type = 'b'`,
      'lithify-dev-compaction',
    );
    await lake.host.call('glue', 'UpdatePartition', {
      DatabaseName: String(lake.host.outputs['database']),
      TableName: 'events',
      PartitionValueList: ['b', '2026-11-02'],
      PartitionInput: {
        Values: ['b', '2026-11-02'],
        Parameters: Partition.Parameters,
        StorageDescriptor: { ...Partition.StorageDescriptor, Location: `s3://${lake.bucket}/${elsewhere}` },
      },
    });
    // One of the other partition's sources has expired.
    const [gone = ''] = await lake.keys(`raw/events/${A}/`);
    rmSync(lake.fileOf(gone));
    await lake.compact({ rebuild: true, full: true });
    const report = await lake.report();
    expect(report).toMatchObject({
      status: 'succeeded',
      partitions: 1,
      compared: [
        {
          partition: B,
          equal: false,
          differences: [
            { what: 'copies', rows: 1, examples: ['00000000-0000-4000-8000-000000000003 2026-11-02T00:00:00.000Z'] },
            { what: 'only published', rows: 1, examples: ['ffffffff-0000-4000-8000-000000000000 2026-11-02T00:00:00.000Z'] },
          ],
        },
      ],
      leftOut: [
        { partition: A, reason: `cannot be rebuilt: 1 of 2 published sources cannot be read again, the first is ${gone}` },
      ],
    });
    expect(await lake.rows(ALL)).toEqual(before);
    const { stdout } = await runOn(lake, runsCommand, 'show', report.run);
    expect(stdout).toContain('1 rebuilt partition with what was published: 0 equal, 1 not');
    expect(stdout).toContain('only in what was published, not here: 1 row, such as ffffffff');
    expect(stdout).toContain(`left out   ${A}: cannot be rebuilt`);
    expect((await runOn(lake, verifyCommand)).exitCode).toBe(0);
  });
});
