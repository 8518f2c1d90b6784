import { formatDuration, parseDate, parseDuration, parseInstant, readableDuration } from '../../cli/duration';
import { UsageError } from '../../contracts/errors';
import { fc } from '../properties';

describe('a length of time', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['36h', 129_600_000],
    ['2d', 172_800_000],
    ['1h30m', 5_400_000],
    ['0.5s', 500],
    ['1.5H', 5_400_000],
    ['PT15M', 900_000],
    ['P1DT12H', 129_600_000],
    ['pt0.25s', 250],
  ])('%s is %d milliseconds', (text, millis) => {
    expect(parseDuration(text)).toBe(millis);
  });

  it.each(['', '15', 'm', '15 minutes', '-5m', '1m1h', 'PT', '1e3s', 'P1X', '0s', 'PT0S', '-PT5M', 'P1M', 'P1Y', '99999999d'])(
    '"%s" is refused with one sentence that quotes it',
    (text) => {
      expect(() => parseDuration(text)).toThrow(UsageError);
      expect(() => parseDuration(text)).toThrow(`"${text}"`);
    },
  );

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 * 365 * 86_400_000 }), (millis) => {
        expect(parseDuration(formatDuration(millis))).toBe(millis);
      }),
    );
  });

  it('is short for people', () => {
    expect(readableDuration(3 * 86_400_000 + 4 * 3_600_000 + 5_000)).toBe('3d 4h');
    expect(readableDuration(412)).toBe('412ms');
    expect(readableDuration(-5)).toBe('0ms');
  });
});

describe('an instant', () => {
  it('is in UTC unless it says otherwise', () => {
    expect(parseInstant('2026-11-22T06:00:00', '--to')).toBe(Date.parse('2026-11-22T06:00:00Z'));
    expect(parseInstant('2026-11-22T06:00:00+02:00', '--to')).toBe(Date.parse('2026-11-22T04:00:00Z'));
  });

  it('that does not exist is refused', () => {
    expect(() => parseInstant('2026-02-30', '--to')).toThrow('--to is "2026-02-30"');
  });
});

describe('a date', () => {
  it.each(['2026-02-30', '2026-1-1', '20261121', 'yesterday', '2026-11-21T00:00:00Z'])('"%s" is refused', (text) => {
    expect(() => parseDate(text, '--from')).toThrow(`--from is "${text}"; it must be a date such as 2026-11-21.`);
  });

  it('is kept as it is given', () => {
    expect(parseDate('2024-02-29', '--from')).toBe('2024-02-29');
  });
});
