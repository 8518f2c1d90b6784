import { DateTime } from 'luxon';
import { isTimeZone, nextOccurrence, parseExpression } from '../../local/stand-ins/schedule/occurrence';
import { fc } from '../properties';

const iso = (millis: number | undefined): string | undefined =>
  millis === undefined ? undefined : new Date(millis).toISOString();
const at = (text: string): number => Date.parse(text);

/** The next times of an expression, one after another. */
const times = (expression: string, zone: string, after: string, count: number): readonly (string | undefined)[] => {
  const found: (string | undefined)[] = [];
  let last = at(after);
  for (let index = 0; index < count; index++) {
    const next = nextOccurrence(expression, zone, last);
    found.push(iso(next));
    if (next === undefined) break;
    last = next;
  }
  return found;
};

test.each([
  ['cron(30 0 * * ? *)', 'UTC', '2026-11-20T00:30:00Z', '2026-11-21T00:30:00.000Z'],
  ['cron(30 0 * * ? *)', 'Europe/Berlin', '2026-11-20T00:00:00Z', '2026-11-20T23:30:00.000Z'],
  ['cron(0/15 * * * ? *)', 'UTC', '2026-11-20T10:16:30Z', '2026-11-20T10:30:00.000Z'],
  ['cron(5,50 8-10 ? * MON-FRI *)', 'UTC', '2026-11-20T10:50:00Z', '2026-11-23T08:05:00.000Z'],
  ['cron(0 12 ? * 2 *)', 'UTC', '2026-11-20T00:00:00Z', '2026-11-23T12:00:00.000Z'],
  ['cron(0 0 L * ? *)', 'UTC', '2028-02-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['cron(0 0 15W * ? *)', 'UTC', '2026-11-01T00:00:00Z', '2026-11-16T00:00:00.000Z'],
  ['cron(0 0 1W * ? *)', 'UTC', '2026-07-31T23:00:00Z', '2026-08-03T00:00:00.000Z'],
  ['cron(0 0 31W JAN ? *)', 'UTC', '2027-01-01T00:00:00Z', '2027-01-29T00:00:00.000Z'],
  ['cron(0 0 ? * 6#3 *)', 'UTC', '2026-11-01T00:00:00Z', '2026-11-20T00:00:00.000Z'],
  ['cron(0 0 ? * FRIL *)', 'UTC', '2026-11-01T00:00:00Z', '2026-11-27T00:00:00.000Z'],
  ['cron(0 0 ? * L *)', 'UTC', '2026-11-20T00:00:00Z', '2026-11-21T00:00:00.000Z'],
  ['cron(0 0 29 2 ? *)', 'UTC', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['cron(0 0 1 JAN ? 2027-2028)', 'UTC', '2028-01-01T00:00:00Z', undefined],
  ['cron(0 0 31 2 ? *)', 'UTC', '2026-01-01T00:00:00Z', undefined],
  ['at(2026-11-20T13:00:00)', 'America/New_York', '2026-11-20T00:00:00Z', '2026-11-20T18:00:00.000Z'],
  ['at(2026-11-20T13:00:00)', 'UTC', '2026-11-20T13:00:00Z', undefined],
])('%s in %s is due after %s at %s', (expression, zone, after, expected) => {
  expect(iso(nextOccurrence(expression, zone, at(after)))).toBe(expected);
});

test('a local time that spring leaves out is skipped that day', () => {
  expect(times('cron(30 2 * * ? *)', 'Europe/Berlin', '2027-03-26T12:00:00Z', 3)).toEqual([
    '2027-03-27T01:30:00.000Z',
    '2027-03-29T00:30:00.000Z',
    '2027-03-30T00:30:00.000Z',
  ]);
});

test('a local time that autumn repeats counts once, the first time', () => {
  expect(times('cron(30 2 * * ? *)', 'Europe/Berlin', '2027-10-30T12:00:00Z', 2)).toEqual([
    '2027-10-31T00:30:00.000Z',
    '2027-11-01T01:30:00.000Z',
  ]);
  expect(times('cron(0/30 * * * ? *)', 'Europe/Berlin', '2027-10-31T00:00:00Z', 3)).toEqual([
    '2027-10-31T00:30:00.000Z',
    '2027-10-31T02:00:00.000Z',
    '2027-10-31T02:30:00.000Z',
  ]);
});

test('a rate counts from its anchor, a day being 24 hours', () => {
  const anchor = at('2027-03-27T12:00:00Z');
  expect(iso(nextOccurrence('rate(1 day)', 'Europe/Berlin', at('2027-03-28T11:00:00Z'), anchor))).toBe(
    '2027-03-28T12:00:00.000Z',
  );
  expect(iso(nextOccurrence('rate(5 minutes)', 'UTC', anchor - 1, anchor))).toBe('2027-03-27T12:00:00.000Z');
  expect(iso(nextOccurrence('rate(5 minutes)', 'UTC', anchor, anchor))).toBe('2027-03-27T12:05:00.000Z');
});

test.each([
  ['every day', 'must be cron'],
  ['cron(0 0 * * ?)', '5 fields, not 6'],
  ['cron(0 0 * * * *)', 'exactly one of day of month and day of week'],
  ['cron(0 0 ? * ? *)', 'exactly one of day of month and day of week'],
  ['cron(60 0 * * ? *)', '"60" is no minutes from 0 to 59'],
  ['cron(0 0 ? * FUN *)', '"FUN" is no day of week'],
  ['cron(0 5-3 * * ? *)', 'ends before it starts'],
  ['cron(0/0 0 * * ? *)', 'no step of 1 or more'],
  ['rate(0 minutes)', 'rate(…) takes'],
  ['rate(5 weeks)', 'rate(…) takes'],
  ['at(2026-02-30T00:00:00)', 'at(…) takes'],
])('%s is refused: %s', (expression, reason) => {
  expect(() => parseExpression(expression)).toThrow(reason);
  expect(() => parseExpression(expression)).toThrow(expression);
});

const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Santiago',
);
const instants = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });

