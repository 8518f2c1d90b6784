import { DateTime, IANAZone } from 'luxon';
import { LithifyError, messageOf } from '../../../contracts/errors';
import type { CalendarDay, Cron } from './cron';
import { daysInMonth, parseCron } from './cron';

/**
 * When a schedule is due. Local times that a change of the clocks leaves out are skipped, those that it repeats count once (the
 * first time); days of a rate are 24 hours each.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 */
export type ScheduleExpression =
  | { readonly kind: 'cron'; readonly cron: Cron }
  | { readonly kind: 'rate'; readonly periodMillis: number }
  | { readonly kind: 'at'; readonly localTime: string };

const UNIT_MILLIS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads `cron(…)`, `rate(…)` or `at(…)`. Throws a LithifyError that names the expression and what is wrong with it. */
export const parseExpression = (expression: string): ScheduleExpression => {
  const refuse = (reason: string): LithifyError =>
    new LithifyError('schedule-expression', `The schedule expression "${expression}" is not valid: ${reason}.`);
  const match = /^(cron|rate|at)\((.*)\)$/.exec(expression);
  if (match === null) throw refuse('it must be cron(…), rate(…) or at(…)');
  const text = match[2] ?? '';
  if (match[1] === 'at') {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) || !DateTime.fromISO(text, { zone: 'utc' }).isValid)
      throw refuse('at(…) takes a local time like 2026-11-20T13:00:00');
    return { kind: 'at', localTime: text };
  }
  if (match[1] === 'rate') {
    const rate = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text);
    if (rate === null) throw refuse('rate(…) takes a whole number of minutes, hours or days, like rate(5 minutes)');
    return { kind: 'rate', periodMillis: Number(rate[1]) * UNIT_MILLIS[rate[2]!]! };
  }
  try {
    return { kind: 'cron', cron: parseCron(text) };
  } catch (error) {
    throw refuse(messageOf(error));
  }
};

export const isTimeZone = (timeZone: string): boolean => IANAZone.isValidZone(timeZone);

/**
 * The first time after `after` at which a schedule is due, in milliseconds since the epoch; nothing, where it never is again.
 * `anchor`, the start of the schedule, is the first time of a rate. Throws a LithifyError for an expression that is not valid.
 */
export const nextOccurrence = (expression: string, timeZone: string, after: number, anchor = after): number | undefined => {
  const parsed = parseExpression(expression);
  switch (parsed.kind) {
    case 'rate': {
      const periods = Math.floor((after - anchor) / parsed.periodMillis) + 1;
      return anchor + Math.max(0, periods) * parsed.periodMillis;
    }
    case 'at': {
      const at = earliest(DateTime.fromISO(parsed.localTime, { zone: timeZone }));
      return at > after ? at : undefined;
    }
    case 'cron':
      return nextOfCron(parsed.cron, timeZone, after);
  }
};

const nextOfCron = (cron: Cron, timeZone: string, after: number): number | undefined => {
  const start = DateTime.fromMillis(after, { zone: timeZone });
  for (const date of daysFrom(cron, { year: start.year, month: start.month, day: start.day }))
    for (const hour of cron.hours)
      for (const minute of cron.minutes) {
        const at = instantOf(date, hour, minute, timeZone);
        if (at !== undefined && at > after) return at;
      }
  return undefined;
};

/** The days that an expression names, from a day on. */
function* daysFrom(cron: Cron, from: CalendarDay): Generator<CalendarDay> {
  for (const year of cron.years) {
    if (year < from.year) continue;
    for (const month of cron.months) {
      if (year === from.year && month < from.month) continue;
      const first = year === from.year && month === from.month ? from.day : 1;
      for (let day = first; day <= daysInMonth(year, month); day++) {
        const date = { year, month, day };
        if (cron.matchesDay(date)) yield date;
      }
    }
  }
}

/** The instant of a local time; nothing, where the clocks leave it out. */
const instantOf = (date: CalendarDay, hour: number, minute: number, timeZone: string): number | undefined => {
  const local = DateTime.fromObject({ ...date, hour, minute }, { zone: timeZone });
  return local.hour === hour && local.minute === minute && local.day === date.day ? earliest(local) : undefined;
};

/** A local time that the clocks repeat counts the first time. */
const earliest = (local: DateTime): number => Math.min(...local.getPossibleOffsets().map((one) => one.toMillis()));
