import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../contracts/errors';
import { feedDay, type FeedDayOptions, type FeedRecord } from '../../corpora/feed-day';

const START = Date.UTC(2026, 10, 2);
const HOUR = 3_600_000;
const day = (feed: string, more: Partial<FeedDayOptions> = {}): readonly FeedRecord[] =>
  feedDay({
    feed,
    template: readFileSync(join(__dirname, `../../examples/${feed}.kdg`), 'utf8'),
    records: 400,
    duplicates: 0.1,
    malformed: 0.05,
    seed: 1,
    startMillis: START,
    endMillis: START + 24 * HOUR,
    ...more,
  });
const shareOf = (records: readonly FeedRecord[]): number => records.filter(({ direct }) => direct).length / records.length;

describe('the day of a feed', () => {
  it('has the records that are asked for, their copies byte for byte, and malformed ones, in the order of arrival', () => {
    const records = day('telemetry');
    const of = (kind: FeedRecord['kind']) => records.filter((record) => record.kind === kind);
    expect([of('first').length, of('copy').length, of('malformed').length]).toEqual([400, 40, 20]);
    const first = new Set(of('first').map(({ data }) => data));
    expect(first.size).toBe(400);
    expect(of('copy').every(({ data }) => first.has(data))).toBe(true);
    expect(() => of('malformed').forEach(({ data }) => void JSON.parse(data))).toThrow(SyntaxError);
    const arrivals = records.map(({ arrivalMillis }) => arrivalMillis);
    expect(arrivals).toEqual([...arrivals].sort((left, right) => left - right));
    expect(arrivals[0]).toBeGreaterThanOrEqual(START);
    expect(arrivals.at(-1)).toBeLessThan(START + 24 * HOUR);
  });

  it('is made of its template, each record at the time of its arrival and on a line of its own', () => {
    for (const { data, arrivalMillis, kind } of day('films')) {
      expect(data.indexOf('\n')).toBe(data.length - 1);
      if (kind === 'malformed') continue;
      const { timestamp } = JSON.parse(data) as { readonly timestamp: string };
      expect(Date.parse(timestamp)).toBe(arrivalMillis - (arrivalMillis % 1_000));
    }
  });

  it('is the same of the same seed, and another of another', () => {
    expect(day('members')).toEqual(day('members'));
    const known = new Set(day('members').map(({ data }) => data));
    expect(day('members', { seed: 2, malformed: 0 }).filter(({ data }) => known.has(data))).toEqual([]);
  });

  it('takes the ways into the lake that its feed has', () => {
    expect(shareOf(day('films'))).toBe(1);
    expect(shareOf(day('users'))).toBe(0);
    expect(shareOf(day('members', { malformed: 0 }))).toBeCloseTo(0.5, 1);
  });

  it('refuses a template that cannot be understood', () => {
    expect(() => day('films', { template: '{{random.nubmer}}' })).toThrow(UsageError);
  });
});
