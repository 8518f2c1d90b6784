import { DateTime } from 'luxon';
import { UsageError } from '../../contracts/errors';
import { Random } from '../random';

/** How many records each second of a traffic has. */
export interface Rate {
  /** `second` counts from 0; `atMillis` is its beginning, milliseconds since the epoch. */
  recordsIn(second: number, atMillis: number): number;
}

/** The same number every second; a rate that is no whole number evens out over the seconds. */
export const constantRate = (recordsPerSecond: number): Rate => ({
  recordsIn: (second) => Math.floor((second + 1) * recordsPerSecond) - Math.floor(second * recordsPerSecond),
});

/** Records per second in one hour of the week: normally distributed, never below 0. */
export interface HourRate {
  readonly mean: number;
  readonly sigma: number;
}

export interface RateProfile {
  /** By day, Sunday first, then by hour: 7 x 24. */
  readonly hours: readonly (readonly HourRate[])[];
  /** Whether mean and sigma pass in a straight line from the top of one hour to the top of the next. */
  readonly smoothing: boolean;
}

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const HOURS = 24;
/** What the Kinesis Data Generator begins with. */
const DEFAULT_HOUR: HourRate = { mean: 100, sigma: 10 };
const MOST = 1_000_000;

/**
 * A rate that varies by hour and weekday of a zone, as the periodic mode of the Kinesis Data Generator does. With smoothing the values of an
 * hour hold at its top, as its help says.
 */
export const periodicRate = (profile: RateProfile, seed: number, zone: string): Rate => {
  // Asking the zone each second would cost more than the records: clocks are set at quarters of an hour.
  let quarter = { fromMillis: -Infinity, hour: 0, passedMillis: 0 };
  return {
    recordsIn(second, atMillis) {
      const fromMillis = Math.floor(atMillis / QUARTER_MILLIS) * QUARTER_MILLIS;
      if (fromMillis !== quarter.fromMillis) quarter = { fromMillis, ...weekTimeAt(fromMillis, zone) };
      const passedMillis = quarter.passedMillis + (atMillis - fromMillis);
      const { mean, sigma } = rateAt(profile, { hour: quarter.hour, passedMillis });
      return Math.max(0, Math.round(mean + sigma * normal(new Random(seed, STREAM, second))));
    },
  };
};

const STREAM = 0x9a7e;
const HOUR_MILLIS = 3_600_000;
const QUARTER_MILLIS = HOUR_MILLIS / 4;

/** An hour of the week, the first one of Sunday being 0, and how much of it has passed: whole milliseconds, which add up exactly. */
interface WeekTime {
  readonly hour: number;
  readonly passedMillis: number;
}

const weekTimeAt = (atMillis: number, zone: string): WeekTime => {
  const at = DateTime.fromMillis(atMillis, { zone });
  return { hour: (at.weekday % 7) * HOURS + at.hour, passedMillis: (at.minute * 60 + at.second) * 1_000 + at.millisecond };
};

export const hourRateAt = (profile: RateProfile, atMillis: number, zone: string): HourRate =>
  rateAt(profile, weekTimeAt(atMillis, zone));

const rateAt = ({ hours, smoothing }: RateProfile, { hour: ofWeek, passedMillis }: WeekTime): HourRate => {
  const rate = (hour: number): HourRate => hours[Math.floor(hour / HOURS) % 7]?.[hour % HOURS] ?? DEFAULT_HOUR;
  const now = rate(ofWeek);
  if (!smoothing) return now;
  const next = rate(ofWeek + 1);
  const between = (from: number, to: number): number => from + ((to - from) * passedMillis) / HOUR_MILLIS;
  return { mean: between(now.mean, next.mean), sigma: between(now.sigma, next.sigma) };
};

/** Standard normal, by Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.fraction53())) * Math.cos(2 * Math.PI * random.fraction53());

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a profile: `{"mean": 100, "sigma": 10, "smoothing": true, "mon": [24 of a mean, or of {"mean": …, "sigma": …}], …}`. Days and fields
 * that are missing have the values above them. Throws a UsageError that names `file` and what is wrong in it.
 */
export const readProfile = (text: string, file: string): RateProfile => {
  const wrong = (what: string): UsageError => new UsageError(`${file} ${what}.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (thrown) {
    throw new UsageError(`${file} is not JSON.`, { cause: thrown });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrong('must hold a JSON object');
  const { mean, sigma, smoothing = true, ...days } = parsed as Fields;
  const number = (value: unknown, fallback: number, name: string): number => {
    if (value === undefined) return fallback;
    if (typeof value === 'number' && value >= 0 && value <= MOST) return value;
    throw wrong(`has ${name} ${JSON.stringify(value)}; it must be a number from 0 to ${MOST}`);
  };
  if (typeof smoothing !== 'boolean') throw wrong(`has smoothing ${JSON.stringify(smoothing)}; it must be true or false`);
  const fallback = { mean: number(mean, DEFAULT_HOUR.mean, 'mean'), sigma: number(sigma, DEFAULT_HOUR.sigma, 'sigma') };
  const stranger = Object.keys(days).find((day) => !DAYS.some((known) => known === day));
  if (stranger !== undefined) throw wrong(`has a field "${stranger}"; the fields are mean, sigma, smoothing, ${DAYS.join(', ')}`);
  const hours = DAYS.map((day): readonly HourRate[] => {
    const given = days[day];
    if (given === undefined) return Array.from({ length: HOURS }, () => fallback);
    if (!Array.isArray(given) || given.length !== HOURS) throw wrong(`has ${day} that is no list of ${HOURS} hours`);
    return (given as readonly unknown[]).map((hour, index) => {
      const name = `${day} ${index}`;
      if (typeof hour !== 'object') return { ...fallback, mean: number(hour ?? undefined, fallback.mean, name) };
      const { mean: ofHour, sigma: ofSigma, ...more } = (hour ?? {}) as Fields;
      const [other] = Object.keys(more);
      if (other !== undefined) throw wrong(`has a field "${other}" in ${name}; an hour has mean and sigma`);
      return {
        mean: number(ofHour, fallback.mean, `mean of ${name}`),
        sigma: number(ofSigma, fallback.sigma, `sigma of ${name}`),
      };
    });
  });
  return { hours, smoothing };
};
