import { rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { lineOf } from '../workflows/lines';
import { event, Lake, START } from './lake';

const SECOND = START / 1_000;
const DAY = '2026-11-02';
const PER_MEMBER = 20;
const MEMBERS = 800;

/** Members of the same lines, over and over: little on disk, more than any function takes as a whole when inflated. */
const large = (lines: readonly string[]): Buffer[] => Array.from({ length: MEMBERS }, () => gzipSync(`${lines.join('\n')}\n`));
const padded = (type: string, date: string): readonly string[] =>
  Array.from({ length: PER_MEMBER }, (_, number) => lineOf(number, type, date, 'x'.repeat(4_000)));

describe('a night with large objects', () => {
  let lake: Lake;
  let raw: string;
  beforeEach(async () => {
    lake = await Lake.open();
    await lake.put(event(900_001, 'a:x', SECOND));
    await lake.deliver();
    raw = (await lake.keys('raw/events/event_type=a/'))[0]!.replace(/[^/]+$/, '');
  });
  afterEach(() => lake.remove());
  const place = (name: string, body: Buffer): void => writeFileSync(lake.fileOf(`${raw}${name}`), body);

  test('one that no function could hold is gathered as it is read, beside small ones', async () => {
    place('large.gz', Buffer.concat([...large(padded('a', DAY)), gzipSync(lineOf(7_777, 'a', DAY))]));
    await lake.night();
    expect(await lake.report()).toMatchObject({
      status: 'succeeded',
      lines: { in: PER_MEMBER * MEMBERS + 2 },
      unreadable: [],
      gathered: { objects: 2 },
    });
    expect(await lake.rows('SELECT count(*), sum(copies), min(copies), max(copies) FROM events')).toEqual([
      [String(PER_MEMBER + 2), String(PER_MEMBER * MEMBERS + 2), '1', String(MEMBERS)],
    ]);
    await lake.night();
    expect(await lake.report()).toMatchObject({ partitions: 0, queries: 0 });
  });

  test('one that holds lines of others is split stretch by stretch, and not one of its lines is lost', async () => {
    const mixed = [...padded('b', DAY).slice(0, 12), ...padded('c', '2026-11-01').slice(12), 'not an event'];
    place('mixed.gz', Buffer.concat(large(mixed)));
    await lake.night();
    await lake.night();
    const pieces = await lake.keys('late/events/event_type=');
    expect(pieces.map((key) => key.replace(/[^/]+\.gz/, (name) => name.slice(32)))).toEqual([
      `late/events/event_type=b/created_date=${DAY}/-0001.gz`,
      `late/events/event_type=b/created_date=${DAY}/.gz`,
      'late/events/event_type=c/created_date=2026-11-01/-0001.gz',
      'late/events/event_type=c/created_date=2026-11-01/.gz',
    ]);
    expect(await lake.keys('errors/events/rejected/')).toHaveLength(2);
    expect(
      await lake.rows("SELECT event_type, count(*), sum(copies) FROM events WHERE event_type <> 'a' GROUP BY 1 ORDER BY 1"),
    ).toEqual([
      ['b', '12', String(12 * MEMBERS)],
      ['c', '8', String(8 * MEMBERS)],
    ]);
    await lake.night();
    expect(await lake.report()).toMatchObject({ partitions: 0, queries: 0, lines: { late: 0, rejected: 0 } });
  });

  test('what is cut, is no gzip, holds nothing or a line without an end is set aside or let go; the rest is published', async () => {
    const body = Buffer.concat(large(padded('a', DAY)));
    place('cut.gz', body.subarray(0, body.length - 5));
    place('tail.gz', Buffer.concat([body, Buffer.alloc(9)]));
    place('nothing.gz', Buffer.alloc(0));
    place('empty.gz', gzipSync(''));
    place('text.gz', Buffer.from(`${lineOf(1, 'a', DAY)}\n`));
    place('line.gz', gzipSync(Buffer.concat([Buffer.from(`${lineOf(1, 'a', DAY)}\n`), Buffer.alloc(32_000_001, 'x')])));
    place('bomb.gz', Buffer.concat([gzipSync(`${lineOf(1, 'a', DAY)}\n`), gzipSync(Buffer.alloc(70_000_000, 'x'))]));
    await lake.night();
    const report = await lake.report();
    expect(report).toMatchObject({ status: 'succeeded', lines: { in: 1 }, gathered: { objects: 1 } });
    expect(Object.fromEntries(report.unreadable.map(({ key, reason }) => [key.slice(raw.length), reason]))).toEqual({
      'bomb.gz': 'a line is longer than 32000000 bytes',
      'cut.gz': 'not readable as gzip: unexpected end of file',
      'line.gz': 'a line is longer than 32000000 bytes',
      'nothing.gz': 'not readable as gzip: unexpected end of file',
      'tail.gz': 'bytes behind the last gzip member',
      'text.gz': 'not readable as gzip: incorrect header check',
    });
    expect(await lake.rows('SELECT count(*) FROM events')).toEqual([['1']]);
  });

  test('what vanishes or changes between plan and gather stays new', async () => {
    await lake.remove();
    let placed = (): void => undefined;
    lake = await Lake.open(undefined, ({ state }) => {
      if (state === 'Gather') placed();
    });
    await lake.put(event(1, 'a:x', SECOND));
    await lake.deliver();
    raw = (await lake.keys('raw/events/event_type=a/'))[0]!.replace(/[^/]+$/, '');
    const body = Buffer.concat(large(padded('a', DAY)));
    place('gone.gz', body);
    place('changed.gz', body);
    placed = () => {
      rmSync(lake.fileOf(`${raw}gone.gz`));
      writeFileSync(lake.fileOf(`${raw}changed.gz`), gzipSync(`${lineOf(5, 'a', DAY)}\n`));
      placed = () => undefined;
    };
    await lake.night();
    expect(await lake.report()).toMatchObject({ status: 'succeeded', changed: 2, lines: { in: 1 } });
    await lake.night();
    expect(await lake.rows('SELECT count(*), sum(copies) FROM events')).toEqual([['2', '2']]);
  });
});
