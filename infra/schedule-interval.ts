/**
 * How close two starts of a schedule can be. Only minutes and hours are looked at: a cron expression that names days starts no more
 * often than one that does not.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
const HOURS_PER_UNIT: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };
const RATE = /^rate\((\d{1,5}) (minute|hour|day)s?\)$/;
const CRON = /^cron\(([^()]+)\)$/;
const OTHER_FIELD = /^[A-Z0-9*?,/#L-]+$/i;
const STEP = /^(\*|\d+|\d+-\d+)(?:\/(\d+))?$/;

/** Hours between the two closest starts of `rate(…)` or `cron(…)`; undefined where it is neither. */
export const shortestIntervalHours = (expression: string): number | undefined => {
  const rate = RATE.exec(expression);
  if (rate !== null) return Number(rate[1]) * HOURS_PER_UNIT[rate[2]!]! || undefined;
  const fields = CRON.exec(expression)?.[1]?.split(' ') ?? [];
  if (fields.length !== 6) return undefined;
  const [minuteField, hourField, dayOfMonth, , dayOfWeek] = fields as [string, string, string, string, string, string];
  // Scheduler wants exactly one of the two day fields to be left open.
  if ((dayOfMonth === '?') === (dayOfWeek === '?') || !fields.slice(2).every((field) => OTHER_FIELD.test(field)))
    return undefined;
  const [minutes, hours] = [expand(minuteField, 59), expand(hourField, 23)];
  if (minutes === undefined || hours === undefined) return undefined;
  const starts = hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)).sort((left, right) => left - right);
  const gaps = starts.map((start, index) => (starts[index + 1] ?? starts[0]! + 24 * 60) - start);
  return Math.min(...gaps) / 60;
};

/** The values of one cron field from 0 to `last`, each once; undefined where it is malformed or out of range. */
const expand = (field: string, last: number): readonly number[] | undefined => {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const match = STEP.exec(part);
    if (match === null) return undefined;
    const [range, step] = [match[1]!, Number(match[2] ?? 1)];
    const [from, to] = range === '*' ? [0, last] : range.split('-').map(Number);
    const end = to ?? (match[2] === undefined ? from! : last);
    if (step < 1 || from! > end || end > last) return undefined;
    for (let value = from!; value <= end; value += step) values.add(value);
  }
  return [...values];
};
