/**
 * Partition projection: https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 * The partitions of a projected table are not asked of the catalog but follow from table properties. Instead of listing every
 * partition that could exist, the objects that do exist are matched against the location template: a projected partition without
 * objects has no rows either way. Pure.
 */
import { DateTime } from 'luxon';
import { QueryFailure } from './failure';

export type ProjectedColumn =
  | { readonly type: 'enum'; readonly name: string; readonly values: readonly string[] }
  | { readonly type: 'injected'; readonly name: string }
  | {
      readonly type: 'integer';
      readonly name: string;
      readonly low: number;
      readonly high: number;
      readonly interval: number;
      readonly digits: number;
    }
  | {
      readonly type: 'date';
      readonly name: string;
      readonly format: string;
      readonly low: string;
      readonly high: string;
      readonly interval: number;
      readonly unit: DateUnit | undefined;
    };

type DateUnit = 'years' | 'months' | 'weeks' | 'days' | 'hours' | 'minutes' | 'seconds';

export interface Projection {
  readonly columns: readonly ProjectedColumn[];
  /** `s3://bucket/a/${event_type}/${created_date}/` */
  readonly template: string;
}

const invalid = (column: string, message: string): QueryFailure =>
  new QueryFailure('INVALID_TABLE_PROPERTY', `Column projection for column '${column}' failed. ${message}`);

/** Undefined where the table is not projected. Throws QueryFailure where its properties do not make sense. */
export const projectionOf = (
  parameters: Readonly<Record<string, string>>,
  keys: readonly string[],
  location: string,
): Projection | undefined => {
  if (parameters['projection.enabled']?.toLowerCase() !== 'true') return undefined;
  const of = (column: string, property: string): string | undefined => parameters[`projection.${column}.${property}`];
  const need = (column: string, property: string): string => {
    const value = of(column, property);
    if (value === undefined) throw invalid(column, `Missing required property: 'projection.${column}.${property}'`);
    return value;
  };
  const columns = keys.map((name): ProjectedColumn => {
    const type = need(name, 'type').toLowerCase();
    switch (type) {
      case 'enum':
        return {
          type,
          name,
          values: need(name, 'values')
            .split(',')
            .map((value) => value.trim()),
        };
      case 'injected':
        return { type, name };
      case 'integer': {
        const [low, high] = need(name, 'range')
          .split(',')
          .map((value) => Number(value.trim()));
        if (low === undefined || high === undefined || Number.isNaN(low + high))
          throw invalid(name, `Property 'projection.${name}.range' must be two numbers`);
        return { type, name, low, high, interval: Number(of(name, 'interval') ?? 1), digits: Number(of(name, 'digits') ?? 0) };
      }
      case 'date': {
        const [low, high] = need(name, 'range')
          .split(',')
          .map((value) => value.trim());
        if (low === undefined || high === undefined) throw invalid(name, `Property 'projection.${name}.range' must be two dates`);
        return {
          type,
          name,
          format: need(name, 'format'),
          low,
          high,
          interval: Number(of(name, 'interval') ?? 1),
          unit: unitOf(name, of(name, 'interval.unit')),
        };
      }
      default:
        throw invalid(name, `Unknown type '${type}'`);
    }
  });
  const base = location.endsWith('/') ? location : `${location}/`;
  const template = parameters['storage.location.template'] ?? `${base}${keys.map((key) => `${key}=\${${key}}/`).join('')}`;
  for (const key of keys)
    if (!template.includes(`\${${key}}`)) throw invalid(key, `The storage location template does not name it: '${template}'`);
  return { columns, template: template.endsWith('/') ? template : `${template}/` };
};

const unitOf = (column: string, unit: string | undefined): DateUnit | undefined => {
  if (unit === undefined) return undefined;
  const name = unit.toLowerCase().replace(/s?$/, 's');
  if (['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'].includes(name)) return name as DateUnit;
  throw invalid(column, `Unknown interval unit '${unit}'`);
};

/** The finest field of a Java date format: what an interval without a unit counts. */
const granularity = (format: string): DateUnit =>
  /s/.test(format)
    ? 'seconds'
    : /m/.test(format)
      ? 'minutes'
      : /[Hhk]/.test(format)
        ? 'hours'
        : /[dD]/.test(format)
          ? 'days'
          : /[M]/.test(format)
            ? 'months'
            : 'years';

