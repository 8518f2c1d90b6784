/** Dates, times and intervals. */
import { jodaFormat, mysqlFormat } from '../date-formats';
import { QueryFailure } from '../failure';
import { quoteText } from '../lexer';
import { refused } from '../refusals';
import type { Argument, FunctionRule, Rewritten } from './rules';
import { constant, held, write } from './rules';

/** Units of date_add, date_diff and date_trunc: https://trino.io/docs/current/functions/datetime.html */
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

const unit = (argument: Argument | undefined, call: string): string => {
  const name = constant(argument, call).toLowerCase();
  if (UNITS.includes(name)) return name;
  throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', `'${name}' is not a valid unit of ${call}`);
};

/** A date has no hours. */
const TIMED = ['millisecond', 'second', 'minute', 'hour'];
const timed = (of: string, sql: string): string => (TIMED.includes(of) ? `lithify_with_time(${sql}, ${quoteText(of)})` : sql);

/** What is as much a date as the value that it was made of. */
const kept = (value: Argument, sql: string): Rewritten => ({ sql: `cast_to_type(${sql}, ${value.sql})` });

const INTERVALS: Readonly<Record<string, (n: string) => string>> = {
  quarter: (n) => `to_months(3 * CAST(${n} AS INTEGER))`,
  week: (n) => `to_days(7 * CAST(${n} AS INTEGER))`,
  millisecond: (n) => `to_milliseconds(${n})`,
};

/** An operand of which only the instant counts, so that the zone of its text may be any. */
export const instantOf = (sql: string): string => sql.replace(/^lithify_from_iso\(/, 'lithify_instant(');

/** A literal whose digits the engine does not keep. */
const precise = (argument: Argument | undefined, call: string): Argument => {
  if (argument?.known === 'coarse') throw refused('precision', call);
  return argument!;
};

type Format = (format: string, call: string) => string;

const formatted = (call: string, format: Format): FunctionRule => ({
  least: 2,
  most: 2,
  write: ([value, by]) => ({
    sql: `strftime(${held('moment', value!, call)}, ${quoteText(format(constant(by, `The format of ${call}`), call))})`,
  }),
});

const parsed = (call: string, format: Format, made: (instant: string) => string): FunctionRule => ({
  least: 2,
  most: 2,
  write: ([text, by]) => ({
    sql: made(`strptime(${text!.sql}, ${quoteText(format(constant(by, `The format of ${call}`), call))})`),
  }),
});

/** Parts of a date or a timestamp, by what the engine calls them. */
const ofMoment = (...names: readonly Readonly<Record<string, string>>[]): Record<string, FunctionRule> =>
  Object.fromEntries(
    names
      .flatMap(Object.entries)
      .map(([name, own]: [string, string]) => [
        name,
        { least: 1, most: 1, write: ([value]: readonly Argument[]) => ({ sql: `${own}(${part(value!, name)})` }) },
      ]),
  );
/** Of an interval the engine has other parts. */
const part = (value: Argument, call: string): string =>
  value.known === 'interval'
    ? `lithify_no_interval(${value.sql})`
    : held('moment', { ...value, sql: `lithify_no_interval(${value.sql})` }, call);

/** A function of a zone's name, of which the host has one. */
const inZone = (name: string, writer: (value: string) => string): FunctionRule => ({
  least: 2,
  most: 2,
  write: ([value, zone]) => {
    if (!/^(utc|z|etc\/utc|\+00:00)$/i.test(constant(zone, `The zone of ${name}`)))
      throw refused('zone', `${name}, '${zone!.literal}'`);
    return { sql: writer(held('moment', value!, name)) };
  },
});

export const TIMES: Readonly<Record<string, FunctionRule>> = {
  ...ofMoment(
    { day_of_month: 'day', day_of_week: 'isodow', dow: 'isodow', day_of_year: 'dayofyear', doy: 'dayofyear' },
    { week_of_year: 'week', year_of_week: 'isoyear', yow: 'isoyear', last_day_of_month: 'last_day' },
    Object.fromEntries(['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'].map((name) => [name, name])),
  ),
  millisecond: write(1, 1, (value) => `(millisecond(${value}) % 1000)`),
  date: write(1, 1, (value) => `lithify_date(${value})`),
  date_trunc: {
    least: 2,
    most: 2,
    write: ([name, value]) => {
      const of = unit(name, 'date_trunc');
      return kept(value!, `date_trunc(${quoteText(of)}, ${timed(of, held('moment', value!, 'date_trunc'))})`);
    },
  },
  // Whole units that have passed, not boundaries crossed.
  date_diff: {
    least: 3,
    most: 3,
    write: ([name, from, to]) => {
      const of = unit(name, 'date_diff');
      const [one, other] = [from!, to!].map((value) => held('moment', { ...value, sql: instantOf(value.sql) }, 'date_diff'));
      // Only two dates are dates.
      const dated = TIMED.includes(of) ? `lithify_both_dates(${one}, ${other}, ${quoteText(of)})` : one;
      return { sql: `datesub(${quoteText(of)}, ${dated}, ${other})` };
    },
  },
  date_add: {
    least: 3,
    most: 3,
    write: ([name, count, value]) => {
      const of = unit(name, 'date_add');
      if (of === 'millisecond') precise(value, 'date_add');
      const whole = held('whole', count!, 'date_add');
      const interval = INTERVALS[of]?.(whole) ?? `to_${of}s(CAST(${whole} AS INTEGER))`;
      return kept(value!, `(${timed(of, held('moment', value!, 'date_add'))} + ${interval})`);
    },
  },
  from_unixtime: {
    least: 1,
    most: 1,
    write: ([seconds]) => ({
      sql: `make_timestamptz(CAST(round(CAST(${held('number', seconds!, 'from_unixtime')} AS DOUBLE) * 1000) AS BIGINT) * 1000)`,
    }),
  },
  to_unixtime: write(1, 1, (value) => `CAST(epoch(${instantOf(value)}) AS DOUBLE)`),
  from_iso8601_timestamp: write(1, 1, (text) => `lithify_from_iso(${text})`),
  from_iso8601_date: write(1, 1, (text) => `lithify_from_iso_date(${text})`),
  to_iso8601: {
    least: 1,
    most: 1,
    write: ([value]) => ({ sql: `lithify_iso(${held('moment', precise(value, 'to_iso8601'), 'to_iso8601')})` }),
  },
  at_timezone: inZone('at_timezone', (value) => `CAST(${value} AS TIMESTAMP WITH TIME ZONE)`),
  with_timezone: inZone('with_timezone', (value) => `CAST(${value} AS TIMESTAMP WITH TIME ZONE)`),
  current_timezone: write(0, 0, () => "'UTC'"),
  to_milliseconds: write(1, 1, (interval) => `CAST(epoch(${interval}) * 1000 AS BIGINT)`),
  date_format: formatted('date_format', mysqlFormat),
  format_datetime: formatted('format_datetime', jodaFormat),
  date_parse: parsed('date_parse', mysqlFormat, (text) => text),
  parse_datetime: parsed('parse_datetime', jodaFormat, (instant) => `CAST(${instant} AS TIMESTAMP WITH TIME ZONE)`),
};
