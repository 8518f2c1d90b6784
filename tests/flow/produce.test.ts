import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { produceCommand } from '../../cli/commands/produce';
import { programGraph } from '../graphs';
import { documentOf, runWith } from './command';
import { event, Lake, PROJECT, scheduledAlone, START } from './lake';

const MINUTE = 60_000;
const FILMS = join(PROJECT, 'examples/films.kdg');

interface Produced {
  readonly destination: string;
  readonly acknowledged: number;
  readonly records: number;
  readonly copies: number;
  readonly late: number;
  readonly failed: number;
}

/** A template of events of one type that say when they were made. */
const templateOf = (type: string, created: string): string =>
  `{"event_uuid":"{{random.uuid}}","event_name":"${type}:made","created_at":{{${created}("x")}}}`;

describe('lithify produce, from a template or a file to the answer of a query', () => {
  let lake: Lake;
  const passed: Record<string, number> = {};
  const made: Record<string, Produced> = {};
  const file = (name: string): string => join(lake.dataDir, name);

  /** Runs it and notes what it said and how much virtual time it let pass, under a name. */
  const produce = async (name: string, args: readonly string[], input = ''): Promise<void> => {
    const before = lake.host.now();
    const { exitCode, stdout, stderr } = await runWith(lake, input, produceCommand, ...args, '--seed', '11', '--json');
    if (exitCode !== 0) throw new Error(stderr);
    passed[name] = lake.host.now() - before;
    made[name] = JSON.parse(stdout) as Produced;
  };

  beforeAll(async () => {
    lake = await Lake.open(undefined, undefined, undefined, scheduledAlone('events', 'films', 'members'));
    writeFileSync(file('shifted.kdg'), templateOf('shifted', 'date.simTime'));
    writeFileSync(file('repeated.kdg'), templateOf('repeated', 'date.utc'));
    // One record a second in the first hour of Monday, where Prague is an hour ahead, and none in any other.
    const monday = Array.from({ length: 24 }, (_, hour) => (hour === 1 ? 1 : 0));
    writeFileSync(file('week.json'), JSON.stringify({ mean: 0, sigma: 0, smoothing: false, mon: monday }));

    await produce('films', ['films', '--template', FILMS, '--rate', '2', '--for', '3m']);
    const { deliveryStreamName } = lake.feed('films');
    await produce('direct', ['--template', FILMS, '--to', 'delivery', deliveryStreamName, '--count', '50']);
    const lines = Array.from({ length: 21 }, (_, index) => event(index + 1, 'lines:read', START / 1_000));
    await produce(
      'lines',
      ['events', '--file', '-', '--rate', '5'],
      `${lines.slice(0, 10).join('\n')}\n\n${lines.slice(10).join('\n')}\n`,
    );
    const simulated = ['--simulate-from', '2026-11-01T22:00:00Z', '--rate', '1', '--for', '20m'];
    await produce('shifted', ['events', '--template', file('shifted.kdg'), ...simulated]);
    await produce('repeated', [
      'events',
      '--template',
      file('repeated.kdg'),
      '--count',
      '300',
      '--duplicates',
      '0.2',
      '--late',
      '0.1',
    ]);
    await lake.host.advance(START + 50 * MINUTE - lake.host.now());
    await produce('week', ['members', '--rates', file('week.json'), '--zone', 'Europe/Prague', '--for', '20m']);
    await lake.deliver();
    await lake.night();
  });
  afterAll(() => lake.remove());

  it('gives up on nothing', () => {
    expect(
      Object.values(made).map(({ failed, acknowledged, records, copies }) => [failed, acknowledged - records - copies]),
    ).toEqual(Object.keys(made).map(() => [0, 0]));
  });

  it('lets virtual time pass as its rate says, up to the end, and only then', () => {
    expect(passed).toMatchObject({ films: 3 * MINUTE, direct: 0, shifted: 0, repeated: 0, week: 20 * MINUTE });
    // The last of 21 lines comes four seconds after the first.
    expect(passed['lines']).toBe(4_000);
  });

  it('films: what the template makes joins with the titles, whichever way it came', async () => {
    expect(made['films']).toMatchObject({ records: 360, destination: 'delivery stream lithify-dev-films' });
    expect(made['direct']).toMatchObject({ records: 50, destination: 'delivery stream lithify-dev-films' });
    const joined = `SELECT count(*), count(film.title), count(DISTINCT films.film_id) - count(DISTINCT film.title)
      FROM films LEFT JOIN film ON films.film_id = film.film_id WHERE streamed_date = '2026-11-02'`;
    expect(await lake.rows(joined)).toEqual([['410', '410', '0']]);
    // Each says the second in which it was sent.
    expect(await lake.rows('SELECT count(DISTINCT streamed_at), max(streamed_at) FROM films')).toEqual([
      ['181', '2026-11-02T00:03:00.000Z'],
    ]);
  });

  it('the lines of standard input: each that is not blank is an event', async () => {
    expect(made['lines']).toMatchObject({ records: 21 });
    expect(await lake.rows("SELECT count(*) FROM events WHERE event_type = 'lines'")).toEqual([['21']]);
  });

  it('simulated time: the records say it, and arrive now', async () => {
    const sql =
      "SELECT count(*), min(created_datetime), max(created_datetime), created_date FROM events WHERE event_type = 'shifted' GROUP BY created_date";
    expect(await lake.rows(sql)).toEqual([['1200', '2026-11-01T22:00:00.000Z', '2026-11-01T22:19:59.000Z', '2026-11-01']]);
  });

  it('copies add up in their events, and late events are filed by the day on which they were made', async () => {
    const { records, copies, late } = made['repeated']!;
    expect(records).toBe(300);
    expect(copies).toBeGreaterThan(40);
    expect(late).toBeGreaterThan(15);
    const of = "FROM events WHERE event_type = 'repeated'";
    expect(await lake.rows(`SELECT count(*), sum(copies), max(copies) ${of}`)).toEqual([['300', String(300 + copies), '2']]);
    expect(await lake.rows(`SELECT count(*) ${of} AND created_date < '2026-11-01'`)).toEqual([[String(late)]]);
    expect(await lake.rows(`SELECT count(*) ${of} AND created_date NOT BETWEEN '2026-10-03' AND '2026-11-02'`)).toEqual([['0']]);
    // They came the long way: by the partition of what is late, and from there to their own.
    const reports = await Promise.all((await lake.runs()).map((run) => lake.report(run)));
    expect(reports.reduce((sum, { lines }) => sum + lines.late, 0)).toBeGreaterThanOrEqual(late);
  });

  it('a periodic rate: what each hour of its zone has, and nothing in the next', async () => {
    expect(made['week']).toMatchObject({ records: 600, destination: 'stream lithify-dev-members' });
    expect(await lake.rows('SELECT count(*), min(created_datetime), max(created_datetime) FROM members')).toEqual([
      ['600', '2026-11-02T00:50:00.000Z', '2026-11-02T00:59:59.000Z'],
    ]);
  });
});

describe('the stack of film rentals, on a laptop', () => {
  it('takes what the example sends to its delivery stream, files it by month, and answers by titles after a night', async () => {
    const graph = await programGraph('films');
    const lake = await Lake.open(undefined, undefined, undefined, scheduledAlone('films'), { stack: 'films', graph });
    try {
      const { document } = await documentOf<Produced>(
        lake,
        produceCommand,
        ...['--template', FILMS, '--rate', '10', '--for', '30s', '--to', 'delivery', 'etl3-delivery'],
      );
      expect(document).toMatchObject({ acknowledged: 300, destination: 'delivery stream etl3-delivery' });
      await lake.host.advance(MINUTE);
      expect((await lake.keys('streaming/')).every((key) => key.startsWith('streaming/2026/11/etl3-delivery-'))).toBe(true);
      expect((await lake.keys('streaming/')).length).toBeGreaterThan(0);
      await lake.night();
      expect(await lake.rows('SELECT count(*), count(title) FROM films JOIN film ON films.film_id = film.film_id')).toEqual([
        ['300', '300'],
      ]);
    } finally {
      await lake.remove();
    }
  });
});