/** Java's quoting in a format is luxon's; the letters that dates are laid out with are the same. */
const parseDate = (text: string, format: string): DateTime => DateTime.fromFormat(text, format, { zone: 'utc', locale: 'en' });

/** `NOW`, `NOW-3YEARS`, `NOW+1DAY`, or a date of the format. */
const bound = (text: string, format: string, now: DateTime, column: string): DateTime => {
  const [, sign, count, unit] = /^NOW\s*(?:([+-])\s*(\d+)\s*([A-Za-z]+))?$/i.exec(text) ?? [];
  if (/^NOW\b/i.test(text)) {
    const moved = sign === undefined ? now : now.plus({ [unitOf(column, unit)!]: Number(count) * (sign === '-' ? -1 : 1) });
    return parseDate(moved.toFormat(format), format);
  }
  const date = parseDate(text, format);
  if (!date.isValid) throw invalid(column, `'${text}' is no date of format '${format}'`);
  return date;
};

/** Tells whether a value is one that the column projects at `nowMillis`. */
export const projects = (column: ProjectedColumn, nowMillis: number): ((value: string) => boolean) => {
  switch (column.type) {
    case 'enum': {
      const values = new Set(column.values);
      return (value) => values.has(value);
    }
    case 'injected':
      return () => true;
    case 'integer':
      return (value) => {
        const number = Number(value);
        const written = String(number).padStart(column.digits, '0') === value;
        return (
          /^-?\d+$/.test(value) &&
          written &&
          number >= column.low &&
          number <= column.high &&
          (number - column.low) % column.interval === 0
        );
      };
    case 'date': {
      const now = DateTime.fromMillis(nowMillis, { zone: 'utc' });
      const [low, high] = [
        bound(column.low, column.format, now, column.name),
        bound(column.high, column.format, now, column.name),
      ];
      const unit = column.unit ?? granularity(column.format);
      return (value) => {
        const date = parseDate(value, column.format);
        if (!date.isValid || date.toFormat(column.format) !== value || date < low || date > high) return false;
        return column.interval === 1 || Number.isInteger(date.diff(low, unit).as(unit) / column.interval);
      };
    }
  }
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

export interface TemplateMatch {
  /** What all objects of the table start with, as far as known values reach. */
  readonly prefix: string;
  /** The values that a key names, in the order of the columns; undefined for a key of no partition. */
  readonly valuesOf: (key: string) => readonly string[] | undefined;
}

/** `template` is the part after the bucket. `known` are values that the query fixes. */
export const matchTemplate = (
  template: string,
  columns: readonly ProjectedColumn[],
  known: Readonly<Record<string, string>>,
): TemplateMatch => {
  const filled = template.replace(/\$\{([^}]+)\}/g, (whole, name: string) => known[name.toLowerCase()] ?? whole);
  const order: string[] = [];
  const pattern = template
    .split(/(\$\{[^}]+\})/)
    .map((part) => {
      const name = /^\$\{([^}]+)\}$/.exec(part)?.[1]?.toLowerCase();
      const column = columns.find((one) => one.name === name);
      if (name === undefined || column === undefined) return escaped(part);
      if (order.includes(name)) return `\\${order.indexOf(name) + 1}`;
      order.push(name);
      const slashes =
        column.type === 'date'
          ? column.format.split('/').length - 1
          : column.type === 'enum'
            ? Math.max(...column.values.map((value) => value.split('/').length - 1))
            : 0;
      return `([^/]+(?:/[^/]+){0,${slashes}}?)`;
    })
    .join('');
  const regex = new RegExp(`^${pattern}`, 's');
  const dollar = filled.indexOf('${');
  return {
    prefix: dollar < 0 ? filled : filled.slice(0, dollar),
    valuesOf: (key) => {
      const match = regex.exec(key);
      return match === null ? undefined : columns.map(({ name }) => match[order.indexOf(name) + 1]!);
    },
  };
};

export const injectedUnknown = (column: string): QueryFailure =>
  invalid(
    column,
    "Injected projection requires single predicate for it's column in where clause. Currently provided can't be converted to single partition.",
  );
