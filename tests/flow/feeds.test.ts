import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import type { Audit } from '../../cli/audit/findings';
import { statusCommand } from '../../cli/commands/status';
import { queryCommand } from '../../cli/commands/query';
import { verifyCommand } from '../../cli/commands/verify';
import type { Status } from '../../cli/status/collect';
import { documentOf, runOn } from './command';
import { Lake, START } from './lake';

const MINUTE = 60_000;
const LAST_MINUTE = START + 24 * 60 * MINUTE - MINUTE;

const profile = (name: string, email: string): string =>
  JSON.stringify({ name, url: 'https://huang-rose.info/', email, country: 'Angola' });
const point = (id: string, latitude: number, longitude: number): string => JSON.stringify({ id, latitude, longitude });
const streaming = (timestamp: string, filmId: number): string =>
  `${JSON.stringify({ timestamp, eventType: 'rent', film_id: filmId, distributor: 'youtube', platform: 'ios', state: 'Ohio' })}\n`;
const change = (uuid: number, what: string, id: string): string =>
  JSON.stringify({
    event_uuid: `00000000-0000-4000-8000-${String(uuid).padStart(12, '0')}`,
    event_name: `member:${what}`,
    created_at: START / 1_000,
    member: { id, name: 'Ada' },
  });

describe('every feed, from its producer to the answer of a query', () => {
  let lake: Lake;
  beforeAll(async () => {
    lake = await Lake.open(undefined, undefined, undefined, (graph) => graph);
    // Two profiles are the same to the byte; a third one comes just before midnight, in one object with one of the next day.
    await lake.putOn('users', profile('Amanda Fuller', 'blake57@Example.com'), profile('Amanda Fuller', 'blake57@Example.com'));
    await lake.putOn('users', profile('Bo', 'bo@example.org'), '{"name":"no email"}');
    await lake.putOn('telemetry', point('p1', -90, 180), point('p1', -90, 180), point('p2', 12.5, -0.25), point('p3', 91, 0));
    const { deliveryStreamName } = lake.feed('films');
    // The same line twice, and one whose local date is the day before in UTC.
    const twice = streaming('2026-11-02T10:00:00+00:00', 7);
    // One with a carriage return between its tokens, at which a reader of text would cut it, and one that ends as lines end elsewhere.
    const returns = `${streaming('2026-11-02T11:00:00Z', 8).replace(',', ',\r').trimEnd()}\r\n`;
    await lake.putDirectly(deliveryStreamName, twice, twice, returns, streaming('2026-11-02T01:00:00+02:00', 1_000), 'no json\n');
    await lake.putOn('members', change(1, 'created', 'm1'), change(2, 'updated', 'm1'));
    await lake.putDirectly(
      lake.feed('members').directDeliveryStreamName!,
      change(2, 'updated', 'm1'),
      change(3, 'deleted', 'm1'),
    );
    await lake.host.advance(LAST_MINUTE + 30_000 - lake.host.now());
    await lake.putOn('users', profile('Cy', 'cy@example.net'));
    await lake.host.advance(40_000);
    await lake.putOn('users', profile('Di', 'di@example.net'));
    await lake.host.advance(3 * 60 * MINUTE);
  });
  afterAll(() => lake.remove());

  it('users: enriched, de-duplicated within the day, and right at midnight', async () => {
    expect(
      await lake.rows("SELECT name, email_domain, copies FROM users WHERE arrival_date = '2026-11-02' ORDER BY name"),
    ).toEqual([
      ['Amanda Fuller', 'example.com', '2'],
      ['Bo', 'example.org', '1'],
      ['Cy', 'example.net', '1'],
    ]);
    expect(await lake.report(undefined, 'users')).toMatchObject({
      status: 'succeeded',
      lines: { in: 4, duplicates: 1, late: 0 },
    });
  });

  it('telemetry: points by the day on which they arrived', async () => {
    expect(await lake.rows('SELECT id, latitude, longitude, copies, arrival_date FROM telemetry ORDER BY id')).toEqual([
      ['p1', '-90.0', '180.0', '2', '2026-11-02'],
      ['p2', '12.5', '-0.25', '1', '2026-11-02'],
    ]);
  });

  it('films: filed by the UTC date of their timestamp, equal records counted and never merged, joined with their titles', async () => {
    expect(await lake.rows('SELECT film_id, streamed_at, copies, streamed_date FROM films ORDER BY film_id')).toEqual([
      ['7', '2026-11-02T10:00:00.000Z', '1', '2026-11-02'],
      ['7', '2026-11-02T10:00:00.000Z', '1', '2026-11-02'],
      ['8', '2026-11-02T11:00:00.000Z', '1', '2026-11-02'],
      ['1000', '2026-11-01T23:00:00.000Z', '1', '2026-11-01'],
    ]);
    // The first night takes the day before, which is closed; the second one the day itself.
    const reports = await Promise.all((await lake.runs('films')).map((run) => lake.report(run, 'films')));
    expect(reports).toMatchObject([
      { status: 'succeeded', lines: { in: 1, duplicates: 0, equal: 0, late: 0, rejected: 1 } },
      { status: 'succeeded', lines: { in: 3, duplicates: 0, equal: 1, late: 0, rejected: 0 } },
    ]);
    const [joined] = await lake.rows(
      'SELECT count(*), count(DISTINCT film.title) FROM films JOIN film ON films.film_id = film.film_id WHERE film.title IS NOT NULL',
    );
    expect(joined).toEqual(['4', '3']);
    expect(await lake.rows('SELECT payload FROM films WHERE film_id = 8')).toEqual([
      [streaming('2026-11-02T11:00:00Z', 8).trimEnd()],
    ]);
    expect((await lake.keys('streaming/2026/11/')).length).toBeGreaterThan(0);
    const [rejected] = await lake.keys('errors/films/rejected/');
    expect(gunzipSync(readFileSync(lake.fileOf(rejected!))).toString()).toContain(Buffer.from('no json').toString('base64'));
  });

  it.each(['users', 'telemetry', 'films', 'members'])('%s: everything adds up, down to the record', async (feed) => {
    const { exitCode, document, stderr } = await documentOf<Audit>(lake, verifyCommand, '--feed', feed);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(document.checks.acknowledged).toMatchObject({ missing: 0, redelivered: 0, notJudged: null, inFlight: 0 });
    expect(document.checks.acknowledged.acknowledged).toBeGreaterThan(3);
    const lines = await runOn(lake, verifyCommand, '--feed', feed);
    expect(lines.stdout).toContain(feed === 'films' ? 'no key: each record is a row of its own' : 'each key once');
  });

  it('all of them stand in the status, a line each, and each alone', async () => {
    const all = await documentOf<{ feeds: Status[] }>(lake, statusCommand);
    expect(all.document.feeds.map(({ feed, runs }) => [feed, runs[0]?.status])).toEqual(
      ['events', 'users', 'films', 'telemetry', 'members'].map((feed) => [feed, 'SUCCEEDED']),
    );
    const { stdout } = await runOn(lake, statusCommand);
    for (const { feed, partitions } of all.document.feeds.slice(1)) {
      expect(partitions.length).toBeGreaterThan(0);
      expect(stdout).toMatch(new RegExp(`^${feed} +\\d+ +${partitions.length} .*succeeded .* ago *$`, 'm'));
      expect((await documentOf<Status>(lake, statusCommand, '--feed', feed)).document.partitions).toEqual(partitions);
    }
  });

  it.each(['events', 'users', 'films', 'telemetry', 'members'])('%s: answers what one asks first', async (feed) => {
    type Answer = { readonly rows: readonly Readonly<Record<string, unknown>>[] };
    const days = (await documentOf<Answer>(lake, queryCommand, '--feed', feed)).document.rows;
    const total = days.reduce((sum, { rows }) => sum + Number(rows), 0);
    expect(await lake.rows(`SELECT count(*) FROM ${feed}`)).toEqual([[String(total)]]);
    const newest = (await documentOf<Answer>(lake, queryCommand, '--feed', feed, '--ask', 'newest')).document.rows;
    expect(newest).toHaveLength(Number(days[0]?.['rows'] ?? 0));
    const twice = await runOn(lake, queryCommand, '--feed', feed, '--ask', 'duplicates', '--format', 'csv');
    expect([twice.exitCode, twice.stdout.split('\n').length]).toEqual(feed === 'films' ? [2, 1] : [0, 2]);
    expect(twice.stderr).toContain(feed === 'films' ? 'records of films have no key' : `FROM "${feed}"`);
  });

  it('films: records that run together are told from records that are lost', async () => {
    const { deliveryStreamName } = lake.feed('films');
    const one = streaming('2026-11-03T10:00:00Z', 9);
    await lake.putDirectly(deliveryStreamName, one.trimEnd(), one, one);
    await lake.deliver();
    const waiting = (await documentOf<Audit>(lake, verifyCommand, '--feed', 'films')).document;
    expect(waiting.checks.acknowledged).toMatchObject({ missing: 1, ok: true });
    expect(waiting.checks.acknowledged.notJudged).toMatch(/^2 lines cannot be used/);
    await lake.night();
    expect((await documentOf<Audit>(lake, verifyCommand, '--feed', 'films')).document).toMatchObject({ ok: true });
    expect(await lake.rows('SELECT count(*) FROM films WHERE film_id = 9')).toEqual([['1']]);
  });

  it('members: what came by the stream and what came directly are one table, each event once', async () => {
    expect(
      await lake.rows(
        "SELECT event_name, member_id, copies FROM members WHERE event_type = 'member' AND created_date = '2026-11-02' ORDER BY event_uuid",
      ),
    ).toEqual([
      ['member:created', 'm1', '1'],
      ['member:updated', 'm1', '2'],
      ['member:deleted', 'm1', '1'],
    ]);
  });
});
