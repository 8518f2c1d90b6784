import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const ALL = 'SELECT event_uuid, event_type, created_date, copies FROM events ORDER BY event_uuid, event_type';

describe('a night of the pipeline', () => {
  let lake: Lake;
  beforeEach(async () => {
    lake = await Lake.open();
  });
  afterEach(() => lake.remove());

  test('each event is in the table once, however often it arrived and in whatever form', async () => {
    await lake.put(
      event(1, 'payment:order', SECOND + 10),
      event(1, 'payment:order', SECOND + 10),
      event(2, 'payment:order', SECOND + 10),
      event(2, 'payment:order', (SECOND + 10) * 1_000),
      event(3, 'Payment:order', String(SECOND + 11)),
    );
    await lake.deliver();
    await lake.put(event(1, 'payment:order', SECOND + 10));
    await lake.night();
    expect(await lake.rows(ALL)).toEqual([
      ['00000000-0000-4000-8000-000000000001', 'payment', '2026-11-02', '3'],
      ['00000000-0000-4000-8000-000000000002', 'payment', '2026-11-02', '2'],
      ['00000000-0000-4000-8000-000000000003', 'payment', '2026-11-02', '1'],
    ]);
    const report = await lake.report();
    expect(report).toMatchObject({
      status: 'succeeded',
      partitions: 1,
      lines: { in: 6, duplicates: 3, conflicts: 1 },
      files: { after: 1 },
    });
  });

  test('the payload is the record as it was sent, to the byte', async () => {
    const sent = `{ "event_uuid":"00000000-0000-4000-8000-000000000009","event_name":"a:b","created_at":${SECOND},"big":12345678901234567890,"n":1.10,"ü":"\\u00fc é 😀" }`;
    await lake.put(sent);
    await lake.night();
    expect(await lake.rows('SELECT payload FROM events')).toEqual([[sent]]);
  });

  test('one late event rewrites one partition, and a night with nothing new starts no query', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'b:x', SECOND), event(3, 'c:x', SECOND));
    await lake.night();
    expect((await lake.report()).partitions).toBe(3);
    await lake.night();
    expect(await lake.report()).toMatchObject({ partitions: 0, queries: 0 });
    await lake.night();
    await lake.put(event(1, 'a:x', SECOND), event(4, 'a:x', SECOND + 1));
    await lake.night();
    const report = await lake.report();
    expect(report).toMatchObject({ partitions: 1, queries: 2, lines: { in: 2, duplicates: 1, late: 2 } });
    expect(report.perPartition.map(({ partition }) => partition)).toEqual(['event_type=a/created_date=2026-11-02']);
    expect(await lake.rows('SELECT count(*), sum(copies) FROM events')).toEqual([['4', '5']]);
  });

  test('an object cut in half is set aside and named, and everything else is published', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'b:x', SECOND));
    await lake.deliver();
    const [cut = ''] = (await lake.keys('raw/events/event_type=a/')).sort();
    const whole = readFileSync(lake.fileOf(cut));
    truncateSync(lake.fileOf(cut), Math.floor(whole.length / 2));
    await lake.night();
    const report = await lake.report();
    expect(report.status).toBe('succeeded');
    expect(report.unreadable.map(({ key }) => key)).toEqual([cut]);
    expect(await lake.rows(ALL)).toEqual([['00000000-0000-4000-8000-000000000002', 'b', '2026-11-02', '1']]);

    writeFileSync(lake.fileOf(cut), whole);
    await lake.night();
    expect((await lake.rows(ALL)).length).toBe(2);
  });

  test('a file placed by hand is routed by what its lines say, and unusable lines are kept with a reason', async () => {
    await lake.put(event(1, 'a:x', SECOND));
    await lake.deliver();
    const [placed = ''] = await lake.keys('raw/events/event_type=a/');
    const line = event(2, 'b:y', SECOND).slice(1);
    const judged = `{"created_datetime":"2026-11-02T00:00:00.000Z","event_type":"b","event_subtype":"y","ingested_at":"2026-11-02T00:00:01.000Z",${line}\n`;
    writeFileSync(lake.fileOf(placed.replace(/[^/]+$/, 'by-hand.gz')), gzipSync(`${judged}{"no":"event"}\n`));
    await lake.night();
    await lake.night();
    expect((await lake.rows(ALL)).map((row) => row.slice(0, 2))).toEqual([
      ['00000000-0000-4000-8000-000000000001', 'a'],
      ['00000000-0000-4000-8000-000000000002', 'b'],
    ]);
    expect(await lake.keys('errors/events/rejected/')).toHaveLength(1);
  });

  test('a run that is refused names the mistake and leaves no lock', async () => {
    const refused = await lake.compact({ feed: 'events', dryrun: true });
    expect(refused.status).toBe('FAILED');
    expect(refused.error).toBe('InvalidInput');
    expect(refused.cause).toContain('dryrun');
    expect(await lake.keys('locks/')).toEqual([]);
  });

  test('a dry run plans and changes nothing', async () => {
    await lake.put(event(1, 'a:x', SECOND));
    await lake.deliver();
    const run = await lake.compact({ dryRun: true, force: true });
    expect(run.status).toBe('SUCCEEDED');
    const plan = await lake.plan();
    expect(plan.partitions.map(({ due, reason }) => [due, reason])).toEqual([[true, 'forced']]);
    expect(await lake.keys('curated/')).toEqual([]);
  });

  test('a rebuild from raw gives the same rows as before', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(1, 'a:x', SECOND), event(2, 'a:x', SECOND));
    await lake.night();
    await lake.put(event(2, 'a:x', SECOND));
    await lake.night();
    const before = await lake.rows(ALL);
    const rebuilt = await lake.compact({ rebuild: true, eventType: 'a' });
    expect(rebuilt.status).toBe('SUCCEEDED');
    expect((await lake.report()).partitions).toBe(1);
    expect(await lake.rows(ALL)).toEqual(before);
  });

  test('the host goes on where it stood after a restart', async () => {
    await lake.put(event(1, 'a:x', SECOND), event(2, 'a:x', SECOND));
    await lake.close();
    lake = await Lake.open(lake.dataDir);
    await lake.night();
    expect((await lake.rows(ALL)).length).toBe(2);
    await lake.close();
    lake = await Lake.open(lake.dataDir);
    expect((await lake.rows(ALL)).length).toBe(2);
    await lake.night();
    expect(await lake.report()).toMatchObject({ partitions: 0, queries: 0 });
  });

  test('a second process on the data directory is refused with a sentence', async () => {
    await expect(Lake.open(lake.dataDir)).rejects.toThrow(/is in use by another lithify process/);
  });
});
