import { gunzipSync } from 'node:zlib';
import { generatorOf } from '../../../corpora/kdg/generator';
import { constantRate, hourRateAt, periodicRate, readProfile } from '../../../corpora/kdg/rates';
import type { TrafficOptions, TrafficRecord } from '../../../corpora/kdg/traffic';
import { trafficOf } from '../../../corpora/kdg/traffic';
import { fc } from '../../properties';

const START = Date.UTC(2026, 10, 22, 6, 0, 0);
const generator = generatorOf({
  template: '{"at":"{{date.utc("YYYY-MM-DDTHH:mm:ss.SSS[Z]")}}","sim":"{{date.simTime}}"}',
  seed: 4,
});

const options: TrafficOptions = {
  record: (index, present) => generator.record(index, present),
  rate: constantRate(10),
  startMillis: START,
  lengthMillis: 60_000,
  seed: 4,
  duplicates: 0,
  late: 0,
  gzip: false,
};
const collected = async (more: Partial<TrafficOptions> = {}): Promise<TrafficRecord[]> => {
  const records: TrafficRecord[] = [];
  for await (const record of trafficOf({ ...options, ...more })) records.push(record);
  return records;
};
const createdMillis = ({ data }: TrafficRecord): number => Date.parse((JSON.parse(String(data)) as { at: string }).at);

describe('traffic', () => {
  it('has the records of its rate, each made when it is sent, on a line of its own', async () => {
    const records = await collected();
    expect(records).toHaveLength(600);
    expect(records.map(({ atMillis }) => atMillis - START)).toEqual(Array.from({ length: 600 }, (_, index) => index * 100));
    expect(records.every((record) => createdMillis(record) === record.atMillis)).toBe(true);
    expect(records.every(({ data }) => typeof data === 'string' && data.indexOf('\n') === data.length - 1)).toBe(true);
    expect(new Set(records.map(({ partitionKey }) => partitionKey)).size).toBeGreaterThan(590);
  });

  it('is the same of the same seed and start, and another of another seed', async () => {
    const more = { duplicates: 0.2, late: 0.2 };
    expect(await collected(more)).toEqual(await collected(more));
    expect(await collected({ ...more, seed: 5 })).not.toEqual(await collected(more));
  });

  it('sends a share twice, byte for byte, within the minute and never before the first', async () => {
    const records = await collected({ lengthMillis: 600_000, duplicates: 0.1 });
    const copies = records.filter(({ copy }) => copy);
    const first = new Map(records.filter(({ copy }) => !copy).map((record) => [record.index, record]));
    expect(copies.length / first.size).toBeCloseTo(0.1, 1);
    expect(copies.length).toBeGreaterThan(500);
    for (const { index, data, atMillis } of copies) {
      expect(data).toBe(first.get(index)!.data);
      expect(atMillis - first.get(index)!.atMillis).toBeGreaterThanOrEqual(0);
      expect(atMillis - first.get(index)!.atMillis).toBeLessThanOrEqual(60_000);
    }
  });

  it('makes a share 2 to 30 days before it is sent', async () => {
    const records = await collected({ lengthMillis: 600_000, late: 0.25 });
    const late = records.filter((record) => record.late);
    expect(late.length / records.length).toBeCloseTo(0.25, 1);
    for (const record of records) {
      const days = (record.atMillis - createdMillis(record)) / 86_400_000;
      expect(record.late ? days >= 2 && days <= 30 : days === 0).toBe(true);
    }
  });

  it('never goes back in time and stays within its length', async () => {
    const rates = fc.constantFrom(0.3, 1, 7, 40);
    const shares = fc.constantFrom(0, 0.1, 1);
    await fc.assert(
      fc.asyncProperty(rates, shares, fc.integer({ min: 1, max: 30 }), async (rate, duplicates, seconds) => {
        const records = await collected({ rate: constantRate(rate), duplicates, lengthMillis: seconds * 1_000 });
        const times = records.map(({ atMillis }) => atMillis);
        expect(times).toEqual([...times].sort((left, right) => left - right));
        expect(records.filter(({ copy }) => !copy)).toHaveLength(Math.floor(rate * seconds));
        expect(times.every((time) => time >= START && time <= START + seconds * 1_000)).toBe(true);
        if (duplicates === 1) expect(records).toHaveLength(2 * Math.floor(rate * seconds));
      }),
      { numRuns: 25 },
    );
  });

  it('ends with its count, with its source, or both at once without a rate', async () => {
    expect(await collected({ count: 7 })).toHaveLength(7);
    const lines = ['a', 'b', 'c'];
    const ended = await collected({ record: (index) => lines[index] });
    expect(ended.map(({ data }) => data)).toEqual(['a\n', 'b\n', 'c\n']);
    const { rate: _rate, lengthMillis: _length, ...unpaced } = options;
    const records: TrafficRecord[] = [];
    for await (const record of trafficOf({ ...unpaced, count: 5, duplicates: 1 })) records.push(record);
    expect(records.map(({ atMillis, copy }) => [atMillis, copy])).toEqual([
      ...Array.from({ length: 5 }, () => [START, false]),
      ...Array.from({ length: 5 }, () => [START, true]),
    ]);
  });

  it('is compressed record by record where asked, without a line break', async () => {
    const [plain, zipped] = [(await collected({ count: 1 }))[0]!, (await collected({ count: 1, gzip: true }))[0]!];
    expect(`${gunzipSync(zipped.data).toString()}\n`).toBe(plain.data);
  });

  it('may simulate its time, which the records then tell apart from the present', async () => {
    const from = Date.UTC(2020, 0, 1);
    const [, second] = await collected({ startMillis: from, rate: constantRate(1), simulated: { nowMillis: START } });
    expect(String(second!.data)).toBe('{"at":"2026-11-22T06:00:00.000Z","sim":"2020-01-01T00:00:01+00:00"}\n');
  });
});

