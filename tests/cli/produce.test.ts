import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Destination } from '../../cli/destination';
import { runTraffic, type RunOptions } from '../../cli/produce/run';
import { aimAtFeed } from '../../cli/produce/target';
import { runCli } from '../../cli/run';
import { constantRate } from '../../corpora/kdg/rates';
import { trafficOf, type TrafficRecord } from '../../corpora/kdg/traffic';

const CHECKOUT = join(__dirname, '../..');
const FILMS = join(CHECKOUT, 'examples/films.kdg');
const NOW = Date.UTC(2026, 10, 22, 6, 0, 0);

/** Nothing listens there: what gets as far as that has passed every check of its flags. */
const NOWHERE = 'http://127.0.0.1:1';

const run = async (words: readonly string[], input = '', projectDirectory = CHECKOUT) => {
  let [stdout, stderr] = ['', ''];
  const exitCode = await runCli(['produce', ...words, '--endpoint', NOWHERE], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    readInput: () => Promise.resolve(input),
    projectDirectory,
    version: '1.2.3',
    wallMillis: () => NOW,
  });
  return { exitCode, stdout, stderr };
};

describe('lithify produce', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lithify-produce-'));
  const week = join(directory, 'week.json');
  beforeAll(() => writeFileSync(week, '{"mean":5}'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each([
    [['films'], 'how many? Give --count, or a --rate and how long: --rate 10 --for 5m.'],
    [
      ['users', '--count', '5', '--corpus', 'github'],
      '--corpus has no meaning for the feed users: its records are those of its template.',
    ],
    [['telemetry', '--count', '5', '--late', '0.1'], '--late is 0.1, but the template says nowhere when a record was made'],
    [['films', '--count', '5', '--gzip'], '--gzip is for --to stream NAME and --to delivery NAME: a feed of the lake reads text'],
    [['--template', FILMS, '--count', '5', '--gzip'], '--gzip is for --to stream NAME'],
    [['users', '--count', '5', '--to', 'stream'], '--to needs --template or --file.'],
    [['flims'], '"flims" is not a feed'],
    [[], 'needs FEED'],
    [['events'], '--count is missing'],
    [['events', '--count', '5', '--for', '5m'], '--for needs --template or --file where events are produced.'],
    [['events', '--count', '5', '--gzip'], '--gzip needs --template or --file where events are produced.'],
    [['--template', FILMS], 'how many? Give --count, or a --rate and how long: --rate 10 --for 5m.'],
    [['--template', FILMS, '--for', '5m'], '--for needs --rate or --rates'],
    [['--template', FILMS, '--rate', '0'], '--rate is "0"; it must be a number from 0.1 to 1000000.'],
    [['--template', FILMS, '--rate', 'ten'], '--rate is "ten"'],
    [['--template', FILMS, '--rate', '1', '--for', '5x'], '"5x" is no length of time'],
    [['--template', FILMS, '--rate', '1', '--rates', week], 'both --rate and --rates are given'],
    [['--template', FILMS, '--rates', '/nowhere', '--for', '5m'], '--rates is "/nowhere"; there is no such file.'],
    [['--template', FILMS, '--file', FILMS, '--rate', '1'], 'both --template and --file are given'],
    [['--template', '/nowhere.kdg', '--rate', '1'], '--template is "/nowhere.kdg"; there is no such file.'],
    [['--file', '/nowhere', 'events'], '--file is "/nowhere"; there is no such file.'],
    [['--file', directory, 'events'], 'that is a directory.'],
    [['--template', FILMS, '--rate', '1', '--zone', 'Mars'], '--zone is "Mars"'],
    [['--template', FILMS, '--rate', '1', '--corpus', 'github'], '--corpus has no meaning for records of a template or a file.'],
    [['--template', FILMS, '--rate', '1', '--malformed', '0.1'], '--malformed has no meaning'],
    [['--template', FILMS, '--rate', '1', '--simulate-from', '2026-01-01'], '--simulate-from needs --rate or --rates, and --for'],
    [['--template', FILMS, '--rate', '1', '--to', 'queue', 'x'], '--to is "queue"; it must be one of stream, delivery.'],
    [['--template', FILMS, '--rate', '1', '--to', 'stream'], '--to stream needs a name: --to stream NAME.'],
    [['--template', FILMS, '--rate', '1', '--region', 'us-east-1'], '--region needs --to stream NAME or --to delivery NAME'],
    [['--file', week, '--late', '0.1', 'events'], '--late is 0.1, but the lines of a file are sent as they are'],
  ])('%j is refused: %s', async (words, message) => {
    const { exitCode, stdout, stderr } = await run(words);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });

  it('refuses a template with a helper that does not exist, naming the nearest', async () => {
    const { exitCode, stderr } = await run(['--template', '-', '--rate', '1'], '{"a":{{random.nubmer}}}');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      '{{random.nubmer}} at line 1, column 6 of the template is no known helper; the nearest one is {{random.number}}.',
    );
  });

  it('shows what a template makes without sending it', async () => {
    const shown = await run(['--template', FILMS, '--sample', '3', '--seed', '1']);
    expect(shown.exitCode).toBe(0);
    expect(
      shown.stdout
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line) as object)[2]),
    ).toEqual(['film_id', 'film_id', 'film_id']);
    const { stdout } = await run(['--file', '-', '--sample', '3', '--json'], 'a\n\nb\n');
    expect(JSON.parse(stdout)).toEqual({ records: ['a', 'b'] });
  });

  it('shows the times that are simulated, at the rate that is asked for', async () => {
    const words = ['--template', '-', '--sample', '3', '--rate', '2', '--simulate-from', '2026-01-01', '--for', '1s'];
    const { stdout } = await run(words, '{{date.simTime("ss.SSS")}} of {{date.simTime("YYYY")}} at {{date.utc("HH:mm:ss")}}');
    expect(stdout).toBe('00.000 of 2026 at 06:00:00\n00.500 of 2026 at 06:00:00\n');
    // Alone it says where all of them are.
    const alone = await run(['--template', '-', '--sample', '2', '--simulate-from', '2026-01-01'], '{{date.simTime}}');
    expect(alone.stdout).toBe('2026-01-01T00:00:00+00:00\n2026-01-01T00:00:00+00:00\n');
  });

  it('ends a sample of a rate that makes nothing', async () => {
    const none = join(directory, 'none.json');
    writeFileSync(none, '{"mean":0,"sigma":0}');
    const words = ['films', '--sample', '3', '--rates', none, '--json'];
    expect(await run([...words, '--simulate-from', '2026-01-01'])).toMatchObject({
      exitCode: 0,
      stdout: '{"records":[]}\n',
    });
    // Where no time is simulated, the rate has no say.
    const { stdout } = await run(words);
    expect((JSON.parse(stdout) as { readonly records: readonly string[] }).records).toHaveLength(3);
  });

  it('takes the template of the checkout for a feed, and names the file where there is none', async () => {
    const { stdout } = await run(['telemetry', '--sample', '1', '--seed', '1']);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['id', 'latitude', 'longitude']);
    const { exitCode, stderr } = await run(['telemetry', '--count', '1'], '', '/checkout');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        'lithify: the template of the feed telemetry, /checkout/examples/telemetry.kdg, is not there; add it, or give --template or --file to `produce`.\n',
    });
  });

  it('asks for a host once its flags are right', async () => {
    expect(await run(['--template', FILMS, '--rates', week, '--for', '1m', 'events'])).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('the destination of a feed', () => {
  const outputs = {
    streamName: 's',
    feeds: { films: { deliveryStreamName: 'd' }, users: { streamName: 'u', deliveryStreamName: 'ud' }, none: {} },
  };

  it('is its stream, or its delivery stream where it has no stream', () => {
    expect(aimAtFeed(outputs, { name: 'events' })).toEqual({ kind: 'stream', name: 's' });
    expect(aimAtFeed(outputs, { name: 'users' })).toEqual({ kind: 'stream', name: 'u' });
    expect(aimAtFeed(outputs, { name: 'films' })).toEqual({ kind: 'delivery', name: 'd' });
  });

  it('is that of the feed that the template is called after, where none is named', () => {
    expect(aimAtFeed(outputs, { template: 'examples/films.kdg' })).toEqual({ kind: 'delivery', name: 'd' });
    expect(() => aimAtFeed(outputs, { template: 'x.kdg' })).toThrow(
      'where to? Give a feed (events, films, users, none), or --to',
    );
  });

  it('is refused where there is none', () => {
    expect(() => aimAtFeed(outputs, { name: 'flims' })).toThrow(
      '"flims" is not a feed of the stack; the feeds are events, films, users, none.',
    );
    expect(() => aimAtFeed(outputs, { name: 'none' })).toThrow('takes no records of its own');
    expect(() => aimAtFeed({ streamName: 's' }, { name: 'constructor' })).toThrow('is not a feed');
  });
});

describe('traffic on its way', () => {
  const START = 1_000_000;
  const traffic = (seconds: number, rate: number): AsyncGenerator<TrafficRecord> =>
    trafficOf({
      record: (index) => `r${index}`,
      rate: constantRate(rate),
      startMillis: START,
      lengthMillis: seconds * 1_000,
      seed: 1,
      duplicates: 0,
      late: 0,
      gzip: false,
    });

  const prepared = (more: Partial<RunOptions> = {}) => {
    let wall = 0;
    let virtual = START;
    const puts: { readonly wall: number; readonly virtual: number; readonly records: number }[] = [];
    const stop = { asked: false };
    const destination: Destination = {
      description: 'a test',
      maxRecords: 500,
      maxBytes: 1e6,
      maxRecordBytes: 1e6,
      sizeOf: ({ data }) => data.length,
      async put(entries) {
        puts.push({ wall, virtual, records: entries.length });
        return entries.map(() => undefined);
      },
    };
    const advanceTo = async (millis: number): Promise<void> => {
      expect(millis).toBeGreaterThanOrEqual(virtual);
      virtual = millis;
    };
    const ran = (onVirtualTime: boolean, source: AsyncIterable<TrafficRecord>) =>
      runTraffic({
        target: { destination, nowMillis: START, ...(onVirtualTime && { advanceTo }) },
        traffic: source,
        paced: true,
        stop,
        random: () => 0.5,
        sleep: async (milliseconds) => void (wall += milliseconds),
        monotonic: () => wall,
        onProgress: () => undefined,
        ...more,
      });
    return { puts, stop, ran, virtual: () => virtual };
  };

  it('waits for its time on the wall', async () => {
    const { puts, ran } = prepared();
    expect(await ran(false, traffic(10, 40))).toMatchObject({ acknowledged: 400, records: 400, failed: 0, stopped: false });
    expect(puts.length).toBeGreaterThan(30);
    for (const [index, { wall }] of puts.entries()) expect(wall).toBeGreaterThanOrEqual(puts.slice(0, index).length * 200);
    expect(puts.at(-1)!.wall).toBeGreaterThan(9_500);
  });

  it('lets virtual time pass up to its end, and no record arrives before its time', async () => {
    const { puts, ran, virtual } = prepared({ endMillis: START + 300_000 });
    expect(await ran(true, traffic(300, 10))).toMatchObject({ acknowledged: 3_000 });
    expect(virtual()).toBe(START + 300_000);
    let sent = 0;
    for (const put of puts) {
      sent += put.records;
      expect(put.virtual).toBeGreaterThanOrEqual(START + (sent - 1) * 100);
      expect(put.virtual - (START + (sent - put.records) * 100)).toBeLessThanOrEqual(10_000);
    }
  });

  it('waits for nothing where it has no pace', async () => {
    const { puts, ran, virtual } = prepared({ paced: false });
    await ran(true, traffic(300, 10));
    expect(virtual()).toBe(START);
    expect(puts.every(({ wall }) => wall === 0)).toBe(true);
    // Whole requests, however long the time is that is simulated.
    expect(puts.map(({ records }) => records)).toEqual([500, 500, 500, 500, 500, 500]);
  });

  it('stops when it is asked to, and counts what it sent', async () => {
    const { puts, stop, ran } = prepared();
    async function* interrupted() {
      for await (const record of traffic(100, 10)) {
        if (record.index === 50) stop.asked = true;
        yield record;
      }
    }
    const { acknowledged, records, stopped } = await ran(false, interrupted());
    expect(stopped).toBe(true);
    expect(acknowledged).toBe(records);
    expect(puts.reduce((sum, put) => sum + put.records, 0)).toBe(records);
    expect(records).toBeLessThanOrEqual(50);
    expect(records).toBeGreaterThan(40);
  });
});
