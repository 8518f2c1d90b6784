/** The times of an event: `created_at` as producers send it, and the one canonical form that the lake keeps. UTC throughout. */
export const DAY_MILLIS = 86_400_000;

/** Days since the epoch. */
export const epochDay = (millis: number): number => Math.floor(millis / DAY_MILLIS);

/** Dates by day: a stream only ever shows a few at a time; bounded, since strangers' clocks say anything. */
const dates = new Map<number, string>();
const MAX_DATES = 10_000;

/** `yyyy-MM-dd`. */
export const dateOf = (millis: number): string => {
  const day = epochDay(millis);
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY_MILLIS).toISOString().slice(0, 10);
  if (dates.size >= MAX_DATES) dates.clear();
  dates.set(day, date);
  return date;
};

const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, '0'));
const threeDigits = Array.from({ length: 1_000 }, (_, value) => String(value).padStart(3, '0'));

/** `yyyy-MM-ddTHH:mm:ss.SSSZ`, as Date.toISOString for the years 0 to 9999, at a fraction of its time. */
export const datetimeOf = (millis: number): string => {
  const time = millis - epochDay(millis) * DAY_MILLIS;
  const seconds = Math.floor(time / 1_000);
  const clock = `${twoDigits[Math.floor(seconds / 3_600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}`;
  return `${dateOf(millis)}T${clock}.${threeDigits[time % 1_000]}Z`;
};

/** The inverse: undefined for anything but the canonical form of an existing moment. */
export const parseDatetime = (text: string): number | undefined => {
  if (text.length !== 24) return undefined;
  const millis = Date.parse(text);
  return Number.isNaN(millis) || datetimeOf(millis) !== text ? undefined : millis;
};

const NUMERIC = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** Below it a Unix time is in seconds (up to the year 5138) … */
const SECONDS_BELOW = 1e11;
/** … and below it in milliseconds. */
const MILLIS_BELOW = 1e14;

/**
 * Epoch milliseconds of the text of a `created_at`: a JSON number, or what a string spells. Undefined where that is no number.
 * Fractions are rounded half up on the decimal digits: 1.0005 s is 1,001 ms, whatever binary makes of it.
 */
export const canonicalMillis = (digits: string): number | undefined => {
  if (!NUMERIC.test(digits)) return undefined;
  const value = Number(digits);
  if (!(value >= 0 && value < MILLIS_BELOW)) return undefined;
  return rounded(value, value < SECONDS_BELOW ? 3 : 0);
};

/** `value` times ten to the power of `places`, rounded half up on the shortest decimal text that spells the number. */
const rounded = (value: number, places: 0 | 3): number => {
  const factor = places === 0 ? 1 : 1_000;
  if (Number.isInteger(value)) return value * factor;
  // Shorter than a microsecond: JavaScript would spell it with an exponent. It is 1970 all the same.
  if (value < 1) return 0;
  const [whole = '', fraction = ''] = String(value).split('.');
  const moved = Number(whole) * factor + Number(fraction.slice(0, places).padEnd(places, '0'));
  return fraction.charAt(places) >= '5' ? moved + 1 : moved;
};
