/**
 * The six fields of an AWS cron expression: minutes, hours, day of month, month, day of week, year.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export interface Cron {
  /** Rising. */
  readonly minutes: readonly number[];
  /** Rising. */
  readonly hours: readonly number[];
  /** 1 to 12, rising. */
  readonly months: readonly number[];
  /** Rising. */
  readonly years: readonly number[];
  readonly matchesDay: (day: CalendarDay) => boolean;
}

/** A date without a time or a zone. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2199;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** 1 (Sunday) to 7 (Saturday), as AWS counts. */
export const weekdayOf = ({ year, month, day }: CalendarDay): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

interface Range {
  readonly what: string;
  readonly first: number;
  readonly last: number;
  readonly names?: readonly string[];
}

const MINUTE: Range = { what: 'minutes', first: 0, last: 59 };
const HOUR: Range = { what: 'hours', first: 0, last: 23 };
const DAY: Range = { what: 'day of month', first: 1, last: 31 };
const MONTH: Range = { what: 'month', first: 1, last: 12, names: MONTHS };
const WEEKDAY: Range = { what: 'day of week', first: 1, last: 7, names: WEEKDAYS };
const YEAR: Range = { what: 'year', first: FIRST_YEAR, last: LAST_YEAR };

/** Reads the text between the brackets of `cron(…)`. Throws an Error that says what is wrong. */
export const parseCron = (text: string): Cron => {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 6)
    throw new Error(`it has ${fields.length} fields, not 6: minutes, hours, day of month, month, day of week, year`);
  const [minutes, hours, dayOfMonth, months, dayOfWeek, years] = fields as [string, string, string, string, string, string];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) throw new Error('exactly one of day of month and day of week must be "?"');
  return {
    minutes: valuesOf(minutes, MINUTE),
    hours: valuesOf(hours, HOUR),
    months: valuesOf(months, MONTH),
    years: valuesOf(years, YEAR),
    matchesDay: dayOfWeek === '?' ? dayOfMonthMatcher(dayOfMonth) : dayOfWeekMatcher(dayOfWeek),
  };
};

const valueOf = (text: string, range: Range): number => {
  const named = range.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + range.first : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= range.first && value <= range.last))
    throw new Error(`"${text}" is no ${range.what} from ${range.first} to ${range.last}`);
  return value;
};

/** A list of values, ranges and steps as all the values that it stands for, rising. */
const valuesOf = (text: string, range: Range): readonly number[] => {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [spread, step, ...more] = part.split('/');
    if (spread === undefined || more.length > 0) throw new Error(`"${part}" is not a ${range.what}`);
    const [from, to] = bounds(spread, step !== undefined, range);
    const by = step === undefined ? 1 : /^[1-9]\d*$/.test(step) ? Number(step) : Number.NaN;
    if (Number.isNaN(by)) throw new Error(`"${part}" has no step of 1 or more`);
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return [...values].sort((left, right) => left - right);
};

/** `5/10` runs from 5 to the end of its range, `5` is 5 alone. */
const bounds = (spread: string, stepped: boolean, range: Range): readonly [number, number] => {
  if (spread === '*') return [range.first, range.last];
  const [from, to, ...more] = spread.split('-');
  if (from === undefined || more.length > 0) throw new Error(`"${spread}" is not a range`);
  const first = valueOf(from, range);
  const last = to !== undefined ? valueOf(to, range) : stepped ? range.last : first;
  if (last < first) throw new Error(`the range "${spread}" ends before it starts`);
  return [first, last];
};

type DayMatcher = (day: CalendarDay) => boolean;

const dayOfMonthMatcher = (text: string): DayMatcher => {
  if (text === 'L') return ({ year, month, day }) => day === daysInMonth(year, month);
  const weekday = /^(\d+)W$/.exec(text);
  if (weekday !== null) {
    const wanted = valueOf(weekday[1]!, DAY);
    return (date) => date.day === nearestWeekday(date, wanted);
  }
  const days = new Set(valuesOf(text, DAY));
  return ({ day }) => days.has(day);
};

/** The working day nearest to a day of the month, without leaving the month; none, where the month has no such day. */
const nearestWeekday = ({ year, month }: CalendarDay, day: number): number | undefined => {
  const last = daysInMonth(year, month);
  if (day > last) return undefined;
  const weekday = weekdayOf({ year, month, day });
  if (weekday === 7) return day === 1 ? day + 2 : day - 1;
  if (weekday === 1) return day === last ? day - 2 : day + 1;
  return day;
};

const dayOfWeekMatcher = (text: string): DayMatcher => {
  if (text === 'L') return (date) => weekdayOf(date) === 7;
  const last = /^(\w+)L$/i.exec(text);
  if (last !== null) {
    const wanted = valueOf(last[1]!, WEEKDAY);
    return (date) => weekdayOf(date) === wanted && date.day > daysInMonth(date.year, date.month) - 7;
  }
  const nth = /^(\w+)#([1-5])$/.exec(text);
  if (nth !== null) {
    const wanted = valueOf(nth[1]!, WEEKDAY);
    return (date) => weekdayOf(date) === wanted && Math.ceil(date.day / 7) === Number(nth[2]);
  }
  if (text.includes('/')) throw new Error(`"${text}": day of week takes no steps`);
  const days = new Set(valuesOf(text, WEEKDAY));
  return (date) => days.has(weekdayOf(date));
};