test('the next time is always later, has the fields of the expression, and none is left out before it', () => {
  const fields = fc.record({
    minute: fc.integer({ min: 0, max: 59 }),
    hour: fc.integer({ min: 0, max: 23 }),
    weekday: fc.integer({ min: 1, max: 7 }),
  });
  fc.assert(
    fc.property(fields, zones, instants, ({ minute, hour, weekday }, zone, after) => {
      const next = nextOccurrence(`cron(${minute} ${hour} ? * ${weekday} *)`, zone, after);
      if (next === undefined) throw new Error('a weekly schedule is always due again');
      const local = DateTime.fromMillis(next, { zone });
      expect(next).toBeGreaterThan(after);
      expect([local.minute, local.hour, (local.weekday % 7) + 1, local.second, local.millisecond]).toEqual([
        minute,
        hour,
        weekday,
        0,
        0,
      ]);
      // A week, or two where the clocks leave the time out.
      expect(next - after).toBeLessThanOrEqual(14 * 86_400_000 + 3_600_000);
      expect(nextOccurrence(`cron(${minute} ${hour} ? * ${weekday} *)`, zone, next - 1)).toBe(next);
    }),
  );
});

test('the times of an hourly schedule rise strictly through every change of the clocks', () => {
  fc.assert(
    fc.property(zones, instants, (zone, after) => {
      let last = after;
      for (let count = 0; count < 30; count++) {
        const next = nextOccurrence('cron(0 * * * ? *)', zone, last);
        if (next === undefined) throw new Error('an hourly schedule is always due again');
        expect(next).toBeGreaterThan(last);
        expect(next - last).toBeLessThanOrEqual(2 * 3_600_000);
        last = next;
      }
    }),
    { numRuns: 40 },
  );
});

test('time zones are IANA names', () => {
  expect(['UTC', 'Europe/Berlin', 'Mars/Base'].map(isTimeZone)).toEqual([true, true, false]);
});