describe('a periodic rate', () => {
  const week = readProfile(
    JSON.stringify({ mean: 50, sigma: 0, sun: [{ mean: 10, sigma: 4 }, 20, ...Array<number>(22).fill(0)] }),
    'week.json',
  );
  const sunday = Date.UTC(2026, 10, 22);

  it('has the mean and sigma of each hour of the week, and passes in a straight line between them', () => {
    expect(hourRateAt(week, sunday, 'UTC')).toEqual({ mean: 10, sigma: 4 });
    expect(hourRateAt(week, sunday + 30 * 60_000, 'UTC')).toEqual({ mean: 15, sigma: 2 });
    expect(hourRateAt(week, sunday + 23.5 * 3_600_000, 'UTC')).toEqual({ mean: 25, sigma: 0 });
    expect(hourRateAt(week, sunday - 0.5 * 3_600_000, 'UTC')).toEqual({ mean: 30, sigma: 2 });
    expect(hourRateAt({ ...week, smoothing: false }, sunday + 30 * 60_000, 'UTC')).toEqual({ mean: 10, sigma: 4 });
  });

  it('goes by the hours of its zone', () => {
    expect(hourRateAt(week, sunday - 9 * 3_600_000, 'Asia/Tokyo')).toEqual({ mean: 10, sigma: 4 });
  });

  it('asks for the mean of each second, in zones that are off by quarters of an hour and over changes of the clock', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => ({ mean: 1_000 * ((hour * 7) % 24), sigma: 0 }));
    const steep = readProfile(JSON.stringify({ sun: hours, mon: hours }), 'f');
    const changes = Date.UTC(2026, 9, 25);
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', 'Europe/Prague', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
        fc.array(fc.integer({ min: 0, max: 86_399 }), { minLength: 1, maxLength: 20 }),
        (zone, seconds) => {
          const rate = periodicRate(steep, 1, zone);
          for (const second of seconds) {
            const atMillis = changes + second * 1_000;
            const { mean, sigma } = hourRateAt(steep, atMillis, zone);
            if (sigma === 0) expect(rate.recordsIn(second, atMillis)).toBe(Math.round(mean));
          }
        },
      ),
    );
  });

  it('is normally distributed, never negative and the same of the same seed', () => {
    const flat = readProfile('{"mean":100,"sigma":10}', 'f');
    const rate = periodicRate(flat, 9, 'UTC');
    const counts = Array.from({ length: 5_000 }, (_, second) => rate.recordsIn(second, sunday + second * 1_000));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const sigma = Math.sqrt(counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length);
    expect(mean).toBeCloseTo(100, 0);
    expect(sigma).toBeGreaterThan(9.5);
    expect(sigma).toBeLessThan(10.5);
    expect(rate.recordsIn(77, sunday)).toBe(periodicRate(flat, 9, 'UTC').recordsIn(77, sunday));
    const wild = periodicRate(readProfile('{"mean":1,"sigma":50}', 'f'), 1, 'UTC');
    expect(Math.min(...Array.from({ length: 200 }, (_, second) => wild.recordsIn(second, sunday)))).toBe(0);
  });

  it('begins with 100 and 10, as the Kinesis Data Generator does', () => {
    expect(hourRateAt(readProfile('{}', 'f'), sunday, 'UTC')).toEqual({ mean: 100, sigma: 10 });
  });

  it.each([
    ['nonsense', 'week.json is not JSON.'],
    ['[]', 'week.json must hold a JSON object.'],
    ['{"mean":-1}', 'week.json has mean -1; it must be a number from 0 to 1000000.'],
    ['{"smoothing":1}', 'week.json has smoothing 1; it must be true or false.'],
    [
      '{"monday":[]}',
      'week.json has a field "monday"; the fields are mean, sigma, smoothing, sun, mon, tue, wed, thu, fri, sat.',
    ],
    ['{"mon":[1,2]}', 'week.json has mon that is no list of 24 hours.'],
    [`{"mon":[${'1,'.repeat(23)}"x"]}`, 'week.json has mon 23 "x"; it must be a number from 0 to 1000000.'],
    [`{"mon":[${'1,'.repeat(23)}{"mu":1}]}`, 'week.json has a field "mu" in mon 23; an hour has mean and sigma.'],
  ])('refuses %s', (text, message) => {
    expect(() => readProfile(text, 'week.json')).toThrow(message);
  });
});
