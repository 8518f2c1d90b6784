/** Dates, times and intervals. */
import { jodaFormat, mysqlFormat } from '../date-formats';
import { QueryFailure } from '../failure';
import { quoteText } from '../lexer';
import { refused } from '../refusals';
import type { Argument, FunctionRule, Rewritten } from './rules';
import { constant, same, write } from './rules';

/** Units of date_add, date_diff and date_trunc: https://trino.io/docs/current/functions/datetime.html */
const UNITS = ['millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

const unit = (argument: Argument | undefined, call: string): string => {
  const name = constant(argument, call).toLowerCase();
  if (UNITS.includes(name)) return name;
  throw new QueryFailure('INVALID_FUNCTION_ARGUMENT', `'${name}' is not a valid unit of ${call}`);
};

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
  write: ([value, by]) => ({ sql: `strftime(${value!.sql}, ${quoteText(format(constant(by, `The format of ${call}`), call))})` }),
});

const parsed = (call: string, format: Format, made: (instant: string) => string): FunctionRule => ({
  least: 2,
  most: 2,
  write: ([text, by]) => ({
    sql: made(`strptime(${text!.sql}, ${quoteText(format(constant(by, `The format of ${call}`), call))})`),
  }),
});

export const TIMES: Readonly<Record<string, FunctionRule>> = {
  ...same('year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'),
  last_day_of_month: { name: 'last_day', least: 1, most: 1 },
  day_of_month: { name: 'day' },
  day_of_week: { name: 'isodow' },
  dow: { name: 'isodow' },
  day_of_year: { name: 'dayofyear' },
  doy: { name: 'dayofyear' },
  week_of_year: { name: 'week' },
  year_of_week: { name: 'isoyear' },
  millisecond: write(1, 1, (value) => `(millisecond(${value}) % 1000)`),
  date: write(1, 1, (value) => `lithify_date(${value})`),
  date_trunc: {
    least: 2,
    most: 2,
    write: ([name, value]) => kept(value!, `date_trunc(${quoteText(unit(name, 'date_trunc'))}, ${value!.sql})`),
  },
  // Whole units that have passed, not boundaries crossed.
  date_diff: {
    least: 3,
    most: 3,
    write: ([name, from, to]) => ({
      sql: `datesub(${quoteText(unit(name, 'date_diff'))}, ${instantOf(from!.sql)}, ${instantOf(to!.sql)})`,
    }),
  },
  date_add: {
    least: 3,
    most: 3,
    write: ([name, count, value]) => {
      const of = unit(name, 'date_add');
      if (of === 'millisecond') precise(value, 'date_add');
      const interval = INTERVALS[of]?.(count!.sql) ?? `to_${of}s(CAST(${count!.sql} AS INTEGER))`;
      return kept(value!, `(${value!.sql} + ${interval})`);
    },
  },
  from_unixtime: write(1, 1, (seconds) => `make_timestamptz(CAST(round(CAST(${seconds} AS DOUBLE) * 1000) AS BIGINT) * 1000)`),
  to_unixtime: write(1, 1, (value) => `CAST(epoch(${instantOf(value)}) AS DOUBLE)`),
  from_iso8601_timestamp: write(1, 1, (text) => `lithify_from_iso(${text})`),
  from_iso8601_date: write(1, 1, (text) => `lithify_date(${text})`),
  to_iso8601: {
    least: 1,
    most: 1,
    write: ([value]) => ({ sql: `lithify_iso(${precise(value, 'to_iso8601').sql})` }),
  },
  to_milliseconds: write(1, 1, (interval) => `CAST(epoch(${interval}) * 1000 AS BIGINT)`),
  date_format: formatted('date_format', mysqlFormat),
  format_datetime: formatted('format_datetime', jodaFormat),
  date_parse: parsed('date_parse', mysqlFormat, (text) => text),
  parse_datetime: parsed('parse_datetime', jodaFormat, (instant) => `CAST(${instant} AS TIMESTAMP WITH TIME ZONE)`),
};
