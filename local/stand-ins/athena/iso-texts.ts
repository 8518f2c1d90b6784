/** The forms of ISO 8601 that the engine's own cast does not read, as Trino's from_iso8601_timestamp and from_iso8601_date do. Pure. */

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-W(\d{2})(?:-(\d))?|-(\d{3}))?$/;
const TIME = /^(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;
const DAY = 86_400_000;

/** Midnight UTC of a date, a week's day or a year's day; undefined for what is no date. */
const dayOf = (text: string): number | undefined => {
  const [, year, month, day, week, weekday, ordinal] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  if (week !== undefined) {
    const fourth = Date.UTC(Number(year), 0, 4);
    const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
    const [weeks, days] = [Number(week), Number(weekday ?? '1')];
    return weeks < 1 || weeks > 53 || days < 1 || days > 7 ? undefined : monday + ((weeks - 1) * 7 + days - 1) * DAY;
  }
  if (ordinal !== undefined) {
    const made = Date.UTC(Number(year), 0, 1) + (Number(ordinal) - 1) * DAY;
    return Number(ordinal) < 1 || new Date(made).getUTCFullYear() !== Number(year) ? undefined : made;
  }
  const made = Date.UTC(Number(year), Number(month ?? '1') - 1, Number(day ?? '1'));
  const back = new Date(made).toISOString().slice(0, 10);
  return back === `${year}-${month ?? '01'}-${day ?? '01'}` ? made : undefined;
};

/** `2026-W45-1` as `2026-11-02`; null for what is no date. */
export const isoDate = (text: string): string | null => {
  const day = dayOf(text);
  return day === undefined ? null : new Date(day).toISOString().slice(0, 10);
};

/** `2026-11-01T10:20+02:00` as `2026-11-01T08:20:00.000Z`; null for what is no instant. */
export const isoInstant = (text: string): string | null => {
  const [date = '', time, ...rest] = text.split('T');
  const day = dayOf(date);
  if (day === undefined || rest.length > 0) return null;
  if (time === undefined) return new Date(day).toISOString();
  const [, hour, minute = '0', second = '0', fraction = '', zone = 'Z'] = TIME.exec(time) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3));
  return new Date(day - offset + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + millis).toISOString();
};
