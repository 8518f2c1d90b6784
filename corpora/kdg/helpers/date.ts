import { DateTime } from 'luxon';
import type { Arguments } from '../arguments';
import type { Helper, Module, Scene } from '../helper';
import { DEFAULT_FORMAT, DEFAULT_UTC_FORMAT, formatInstant } from '../moment-format';

const DAY_MILLIS = 86_400_000;

/** As a browser prints a date: `Sun Nov 22 2026 06:00:00 GMT+0000 (Coordinated Universal Time)`. */
export const dateText = (millis: number, zone: string): string => {
  const at = DateTime.fromMillis(millis, { zone, locale: 'en' });
  const name = zone === 'UTC' ? 'Coordinated Universal Time' : at.offsetNameLong;
  return `${formatInstant(millis, 'ddd MMM DD YYYY HH:mm:ss [GMT]ZZ', zone)} (${name})`;
};

const instant = (given: Arguments, index: number): number | undefined => {
  const text = given.text(index, 'a date');
  if (text === undefined) return undefined;
  const millis = Date.parse(text);
  if (Number.isNaN(millis)) throw given.refusal('dates such as "2026-11-22" or "2026-11-22T06:00:00Z"');
  return millis;
};

/** An instant up to `unitMillis` times the argument away from the present, a second at least. */
const away =
  (unitMillis: number, direction: 1 | -1): Helper =>
  (given) => {
    const units = given.nonZero(0) ?? 1;
    if (units < 0 || units * unitMillis > 3_000_000 * DAY_MILLIS) throw given.refusal('a number above 0');
    const from = instant(given, 1);
    return ({ faker, nowMillis, zone }) => {
      const reach = faker.number.int({ min: 1_000, max: Math.max(1_000, Math.round(units * unitMillis)) });
      return dateText((from ?? nowMillis) + direction * reach, zone);
    };
  };

const between: Helper = (given) => {
  const [from, to] = [instant(given, 0), instant(given, 1)] as const;
  if (from === undefined || to === undefined || to < from) throw given.refusal('two dates, the later one last');
  return ({ faker, zone }) => dateText(faker.number.int({ min: from, max: to }), zone);
};

/** (from, to, count): so many dates at equal distances between two others. */
const betweens: Helper = (given) => {
  const [from, to] = [instant(given, 0), instant(given, 1)] as const;
  const takes = 'two dates, the later one last, and how many dates between them';
  if (from === undefined || to === undefined || to < from) throw given.refusal(takes);
  const count = given.amount(2, 1_000) ?? 3;
  return ({ zone }) =>
    Array.from({ length: count }, (_, index) => dateText(Math.floor(from + ((to - from) * (index + 1)) / (count + 1)), zone));
};

const formatted =
  (read: (scene: Scene) => number, zoneOf: (scene: Scene) => string, fallback: string): Helper =>
  (given) => {
    const format = given.text(0, 'a moment.js format') ?? fallback;
    return (scene) => formatInstant(read(scene), format, zoneOf(scene));
  };

const named =
  (name: 'month' | 'weekday'): Helper =>
  (given) => {
    const { abbr = false, context = false } = given.object(0, '{"abbr": true} or {"context": true}') ?? {};
    if (typeof abbr !== 'boolean' || typeof context !== 'boolean') throw given.refusal('{"abbr": true} or {"context": true}');
    return ({ faker }) => faker.date[name]({ abbreviated: abbr, context });
  };

export const NOW = formatted(
  ({ nowMillis }) => nowMillis,
  ({ zone }) => zone,
  DEFAULT_FORMAT,
);

export const DATE: Module = {
  now: NOW,
  utc: formatted(
    ({ nowMillis }) => nowMillis,
    () => 'UTC',
    DEFAULT_UTC_FORMAT,
  ),
  simTime: formatted(
    ({ simulatedMillis }) => simulatedMillis,
    ({ zone }) => zone,
    DEFAULT_FORMAT,
  ),
  past: away(365 * DAY_MILLIS, -1),
  future: away(365 * DAY_MILLIS, 1),
  recent: away(DAY_MILLIS, -1),
  soon: away(DAY_MILLIS, 1),
  between,
  betweens,
  month: named('month'),
  weekday: named('weekday'),
};

/** `{{current.timestamp}}`: the older spelling of `{{date.now}}`. */
export const CURRENT: Module = { timestamp: NOW };

export const TIME: Module = {
  recent: (given) => {
    const format = given.text(0) ?? 'unix';
    if (!['unix', 'abbr', 'wide', 'date'].includes(format)) throw given.refusal('"abbr", "wide", "date" or "unix"');
    return ({ nowMillis, zone }) => {
      if (format === 'unix') return nowMillis;
      return format === 'date'
        ? dateText(nowMillis, zone)
        : formatInstant(nowMillis, format === 'abbr' ? 'LT' : 'h:mm:ss A ZZ', zone);
    };
  },
};
