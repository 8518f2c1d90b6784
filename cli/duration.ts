import { DateTime, Duration } from 'luxon';
import { UsageError } from '../contracts/errors';

/** Lengths of time as people write them (`90s`, `15m`, `36h`, `2d`, `1h30m`, `0.5s`) or as ISO 8601 does (`PT15M`). */
const UNIT_MILLIS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
type Unit = keyof typeof UNIT_MILLIS;
const UNITS = Object.keys(UNIT_MILLIS) as readonly Unit[];

const SHORT = /^(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?$/i;

/** A century: nobody means more, and a clock has to be able to show it. */
const LONGEST_MILLIS = 100 * 365 * UNIT_MILLIS.d;

/** Whole milliseconds. Throws a UsageError for anything else than a length above zero. */
export const parseDuration = (text: string): number => {
  const millis = /^p/i.test(text.trim()) ? isoMillis(text.trim().toUpperCase()) : shortMillis(text.trim());
  if (millis === undefined || Number.isNaN(millis)) {
    throw new UsageError(`"${text}" is no length of time; write it as 90s, 15m, 36h, 2d, 1h30m or PT15M.`);
  }
  if (millis <= 0) throw new UsageError(`"${text}" must be longer than nothing: time only goes forward.`);
  if (millis > LONGEST_MILLIS) throw new UsageError(`"${text}" must be at most 100 years.`);
  return Math.round(millis);
};

const shortMillis = (text: string): number | undefined => {
  const groups = SHORT.exec(text)?.groups;
  const given = UNITS.flatMap((unit) => (groups?.[unit] === undefined ? [] : [Number(groups[unit]) * UNIT_MILLIS[unit]]));
  return given.length === 0 ? undefined : given.reduce((sum, part) => sum + part, 0);
};

const isoMillis = (text: string): number | undefined => {
  const duration = Duration.fromISO(text);
  if (!duration.isValid) return undefined;
  if (duration.years !== 0 || duration.months !== 0) {
    throw new UsageError(`"${text}" has years or months, which differ in length; write days, hours, minutes or seconds.`);
  }
  return duration.toMillis();
};

/** The inverse of `parseDuration`: `2d3h`, `1m0.5s`; `0s` for nothing. */
export const formatDuration = (millis: number): string => {
  let rest = Math.round(millis);
  const parts: string[] = [];
  for (const unit of UNITS) {
    const size = UNIT_MILLIS[unit];
    const count = unit === 's' ? rest / size : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join('');
};

/** The two largest units, for people: `3d 4h`, `12m 5s`, `400ms`. */
export const readableDuration = (millis: number): string => {
  if (millis < 1_000) return `${Math.max(0, Math.round(millis))}ms`;
  const parts = formatDuration(Math.floor(millis / 1_000) * 1_000).match(/\d+[dhms]/g) ?? [];
  return parts.slice(0, 2).join(' ');
};

/** Epoch milliseconds of an ISO 8601 instant; without an offset it is in UTC. */
export const parseInstant = (text: string, name: string): number => {
  const instant = DateTime.fromISO(text, { zone: 'utc' });
  if (!instant.isValid)
    throw new UsageError(`${name} is "${text}"; it must be an ISO 8601 instant such as 2026-11-22T06:00:00Z.`);
  return instant.toMillis();
};

/** A calendar date as it was given, `yyyy-MM-dd`. */
export const parseDate = (text: string, name: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !DateTime.fromISO(text).isValid) {
    throw new UsageError(`${name} is "${text}"; it must be a date such as 2026-11-21.`);
  }
  return text;
};
